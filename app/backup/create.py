"""`opora backup`: database, uploads and settings of an installation at one moment, while it goes on working."""

import importlib.metadata
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from pydantic import SecretStr

from app.backup import archive
from app.backup.archive import Manifest, Writer
from app.backup.progress import Bar, bar
from app.backup.source import Snapshot, snapshot
from app.backup.tools import dump
from config.database import owner_address
from config.keys import keys_for, present_secret
from config.settings import Settings, get_settings
from config.variables import Group
from core import clock
from core.errors import NotFound
from integrations.storage.factory import make_file_store
from integrations.storage.port import FileStore

KEY_PURPOSE = "backup"
_OF_THE_MACHINE = frozenset(
    {"OPORA_DATA_DIR", "OPORA_HOST", "OPORA_PORT", "OPORA_DATABASE_URL", "OPORA_REDIS_URL", "OPORA_STORAGE_URL"}
)
"""Settings that say where an installation is, not how it behaves."""


async def backup(path: Path, *, files: bool = True, secret: bool = False) -> Manifest:
    """Write a backup to ``path``, with uploads unless told otherwise, and with the secret key only where asked.

    Raises InvalidInput where there is a file already, Unavailable where database or file store do not answer.
    """
    settings = get_settings()
    with Writer(path) as writer, tempfile.TemporaryFile("w+") as keys, bar() as shown:
        async with snapshot(settings) as source:
            manifest = await _described(source, settings)
            size = await source.list_files(keys) if files else 0
            await _dump(writer, source, settings, shown)
        # What is stored under a key never changes: the snapshot, which holds back VACUUM, need not last for hours.
        if files:
            copied, gone = await _copy_files(writer, keys, shown.begin("uploads", size), settings)
            shown.end("uploads")
            manifest = replace(manifest, files=copied, gone=gone)
        _write_settings(writer, manifest)
        if secret:
            with writer.member(archive.SECRET) as sink:
                sink.write(present_secret(settings).encode())
        writer.finish(manifest)
    return manifest


async def _described(source: Snapshot, settings: Settings) -> Manifest:
    return Manifest(
        opora=importlib.metadata.version("opora"),
        at=clock.now().isoformat(timespec="seconds"),
        migration=await source.migration(),
        postgresql=await source.version(),
        tables=await source.tables(),
        routines=await source.routines(),
        key=keys_for(KEY_PURPOSE, settings)[0].kid,
        settings=told_settings(settings),
    )


async def _dump(writer: Writer, source: Snapshot, settings: Settings, shown: Bar) -> None:
    with writer.member(archive.DATABASE) as sink:
        advance = shown.begin("database", None)
        async for piece in dump(owner_address(settings), source.id):
            sink.write(piece)
            advance(len(piece))
    shown.end("database")


async def _copy_files(
    writer: Writer, keys: IO[str], advance: Callable[[int], None], settings: Settings
) -> tuple[int, int]:
    """How many are in the archive, and how many were gone."""
    store = make_file_store(settings)
    copied = gone = 0
    keys.seek(0)
    try:
        for line in keys:
            if await _copy(writer, store, line.removesuffix("\n"), advance):
                copied += 1
            else:
                gone += 1
    finally:
        await store.close()
    return copied, gone


async def _copy(writer: Writer, store: FileStore, key: str, advance: Callable[[int], None]) -> bool:
    """False where the file went since the snapshot, with the ticket that it belonged to."""
    pieces = store.read(key)
    try:
        first = await anext(pieces, b"")
    except NotFound:
        return False
    with writer.member(archive.FILES + key) as sink:
        sink.write(first)
        advance(len(first))
        async for piece in pieces:
            sink.write(piece)
            advance(len(piece))
    return True


def _write_settings(writer: Writer, manifest: Manifest) -> None:
    with writer.member(archive.SETTINGS, text=True) as sink:
        for name, value in manifest.settings.items():
            sink.write(f"{name}={value}\n".encode())


def told_settings(settings: Settings) -> dict[str, str]:
    """What was set beside the defaults, as variables; nothing secret, and nothing of this machine alone."""
    told: dict[str, str] = {}
    for group in (settings, *(part for part in vars(settings).values() if isinstance(part, Group))):
        for name in sorted(group.model_fields_set):
            variable, value = type(group).model_fields[name].validation_alias, getattr(group, name)
            if isinstance(variable, str) and variable not in _OF_THE_MACHINE and not _is_secret(value):
                told[variable] = _shown(value)
    return dict(sorted(told.items()))


def _is_secret(value: Any) -> bool:
    return isinstance(value, SecretStr) or (isinstance(value, tuple) and any(map(_is_secret, value)))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)

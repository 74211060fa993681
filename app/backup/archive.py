"""The file of a backup: a ZIP archive that any tool opens, written and read in pieces.

``database.dump`` is pg_dump's own format, ``files/...`` are uploads under their keys, ``settings.env`` what was set,
``SHA256SUMS`` the sums of all of them as sha256sum(1) checks them, ``manifest.json`` what it is and of which release.
It grows under another name and gets its own when it is whole and on the disk.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import orjson

from core.errors import InvalidInput

FORMAT = 1
DATABASE = "database.dump"
SETTINGS = "settings.env"
SECRET = "secret_key"  # noqa: S105  # the name of a member
FILES = "files/"
_MANIFEST = "manifest.json"
_SUMS = "SHA256SUMS"
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """``tables`` counts rows; ``routines`` names the functions of each application role; ``key`` names the secret key
    by its ``kid``, which tells nothing of it; ``gone`` counts files that were deleted while the backup ran.
    """

    opora: str
    at: str
    migration: str
    postgresql: str
    tables: dict[str, int]
    routines: dict[str, list[str]]
    key: str
    files: int = 0
    gone: int = 0
    sums: str = ""
    format: int = FORMAT
    settings: dict[str, str] = field(default_factory=dict)


class Writer:
    """Use with ``with``: what is interrupted leaves nothing behind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._growing = path.with_name(path.name + ".part")

    def __enter__(self) -> Self:
        """Raises InvalidInput where there is a file of the name already."""
        if self._path.exists():
            raise InvalidInput(f"{self._path} exists already")
        handle = os.open(self._growing, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._sums = tempfile.TemporaryFile()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._sums.close()
        self._file.close()
        self._growing.unlink(missing_ok=True)

    @contextmanager
    def member(self, name: str, *, text: bool = False) -> Iterator["Sink"]:
        """A member to write to; ``text`` is compressed, what is a dump or a picture already is."""
        about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        about.compress_type = zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED
        about.external_attr = 0o600 << 16
        with self._zip.open(about, "w", force_zip64=True) as stream:
            sink = Sink(stream)
            yield sink
        self._sums.write(f"{sink.digest.hexdigest()}  {name}\n".encode())

    def finish(self, manifest: Manifest) -> None:
        """Write the sums and the manifest, and give the file its name."""
        self._sums.seek(0)
        digest = hashlib.file_digest(self._sums, "sha256").hexdigest()
        self._sums.seek(0)
        with self._zip.open(zipfile.ZipInfo(_SUMS), "w", force_zip64=True) as stream:
            while piece := self._sums.read(_PIECE):
                stream.write(piece)
        self._zip.writestr(_MANIFEST, orjson.dumps({**asdict(manifest), "sums": digest}, option=orjson.OPT_INDENT_2))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._growing.replace(self._path)


class Sink:
    """Takes pieces of a member and keeps their sum."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.digest = hashlib.sha256()
        self._stream = stream

    def write(self, piece: bytes) -> None:
        self.digest.update(piece)
        self._stream.write(piece)


class Reader:
    """An archive to restore from. Raises InvalidInput for what is none, or of a later format."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            told: dict[str, Any] = orjson.loads(self._zip.read(_MANIFEST))
            if told["format"] > FORMAT:
                # Before the rest is read: a later format may have more to say.
                raise InvalidInput(f"{path} was made by Opora {told['opora']}, which this one is too old for")
            self.manifest = Manifest(**told)
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"{path} is not a whole backup of Opora") from error

    def close(self) -> None:
        self._zip.close()

    @property
    def size(self) -> int:
        """Bytes of all members."""
        return sum(each.file_size for each in self._zip.infolist())

    def has(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def pieces(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def read(self, name: str) -> bytes:
        return self._zip.read(name)

    def files(self) -> Iterator[str]:
        """Keys of the uploads."""
        for name in self._zip.NameToInfo:
            if name.startswith(FILES):
                yield name.removeprefix(FILES)

    def verify(self) -> Iterator[int]:
        """Compare every member with its sum; yields bytes as they are read. Raises InvalidInput."""
        try:
            listed = self._zip.read(_SUMS)
            if hashlib.sha256(listed).hexdigest() != self.manifest.sums:
                raise InvalidInput("The backup is damaged: its list of sums is not the one that was written")
            sums = {name: wanted for wanted, _, name in (line.partition("  ") for line in listed.decode().splitlines())}
            unlisted = self._zip.NameToInfo.keys() - sums.keys() - {_SUMS, _MANIFEST}
            if unlisted:
                raise InvalidInput(f"The backup is damaged: nobody listed {min(unlisted)}")
            for name, wanted in sums.items():
                digest = hashlib.sha256()
                for piece in self.pieces(name):
                    digest.update(piece)
                    yield len(piece)
                if digest.hexdigest() != wanted:
                    raise InvalidInput(f"The backup is damaged: {name} is not what was written")
        except (zipfile.BadZipFile, KeyError, EOFError) as error:
            raise InvalidInput(f"The backup is damaged: {error}") from error

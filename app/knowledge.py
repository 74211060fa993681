"""`opora kb import` and `opora reindex`."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.composition import open_process
from config.settings import get_settings
from core.actor import Actor, system_actor
from core.errors import DomainError, InvalidInput, NotFound
from services import knowledge, reindexing, tenants
from services.documents.formats import Format
from services.ingestion import NOTHING, ChunkReport

_SUFFIXES = frozenset(f".{form.value}" for form in Format)


async def import_path(path: Path, *, tenant: str, source: str | None = None) -> ChunkReport:
    """Load a file, or every readable file below a folder; a second run goes on where the first one stopped.

    A file that cannot be read is named and passed over. Raises NotFound for an unknown tenant, InvalidInput where
    nothing could be read.
    """
    files = await asyncio.to_thread(_files_at, path)
    if not files:
        raise InvalidInput(f"{path} holds no file of these kinds: {', '.join(sorted(_SUFFIXES))}")
    async with open_process(get_settings()):
        actor = await _system_of(tenant)
        with _progress_bar() as bar:
            reports = [await _import_file(actor, file, _source(path, file, source), bar) for file in files]
    read = [report for report in reports if report is not None]
    if not read:
        raise InvalidInput("No file could be read; the lines above say why")
    total = sum(read, NOTHING)
    Console().print(
        f"{len(read)} of {len(files)} files: {total.created} passages created, {total.updated} updated,"
        f" {total.skipped} unchanged" + (f", {total.failed} to be embedded later" if total.failed else "")
    )
    return total


async def reindex(*, tenant: str | None = None) -> None:
    """Make the vectors of a tenant, or of all, anew. Raises NotFound for an unknown tenant."""
    async with open_process(get_settings()):
        for slug in [tenant] if tenant is not None else await tenants.all_slugs():
            report = await reindexing.reindex(await _system_of(slug), None)
            Console().print(f"{slug}: {report.success} passages embedded, {report.failed} failed")


async def _system_of(slug: str) -> Actor:
    tenant_id = await tenants.id_of(slug)
    if tenant_id is None:
        raise NotFound(f"tenant {slug}")
    return system_actor(tenant_id)


def _files_at(path: Path) -> list[Path]:
    """The file, or what is readable below the folder, hidden files and folders aside."""
    if path.is_file():
        return [path]
    found = (file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in _SUFFIXES)
    return sorted(file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts))


def _source(path: Path, file: Path, name: str | None) -> str:
    """The name that was given, else the file's place below the folder: each file is a source of its own."""
    return name or (file.name if file == path else file.relative_to(path).as_posix())


async def _import_file(actor: Actor, file: Path, source: str, bar: Progress) -> ChunkReport | None:
    task = bar.add_task(escape(source), total=None)

    def advance(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    try:
        data = await asyncio.to_thread(file.read_bytes)
        report = await knowledge.import_file(actor, source=source, file_name=file.name, data=data, progress=advance)
    except (DomainError, OSError) as error:
        # A line of its own: the bar's column would cut the reason off.
        bar.remove_task(task)
        bar.console.print(f"[red]✗[/red] {escape(f'{source}: {error}')}", soft_wrap=True)
        return None
    return report.chunks


def _progress_bar() -> Progress:
    counted = (MofNCompleteColumn(), TextColumn("passages"), TimeRemainingColumn())
    return Progress(TextColumn("{task.description}"), BarColumn(), *counted)

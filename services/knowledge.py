"""Knowledge: what a tenant loads, in sources and versioned chunks."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.settings import get_settings
from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput, NotFound, UnsupportedFormat
from core.paging import CursorPage, OffsetPage, Slice
from core.text import checked_text
from models.knowledge import KnowledgeChunk, KnowledgeSource
from services import faqs, ingestion, reindexing
from services.documents.chunking import chunk as cut
from services.documents.document import Document
from services.documents.formats import ACCEPTED, UPLOADED, named_format, safe_name
from services.documents.isolation import read_document_isolated
from services.ingestion import NOTHING, Batch, ChunkReport, NewChunk, identified
from services.unit_of_work import UnitOfWork, unit_of_work

MAX_CONTENT = 20_000
MAX_CHUNKS = 1_000
_STEP = 64
_CHUNKS = """
SELECT c.id, s.name AS source, c.content, c.heading, c.version, c.is_current, c.language
FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id
WHERE c.tenant_id = $1
"""


@dataclass(frozen=True, slots=True)
class UploadReport:
    filename: str
    source: str
    mime_type: str
    size_bytes: int
    sha256: str
    chunks_processed: int
    chunks: ChunkReport


@dataclass(frozen=True, slots=True)
class ChunkRow:
    id: int
    source: str
    content: str
    heading: str
    version: int
    is_current: bool
    language: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    id: int
    name: str
    chunks: int
    mime_type: str | None
    updated_at: datetime


async def add_chunks(actor: Actor, *, source: str, chunks: Sequence[NewChunk]) -> ChunkReport:
    """Create, replace or skip chunks of a source. Raises Forbidden below agent, InvalidInput."""
    _require(actor, Role.AGENT)
    _check_source(source)
    if not 1 <= len(chunks) <= MAX_CHUNKS:
        raise InvalidInput(f"chunks must hold 1 to {MAX_CHUNKS} items", field="chunks")
    for number, chunk in enumerate(chunks):
        if not chunk.content.strip() or len(chunk.content) > MAX_CONTENT:
            raise InvalidInput(f"content must be 1 to {MAX_CONTENT} characters long", field=f"chunks.{number}.content")
    return await ingestion.store(actor, Batch(source, identified(chunks)))


async def upload(actor: Actor, *, source: str | None, file_name: str, data: bytes) -> UploadReport:
    """Read a .txt, .md, .pdf or .docx file and make it searchable. A newer version of a file replaces the older.

    Raises Forbidden below admin, InvalidInput, and what :func:`services.documents.reading.read_document` raises.
    """
    _require(actor, Role.ADMIN)
    if named_format(safe_name(file_name)) not in UPLOADED:
        raise UnsupportedFormat(f"Tables are not uploaded. Accepted: {ACCEPTED}", field="file")
    file = await _read(source, file_name, data)
    return file.report(await ingestion.store(actor, file.batch))


async def import_file(
    actor: Actor, *, source: str | None, file_name: str, data: bytes, progress: Callable[[int, int], None]
) -> UploadReport:
    """As :func:`upload`, for all formats and in steps that stay when it is interrupted: a second run goes on.

    ``progress`` is told how many of how many chunks are done.
    """
    file = await _read(source, file_name, data)
    names, done = list(file.batch.chunks), NOTHING
    progress(0, len(names))
    for start in range(0, len(names), _STEP):
        step = {name: file.batch.chunks[name] for name in names[start : start + _STEP]}
        done += await ingestion.store(actor, replace(file.batch, chunks=step, replaces=None), patience_s=None)
        progress(start + len(step), len(names))
    # All is there now: the whole batch embeds nothing more and retires what the file no longer holds.
    await ingestion.store(actor, file.batch)
    return file.report(done)


@dataclass(frozen=True, slots=True)
class _File:
    document: Document
    batch: Batch

    def report(self, chunks: ChunkReport) -> UploadReport:
        document = self.document
        return UploadReport(
            filename=document.name,
            source=self.batch.source,
            mime_type=document.mime_type,
            size_bytes=document.size_bytes,
            sha256=document.sha256,
            chunks_processed=len(self.batch.chunks),
            chunks=chunks,
        )


async def _read(source: str | None, file_name: str, data: bytes) -> _File:
    settings = get_settings()
    document = await read_document_isolated(file_name, data, max_bytes=settings.limits.max_upload_bytes)
    name = source or document.name
    _check_source(name)
    pieces = await asyncio.to_thread(cut, document, target_chars=settings.knowledge.chunk_chars)
    # Several files may share a source; each replaces what came from a file of its own name.
    prefix = "" if name == document.name else f"{document.name[:40]}#"
    chunks = {
        f"{prefix}{piece.key}"[:255]: NewChunk(piece.content, {"page": piece.page} if piece.page else {}, piece.heading)
        for piece in pieces
    }
    return _File(document, Batch(name, chunks, prefix, document.mime_type, document.sha256))


async def list_sources(uow: UnitOfWork) -> list[SourceRow]:
    rows = await uow.rows(
        """SELECT s.id, s.name, s.mime_type, s.updated_at, count(c.id) FILTER (WHERE c.is_current) AS chunks
        FROM knowledge_sources s LEFT JOIN knowledge_chunks c ON c.source_id = s.id
        WHERE s.tenant_id = $1 GROUP BY s.id ORDER BY s.name LIMIT 1000""",
        uow.tenant_id,
    )
    return [SourceRow(**row) for row in rows]


async def list_chunks(uow: UnitOfWork, page: OffsetPage) -> list[ChunkRow]:
    """All versions of all chunks, oldest first."""
    rows = await uow.rows(_CHUNKS + "ORDER BY c.id OFFSET $2 LIMIT $3", uow.tenant_id, page.skip, page.limit)
    return [ChunkRow(**row) for row in rows]


async def page_chunks(uow: UnitOfWork, page: CursorPage, source: str | None = None) -> Slice[ChunkRow]:
    """As :func:`list_chunks`, by cursor, of one source where it is named."""
    rows = await uow.rows(
        _CHUNKS + "AND c.id > $2 AND ($3::text IS NULL OR s.name = $3) ORDER BY c.id LIMIT $4",
        uow.tenant_id,
        page.after or 0,
        source,
        page.size + 1,
    )
    return Slice([ChunkRow(**row) for row in rows[: page.size]], has_more=len(rows) > page.size)


async def reindex(actor: Actor, source: str | None) -> reindexing.ReindexReport:
    """Embed the current chunks anew, of one source or of all. Raises Forbidden below agent, NotFound, InvalidInput."""
    _require(actor, Role.AGENT)
    return await reindexing.reindex(actor, await _source_id(actor, source) if source is not None else None)


def _checked_source(name: str) -> str:
    return checked_text(name, field="source", most=255)


async def _source_id(actor: Actor, source: str) -> int:
    name = _checked_source(source)
    async with unit_of_work(actor):
        found = await KnowledgeSource.get_or_none(name=name)
    if found is None:
        raise NotFound("source", source)
    return int(found.id)


async def delete_source(actor: Actor, source: str) -> int:
    """Delete a source, its chunks in all versions and their vectors; the number of chunks.

    Raises NotFound, InvalidInput; Conflict where active FAQ entries are its passages.
    """
    _require(actor, Role.ADMIN)
    name = _checked_source(source)
    async with unit_of_work(actor) as uow:
        found = await KnowledgeSource.filter(name=name).select_for_update().get_or_none()
        if found is None:
            raise NotFound("source", source)
        if source == faqs.SOURCE:
            await faqs.check_unused(uow)
        chunks = await KnowledgeChunk.filter(source_id=found.id).values("id", "is_current")
        await ingestion.retire(uow, [chunk["id"] for chunk in chunks if chunk["is_current"]])
        await found.delete()
        return len(chunks)


def _require(actor: Actor, role: Role) -> None:
    if not actor.role.includes(role):
        raise Forbidden


def _check_source(source: str) -> None:
    if not source.strip() or len(source) > 255:
        raise InvalidInput("source must be 1 to 255 characters long", field="source")

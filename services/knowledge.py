"""Knowledge: what a tenant loads, in sources and versioned chunks."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput, NotFound
from core.facts.documents import DocumentFileDropped
from core.paging import CursorPage, OffsetPage, Slice
from core.text import checked_text
from models.documents import Document
from models.knowledge import KnowledgeChunk, KnowledgeSource
from services import assistants, faqs, ingestion, knowledge_files, qa_entries, reindexing
from services.ingestion import NOTHING, Batch, ChunkReport, NewChunk
from services.knowledge_files import KnowledgeFile
from services.unit_of_work import UnitOfWork, unit_of_work

MAX_CONTENT = 20_000
MAX_CHUNKS = 1_000
_CHUNKS = """
SELECT c.id, s.name AS source, c.content, c.heading, c.version, c.is_current, c.language, c.created_at
FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id
WHERE c.tenant_id = $1
"""
_PAGE = """
AND c.scope = coalesce($5::bigint, 0) AND c.id > $2 AND ($3::text IS NULL OR s.name = $3)
AND ($6::boolean IS NULL OR c.is_current = $6) ORDER BY c.id LIMIT $4
"""
_VERSIONS = """
AND (c.source_id, c.identity) = (
    SELECT one.source_id, one.identity FROM knowledge_chunks one
    WHERE one.id = $2 AND one.tenant_id = $1 AND ($3 OR one.scope = 0))
ORDER BY c.version DESC LIMIT 100
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
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SourceRow:
    id: int
    name: str
    chunks: int
    mime_type: str | None
    updated_at: datetime


def _identified(chunks: Sequence[NewChunk]) -> dict[str, NewChunk]:
    """Identity is ``metadata.key``, else (section, page) where unique in the request, else the position."""
    places = Counter(_place(chunk) for chunk in chunks)
    found: dict[str, NewChunk] = {}
    for position, chunk in enumerate(chunks):
        key, place = chunk.metadata.get("key"), _place(chunk)
        identity = f"key:{key}" if key is not None else place if place and places[place] == 1 else f"#{position}"
        if len(identity) > 255 or identity in found:
            raise InvalidInput("metadata.key must be short and unique in the request", field=f"chunks.{position}")
        found[identity] = chunk
    return found


def _place(chunk: NewChunk) -> str | None:
    section, page = chunk.metadata.get("section"), chunk.metadata.get("page")
    return None if section is None and page is None else f"at:{section}:{page}"


async def add_chunks(actor: Actor, *, source: str, chunks: Sequence[NewChunk]) -> ChunkReport:
    """Create, replace or skip chunks of a source. Raises Forbidden below agent, InvalidInput."""
    _require(actor, Role.AGENT)
    knowledge_files.check_source(source)
    if not 1 <= len(chunks) <= MAX_CHUNKS:
        raise InvalidInput(f"chunks must hold 1 to {MAX_CHUNKS} items", field="chunks")
    for number, chunk in enumerate(chunks):
        if not chunk.content.strip() or len(chunk.content) > MAX_CONTENT:
            raise InvalidInput(f"content must be 1 to {MAX_CONTENT} characters long", field=f"chunks.{number}.content")
    return await ingestion.store(actor, Batch(source, _identified(chunks)))


async def upload(actor: Actor, *, source: str | None, file_name: str, data: bytes) -> UploadReport:
    """Read a .txt, .md, .pdf or .docx file and make it searchable. A newer version of a file replaces the older.

    Raises Forbidden below admin, InvalidInput, and what :func:`services.documents.reading.read_document` raises.
    """
    _require(actor, Role.ADMIN)
    knowledge_files.check_uploaded(file_name)
    file = await knowledge_files.read(file_name, data, source=source)
    return _report(file, await ingestion.store(actor, file.batch))


async def import_file(
    actor: Actor, *, source: str | None, file_name: str, data: bytes, progress: Callable[[int, int], None]
) -> UploadReport:
    """As :func:`upload`, for all formats and in steps that stay when it is interrupted: a second run goes on.

    ``progress`` is told how many of how many chunks are done.
    """
    file = await knowledge_files.read(file_name, data, source=source)
    total, stored, done = len(file.batch.chunks), 0, NOTHING
    progress(0, total)
    for step in file.steps():
        done += await ingestion.store(actor, step, patience_s=None)
        stored += len(step.chunks)
        progress(stored, total)
    # All is there now: the whole batch embeds nothing more and retires what the file no longer holds.
    await ingestion.store(actor, file.batch)
    return _report(file, done)


def _report(file: KnowledgeFile, chunks: ChunkReport) -> UploadReport:
    document = file.document
    return UploadReport(
        filename=document.name,
        source=file.batch.source,
        mime_type=document.mime_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        chunks_processed=len(file.batch.chunks),
        chunks=chunks,
    )


async def list_sources(uow: UnitOfWork, *, assistant_id: int | None = None) -> list[SourceRow]:
    """Sources that all of the tenant know, or those that an assistant alone knows, for staff.

    Raises Forbidden, NotFound.
    """
    await assistants.check_named(uow, assistant_id)
    rows = await uow.rows(
        """SELECT s.id, s.name, s.mime_type, s.updated_at, count(c.id) FILTER (WHERE c.is_current) AS chunks
        FROM knowledge_sources s LEFT JOIN knowledge_chunks c ON c.source_id = s.id
        WHERE s.tenant_id = $1 AND s.assistant_id IS NOT DISTINCT FROM $2::bigint
        GROUP BY s.id ORDER BY s.name LIMIT 1000""",
        uow.tenant_id,
        assistant_id,
    )
    return [SourceRow(**row) for row in rows]


async def list_chunks(uow: UnitOfWork, page: OffsetPage) -> list[ChunkRow]:
    """All versions of all chunks, oldest first."""
    rows = await uow.rows(
        _CHUNKS + "AND c.scope = 0 ORDER BY c.id OFFSET $2 LIMIT $3", uow.tenant_id, page.skip, page.limit
    )
    return [ChunkRow(**row) for row in rows]


async def page_chunks(
    uow: UnitOfWork,
    page: CursorPage,
    source: str | None = None,
    *,
    assistant_id: int | None = None,
    current: bool | None = None,
) -> Slice[ChunkRow]:
    """As :func:`list_chunks`, by cursor, of one source where it is named; ``current`` leaves out the others.

    With an ``assistant_id`` what that assistant alone knows, for staff. Raises Forbidden, NotFound.
    """
    await assistants.check_named(uow, assistant_id)
    rows = await uow.rows(_CHUNKS + _PAGE, uow.tenant_id, page.after or 0, source, page.size + 1, assistant_id, current)
    return Slice([ChunkRow(**row) for row in rows[: page.size]], has_more=len(rows) > page.size)


async def chunk_versions(uow: UnitOfWork, chunk_id: int) -> list[ChunkRow]:
    """All versions of the passage that a chunk is a version of, latest first; of assistants' own for staff alone.

    Raises NotFound.
    """
    rows = await uow.rows(_CHUNKS + _VERSIONS, uow.tenant_id, chunk_id, uow.actor.is_staff)
    if not rows:
        raise NotFound("chunk", chunk_id)
    return [ChunkRow(**row) for row in rows]


async def reindex(actor: Actor, source: str | None) -> reindexing.ReindexReport:
    """Embed the current chunks anew, of one source or of all. Raises Forbidden below agent, NotFound, InvalidInput."""
    _require(actor, Role.AGENT)
    return await reindexing.reindex(actor, await _source_id(actor, source) if source is not None else None)


def _checked_source(name: str) -> str:
    return checked_text(name, field="source", most=255)


async def _source_id(actor: Actor, source: str) -> int:
    name = _checked_source(source)
    async with unit_of_work(actor):
        return int((await _source(name)).id)


async def delete_source(actor: Actor, source: str) -> int:
    """Delete a source, its chunks in all versions and their vectors; the number of chunks.

    Documents that were uploaded into it go with it. Raises NotFound, InvalidInput; Conflict where active FAQ entries or
    Q&A entries are its passages.
    """
    _require(actor, Role.ADMIN)
    name = _checked_source(source)
    async with unit_of_work(actor) as uow:
        found = await _source(name)
        # Documents before their source, as whoever reads one locks them.
        documents = await Document.filter(source_id=found.id).order_by("id").select_for_update()
        found = await _source(name, locked=True)
        if source == faqs.SOURCE:
            await faqs.check_unused(uow)
        if source == qa_entries.SOURCE:
            await qa_entries.check_unused(uow)
        for document in documents:
            if document.storage_key is not None:
                uow.emit(DocumentFileDropped(document.storage_key))
            await document.delete()
        return await remove(uow, found)


async def remove(uow: UnitOfWork, source: KnowledgeSource) -> int:
    """Delete a source that the caller has locked, with its chunks and vectors; the number of chunks."""
    chunks = await KnowledgeChunk.filter(source_id=source.id).values("id", "is_current")
    await ingestion.retire(uow, [chunk["id"] for chunk in chunks if chunk["is_current"]])
    await source.delete()
    return len(chunks)


async def _source(name: str, *, locked: bool = False) -> KnowledgeSource:
    """A source of the tenant, none of an assistant's. Raises NotFound."""
    query = KnowledgeSource.filter(name=name, assistant_id=None)
    found = await (query.select_for_update() if locked else query).get_or_none()
    if found is None:
        raise NotFound("source", name)
    return found


def _require(actor: Actor, role: Role) -> None:
    if not actor.role.includes(role):
        raise Forbidden

"""Documents that assistants are given: uploaded, listed, deleted. :mod:`services.document_reading` learns them.

As other files, a document reserves its room by a row, is stored, and is seen when the row says so; then a job reads it.
A file of a name that the assistant knows already takes the place of the older one, and its source.
"""

import asyncio
import hashlib

import structlog

from core import clock
from core.actor import Actor
from core.errors import Forbidden, NotFound, Unavailable, UnreadableDocument
from core.facts.documents import DocumentFileDropped, DocumentProgressed, DocumentUploaded
from core.ids import new_uuid
from core.languages import Language
from core.paging import CursorPage, Slice
from models.documents import Document
from models.knowledge import KnowledgeSource
from services import assistant_removal, assistants, files, knowledge, knowledge_files
from services.documents.formats import MIME_TYPES, Format, check_agreement, safe_name
from services.providers import providers
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work, unit_of_work
from services.wording.texts import wording

MOST_ROWS = 1_000
_BATCH = 100
_BLANK = b" \t\r\n\f\x0b\x00\xef\xbb\xbf"
logger = structlog.get_logger(__name__)

_LOCK_NAME = "SELECT pg_advisory_xact_lock(hashtextextended('opora.documents:' || $2 || ':' || $3, $1))"
_CUT_OFF = """
SELECT id, storage_key FROM documents
WHERE stored_at IS NULL AND created_at < clock_timestamp() - interval '1 hour' ORDER BY created_at LIMIT $1
"""
_FORGET = "DELETE FROM documents WHERE id = ANY ($1::bigint[]) AND stored_at IS NULL RETURNING id"


async def upload(actor: Actor, *, file_name: str, data: bytes, assistant_id: int | None = None) -> Document:
    """Check, scan and store a .txt, .md, .pdf or .docx file for an assistant, or for all of the tenant; a job reads it.

    Raises Forbidden below admin, NotFound for the assistant, TooLarge, QuotaExceeded, UnreadableDocument (empty,
    damaged), UnsupportedFormat, FileInfected, Unavailable.
    """
    if not actor.is_admin:
        raise Forbidden
    async with unit_of_work(actor) as uow:
        await assistants.check_named(uow, assistant_id)
    files.check_size(data)
    document = await asyncio.to_thread(_described, actor, file_name, data, assistant_id)
    await files.check_safe(data)
    async with unit_of_work(actor) as uow:
        if assistant_id is not None:
            await assistant_removal.prevent(uow, assistant_id)
        await files.check_room(uow, len(data))
        await document.save()
    try:
        await providers().files.put(str(document.storage_key), data, mime_type=document.mime_type)
    except Unavailable:
        await _take_back(actor, document)
        raise
    async with unit_of_work(actor) as uow:
        kept = await _stored(uow, document)
    if not kept:
        await files.remove(str(document.storage_key))
        raise NotFound("assistant", assistant_id)
    return document


async def get(uow: UnitOfWork, document_id: int) -> Document:
    """Raises Forbidden below agent, NotFound."""
    uow.actor.require_staff()
    document = await Document.get_or_none(id=document_id, stored_at__not_isnull=True)
    if document is None:
        raise NotFound("document", document_id)
    return document


async def list_documents(uow: UnitOfWork, *, assistant_id: int | None = None) -> list[Document]:
    """Documents of an assistant, or of the whole tenant, newest first, at most a thousand.

    Raises Forbidden below agent, NotFound for the assistant.
    """
    uow.actor.require_staff()
    await assistants.check_named(uow, assistant_id)
    return await Document.filter(**_chosen(assistant_id)).order_by("-id").limit(MOST_ROWS)


async def page_documents(uow: UnitOfWork, page: CursorPage, *, assistant_id: int | None = None) -> Slice[Document]:
    """As :func:`list_documents`, by cursor, oldest first."""
    uow.actor.require_staff()
    await assistants.check_named(uow, assistant_id)
    rows = await Document.filter(**_chosen(assistant_id), id__gt=page.after or 0).order_by("id").limit(page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def delete(actor: Actor, document_id: int) -> None:
    """Remove a document with its source, chunks and vectors, also while it is read. Raises Forbidden below admin,
    NotFound.
    """
    if not actor.is_admin:
        raise Forbidden
    async with unit_of_work(actor) as uow:
        # Whoever writes to the source holds the document first: what is being read is waited for, or finds it gone.
        found = Document.filter(id=document_id, stored_at__not_isnull=True).select_for_update()
        document = await found.get_or_none()
        if document is None:
            raise NotFound("document", document_id)
        if document.source_id is not None:
            source = await KnowledgeSource.filter(id=document.source_id).select_for_update().get()
            await knowledge.remove(uow, source)
        await _drop(uow, document)


def failure(document: Document, language: Language) -> str | None:
    """Why the document was not read, for people; None where it was."""
    return None if document.error is None else wording(language).render(document.error)


async def forget_cut_off() -> int:
    """Remove what is left of uploads that ended before the file was stored, of all tenants. Returns how many."""
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        rows = await statements.rows(_CUT_OFF, _BATCH)
    removals = await asyncio.gather(*(files.remove(row["storage_key"]) for row in rows))
    gone = [row["id"] for row, removed in zip(rows, removals, strict=True) if removed]
    if gone:
        async with system_unit_of_work(SystemReason.RETENTION) as statements:
            await statements.rows(_FORGET, gone)
    return len(gone)


def _described(actor: Actor, file_name: str, data: bytes, assistant_id: int | None) -> Document:
    public_id = new_uuid()
    return Document(
        public_id=public_id,
        tenant_id=actor.tenant_id,
        assistant_id=assistant_id,
        file_name=safe_name(file_name),
        mime_type=MIME_TYPES[_format_of(file_name, data)],
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=f"{actor.tenant_id}/{public_id.hex[:2]}/{public_id}",
        uploaded_by_id=files.owner_of(actor),
    )


def _format_of(file_name: str, data: bytes) -> Format:
    """What the file is, as far as can be told without reading it."""
    form = knowledge_files.check_uploaded(file_name)
    if not data.strip(_BLANK):
        raise UnreadableDocument("The file is empty", field="file")
    check_agreement(form, data)
    return form


async def _stored(uow: UnitOfWork, document: Document) -> bool:
    """Show the document, in the place of older ones of its name, and let it be read; False where its assistant, and
    with it the row, was deleted while the file was stored.
    """
    if await Document.filter(id=document.id).select_for_update().get_or_none() is None:
        return False
    same = {"assistant_id": document.assistant_id, "file_name": document.file_name}
    # Two uploads of one name at a time would not see each other, and both stay.
    await uow.rows(_LOCK_NAME, uow.tenant_id, str(document.assistant_id), document.file_name)
    older = await Document.filter(**same, stored_at__not_isnull=True).order_by("id").select_for_update()
    for one in older:
        document.source_id, document.chunks_count = one.source_id, one.chunks_count
        await _drop(uow, one)
    document.stored_at = clock.now()
    await document.save(update_fields=["stored_at", "source_id", "chunks_count"])
    uow.emit(DocumentUploaded(document.id), DocumentProgressed(document.id, document.status.value, document.progress))
    return True


async def _drop(uow: UnitOfWork, document: Document) -> None:
    if document.storage_key is not None:
        uow.emit(DocumentFileDropped(document.storage_key))
    await document.delete()


async def _take_back(actor: Actor, document: Document) -> None:
    """Undo a reservation. Where the store does not answer for that either, the row stays for the duty."""
    if not await files.remove(str(document.storage_key)):
        logger.warning("document_left_behind", document=document.id)
        return
    async with unit_of_work(actor) as uow:
        await uow.rows(_FORGET, [document.id])


def _chosen(assistant_id: int | None) -> dict[str, object]:
    own = {} if assistant_id is None else {"assistant_id": assistant_id}
    return {"stored_at__not_isnull": True, **own}

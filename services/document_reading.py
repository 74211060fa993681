"""From a stored document to passages that are found and cited, by a job that tells how far it is.

Each part is stored by a transaction of its own, which first makes sure that the document is still wanted: a job that
was interrupted goes on where it stopped, and one whose document was deleted or replaced leaves nothing behind.
"""

from collections.abc import Mapping
from functools import partial

from core import clock
from core.actor import system_actor
from core.errors import DomainError, InvalidInput, NotFound, TooLarge, UnreadableDocument, UnsupportedFormat
from core.facts.documents import DocumentFileDropped, DocumentProgressed
from models.documents import Document, DocumentStatus
from services import assistant_removal, files, ingestion, jobs, knowledge_files
from services.ingestion import Batch
from services.jobs import RunningJob
from services.knowledge_files import KnowledgeFile
from services.unit_of_work import UnitOfWork, unit_of_work

GAVE_UP = "document_failed"
_READ_PERCENT, _STORED_PERCENT = 5, 99
_REFUSALS = (InvalidInput, NotFound, TooLarge, UnreadableDocument, UnsupportedFormat)
_REASONS = (
    ("protected by a password", "document_protected"),
    ("holds no text", "document_without_text"),
    ("takes too long", "document_too_slow"),
    ("encoding", "document_encoding"),
)
"""Parts of what the readers say, and the text that tells people so."""
_REASON_OF: Mapping[type[DomainError], str] = {
    TooLarge: "document_too_large",
    UnsupportedFormat: "document_unsupported",
    NotFound: "document_lost",
}


class _Unwanted(Exception):
    """The document was deleted, replaced, or read by another run of the job."""


async def read(job: RunningJob, document_id: int) -> None:
    """A job: make knowledge of a document, or tell why that cannot be. Raises Unavailable, and Conflict."""
    actor = system_actor(job.tenant_id)
    async with unit_of_work(actor):
        document = await _waiting(document_id)
    if document is None:
        return
    try:
        file = await _read(document)
        await _learn(job, document.id, file)
    except _Unwanted:
        return
    except _REFUSALS as error:
        async with unit_of_work(actor) as uow:
            await refuse(uow, document_id, reason_of(error))
            await jobs.finish(uow, job)


async def refuse(uow: UnitOfWork, document_id: int, reason: str) -> None:
    """Mark a document as failed; ``reason`` is the key of a text. What was known of an older version stays known."""
    document = await _waiting(document_id, locked=True)
    if document is not None:
        await _end(uow, document, DocumentStatus.FAILED, error=reason)


async def forget_file(job: RunningJob, storage_key: str) -> None:
    """A job: remove a stored file that nobody needs. Raises Unavailable."""
    await files.discard(storage_key)
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await jobs.finish(uow, job)


def reason_of(error: DomainError) -> str:
    """The key of the text that says why a document is not read."""
    told = next((reason for words, reason in _REASONS if words in error.message), None)
    return told or _REASON_OF.get(type(error), "document_damaged")


async def _read(document: Document) -> KnowledgeFile:
    data = await files.stored(str(document.storage_key))
    return await knowledge_files.read(document.file_name, data, assistant_id=document.assistant_id)


async def _learn(job: RunningJob, document_id: int, file: KnowledgeFile) -> None:
    actor = system_actor(job.tenant_id)
    total, done = len(file.batch.chunks), 0
    async with unit_of_work(actor) as uow:
        await _advance(uow, document_id, file.batch, _READ_PERCENT)
    for step in file.steps():
        done += len(step.chunks)
        percent = _READ_PERCENT + (_STORED_PERCENT - _READ_PERCENT) * done // total
        advance = partial(_advance, document_id=document_id, batch=file.batch, percent=percent)
        await ingestion.store(actor, step, patience_s=None, first=advance)
    # All is there now: the whole embeds nothing more and retires what an older version held.
    await ingestion.store(actor, file.batch, first=partial(_complete, job=job, document_id=document_id, file=file))


async def _advance(uow: UnitOfWork, document_id: int, batch: Batch, percent: int) -> None:
    """Hold the document and tell how far it is; a second run is silent until it is further than the first."""
    await _hold(uow, batch)
    document = await _wanted(document_id)
    document.source_id = await ingestion.source_of(uow, batch)
    if percent > document.progress:
        document.progress = percent
        uow.emit(DocumentProgressed(document.id, document.status.value, percent))
    await document.save(update_fields=["source_id", "progress"])


async def _complete(uow: UnitOfWork, job: RunningJob, document_id: int, file: KnowledgeFile) -> None:
    await _hold(uow, file.batch)
    document = await _wanted(document_id)
    document.source_id = await ingestion.source_of(uow, file.batch)
    document.chunks_count = len(file.batch.chunks)
    document.progress = 100
    await _end(uow, document, DocumentStatus.COMPLETED)
    await jobs.finish(uow, job)


async def _end(uow: UnitOfWork, document: Document, status: DocumentStatus, error: str | None = None) -> None:
    if document.storage_key is not None:
        uow.emit(DocumentFileDropped(document.storage_key))
    document.status, document.error, document.storage_key = status, error, None
    document.completed_at = clock.now()
    await document.save()
    uow.emit(DocumentProgressed(document.id, status.value, document.progress))


async def _hold(uow: UnitOfWork, batch: Batch) -> None:
    """Hold the assistant before its document and source, as its removal does: else the two may wait for each other."""
    if batch.assistant_id is not None:
        await assistant_removal.prevent(uow, batch.assistant_id)


async def _wanted(document_id: int) -> Document:
    document = await _waiting(document_id, locked=True)
    if document is None:
        raise _Unwanted
    return document


async def _waiting(document_id: int, *, locked: bool = False) -> Document | None:
    """The document if it is stored and not read yet."""
    found = Document.filter(id=document_id, stored_at__not_isnull=True, status=DocumentStatus.PROCESSING)
    return await (found.select_for_update() if locked else found).get_or_none()

"""What goes with an assistant: its own knowledge, also where vectors stand elsewhere, its bot and its dialogs."""

from collections.abc import Sequence

from core.errors import NotFound
from core.facts.documents import DocumentFileDropped
from services import ingestion, telegram_bots
from services.unit_of_work import UnitOfWork

# In the order in which whoever reads a document or writes an entry locks them. Whatever they wrote by then is retired
# with the rest; whoever comes later finds the assistant gone.
_LOCKS = tuple(
    f"SELECT id FROM {table} WHERE tenant_id = $1 AND assistant_id = ANY($2::bigint[]) ORDER BY id FOR UPDATE"  # noqa: S608
    for table in ("documents", "qa_entries", "knowledge_sources")
)
_HOLD = "SELECT id FROM assistants WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE"
_CHUNKS = """
SELECT c.id FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id
WHERE s.tenant_id = $1 AND s.assistant_id = ANY($2::bigint[]) AND c.is_current
"""
_FILES = """
SELECT storage_key FROM documents
WHERE tenant_id = $1 AND assistant_id = ANY($2::bigint[]) AND storage_key IS NOT NULL
"""
# Dialogs go with their conversations, messages and all; the rest of an assistant's goes with its row.
_DELETE_DIALOGS = """
DELETE FROM conversations c USING dialogs d
WHERE c.tenant_id = $1 AND d.tenant_id = $1 AND d.id = c.id AND d.assistant_id = ANY($2::bigint[])
"""
_DELETE_SUMS = "DELETE FROM knowledge_spaces WHERE tenant_id = $1 AND scope = ANY($2::bigint[])"
_DELETE = "DELETE FROM assistants WHERE tenant_id = $1 AND id = ANY($2::bigint[])"


async def prevent(uow: UnitOfWork, assistant_id: int) -> None:
    """Keep an assistant from being removed until the unit of work ends. Raises NotFound where it is gone."""
    if await uow.row(_HOLD, uow.tenant_id, assistant_id) is None:
        raise NotFound("assistant", assistant_id)


async def remove(uow: UnitOfWork, assistant_ids: Sequence[int]) -> None:
    """Remove assistants whose rows the caller has locked, with knowledge, bots and dialogs of their own."""
    for lock in _LOCKS:
        await uow.rows(lock, uow.tenant_id, list(assistant_ids))
    await ingestion.retire(uow, [row["id"] for row in await uow.rows(_CHUNKS, uow.tenant_id, list(assistant_ids))])
    for row in await uow.rows(_FILES, uow.tenant_id, list(assistant_ids)):
        uow.emit(DocumentFileDropped(row["storage_key"]))
    await telegram_bots.let_go(uow, assistant_ids)
    await uow.rows(_DELETE_DIALOGS, uow.tenant_id, list(assistant_ids))
    await uow.rows(_DELETE_SUMS, uow.tenant_id, list(assistant_ids))
    await uow.rows(_DELETE, uow.tenant_id, list(assistant_ids))

"""Q&A entries: reading, searching, keeping."""

import strawberry

from core.paging import CursorPage
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.paging import After, Connection, First, connection
from schema.types.qa_entries import CreateQaEntryInput, DeleteQaEntryPayload, QaEntry, UpdateQaEntryInput
from schema.types.scalars import row_id, row_id_or_none
from services import qa_entries
from services.unit_of_work import unit_of_work


@strawberry.type
class QaEntryQuery:
    @query(Requires.QA_READ)
    async def qa_entries(
        self, info: Info, assistant_id: ID | None = None, first: First = 20, after: After = None
    ) -> Connection[QaEntry]:
        """Entries of an assistant, or of the whole tenant, oldest first. Errors: NOT_FOUND."""
        page, chosen = CursorPage.checked(first, after), row_id_or_none(assistant_id, "assistantId")
        async with unit_of_work(info.context.actor) as uow:
            rows = await qa_entries.page_entries(uow, page, assistant_id=chosen)
        return connection(rows, node=QaEntry.of, key=lambda row: row.id, after=after)

    @query(Requires.QA_READ)
    async def qa_search(self, info: Info, query: str, assistant_id: ID | None = None) -> list[QaEntry]:
        """Entries with all words of `query` in any of their forms, or with it as a part of the text, best first."""
        chosen = row_id_or_none(assistant_id, "assistantId")
        async with unit_of_work(info.context.actor) as uow:
            return [QaEntry.of(row) for row in await qa_entries.search(uow, query, assistant_id=chosen)]


@strawberry.type
class QaEntryMutation:
    @mutation(Requires.QA_WRITE, names={"assistant_id": "assistantId"})
    async def create_qa_entry(self, info: Info, input: CreateQaEntryInput) -> QaEntry:
        """A new entry, which is answered from when this answers. Errors: NOT_FOUND for the assistant."""
        given = {**vars(input), "assistant_id": row_id_or_none(input.assistant_id, "assistantId")}
        return QaEntry.of(await qa_entries.create(info.context.actor, **given))

    @mutation(Requires.QA_WRITE)
    async def update_qa_entry(self, info: Info, id: ID, input: UpdateQaEntryInput) -> QaEntry:
        """Change an entry. Other words are a new version, which answers cite from then on. Errors: NOT_FOUND."""
        return QaEntry.of(await qa_entries.update(info.context.actor, row_id(id), input.changes()))

    @mutation(Requires.QA_WRITE)
    async def delete_qa_entry(self, info: Info, id: ID) -> DeleteQaEntryPayload:
        """Remove an entry: nothing is answered from it any more. Errors: NOT_FOUND."""
        await qa_entries.delete(info.context.actor, row_id(id))
        return DeleteQaEntryPayload(id=id)

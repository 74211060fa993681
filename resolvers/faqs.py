"""FAQ entries: reading, searching, keeping."""

import strawberry

from core.paging import CursorPage
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.faqs import CreateFaqInput, DeleteFaqPayload, Faq, FaqFilter, UpdateFaqInput
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import row_id
from services import faqs
from services.unit_of_work import unit_of_work


@strawberry.type
class FaqQuery:
    @query(Requires.FAQ_READ)
    async def faqs(
        self, info: Info, first: First = 20, after: After = None, filter: FaqFilter | None = None
    ) -> Connection[Faq]:
        """FAQ entries, oldest first; customers see the active ones."""
        chosen, page = (filter or FaqFilter()).chosen(), CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await faqs.page_faqs(uow, chosen, page)
        return connection(rows, node=Faq.of, key=lambda row: row.id, after=after)


@strawberry.type
class FaqMutation:
    @mutation(Requires.FAQ_WRITE)
    async def create_faq(self, info: Info, input: CreateFaqInput) -> Faq:
        """A new entry. An active one answers questions from then on."""
        return Faq.of(await faqs.create(info.context.actor, **vars(input)))

    @mutation(Requires.FAQ_WRITE)
    async def update_faq(self, info: Info, id: ID, input: UpdateFaqInput) -> Faq:
        """Change an entry. Other words are a new version, which answers cite from then on. Errors: NOT_FOUND."""
        return Faq.of(await faqs.update(info.context.actor, row_id(id), input.changes()))

    @mutation(Requires.FAQ_WRITE)
    async def delete_faq(self, info: Info, id: ID) -> DeleteFaqPayload:
        """Remove an entry: nothing is answered from it any more. Errors: NOT_FOUND."""
        await faqs.delete(info.context.actor, row_id(id))
        return DeleteFaqPayload(id=id)

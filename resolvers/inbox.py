"""The inbox and its saved views."""

import strawberry

from core.paging import CursorPage, Place
from resolvers.lookahead import included
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.inbox import InboxConnection, InboxCounts, InboxFilter
from schema.types.paging import After, First
from schema.types.saved_views import CreateSavedViewInput, DeleteSavedViewPayload, SavedView, UpdateSavedViewInput
from schema.types.scalars import row_id
from services import inbox, saved_views
from services.unit_of_work import unit_of_work


@strawberry.type
class InboxQuery:
    @query(Requires.INBOX_READ)
    async def inbox(
        self, info: Info, first: First = 30, after: After = None, filter: InboxFilter | None = None
    ) -> InboxConnection:
        """Tickets and dialogs, the most recently active first. Customers see their own tickets, staff all."""
        actor, size = info.context.actor, CursorPage.checked(first, None).size
        async with unit_of_work(actor) as uow:
            page = await inbox.page(
                uow,
                (filter or InboxFilter()).chosen(),
                size=size,
                after=None if after is None else Place.of(after),
                include=included(info, below=("edges", "node", "ticket")),
            )
        return InboxConnection.of(page, actor, after=after)

    @query(Requires.INBOX_COUNT)
    async def inbox_counts(self, info: Info) -> InboxCounts:
        """How much waits for the caller and their colleagues."""
        async with unit_of_work(info.context.actor) as uow:
            return InboxCounts.of(await inbox.counts(uow))

    @query(Requires.VIEW_MANAGE)
    async def saved_views(self, info: Info) -> list[SavedView]:
        """The caller's views of the inbox and those that colleagues share, oldest first."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            return [SavedView.of(row, actor) for row in await saved_views.list_views(uow)]


@strawberry.type
class InboxMutation:
    @mutation(Requires.VIEW_MANAGE)
    async def create_saved_view(self, info: Info, input: CreateSavedViewInput) -> SavedView:
        """Keep a filter of the inbox under a name, for oneself or for all staff."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            return SavedView.of(await saved_views.create(uow, input.changes()), actor)

    @mutation(Requires.VIEW_MANAGE)
    async def update_saved_view(self, info: Info, id: ID, input: UpdateSavedViewInput) -> SavedView:
        """Change a view of one's own; admins change shared ones too. Errors: NOT_FOUND, FORBIDDEN."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            return SavedView.of(await saved_views.update(uow, row_id(id), input.changes()), actor)

    @mutation(Requires.VIEW_MANAGE)
    async def delete_saved_view(self, info: Info, id: ID) -> DeleteSavedViewPayload:
        """Remove a view of one's own; admins remove shared ones too. Errors: NOT_FOUND, FORBIDDEN."""
        async with unit_of_work(info.context.actor) as uow:
            await saved_views.delete(uow, row_id(id))
        return DeleteSavedViewPayload(id=id)

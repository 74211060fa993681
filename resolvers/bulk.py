"""The same change of many tickets or dialogs."""

from typing import Annotated

import strawberry

from core.unset import UNSET
from resolvers.lookahead import included
from resolvers.policy import Requires, mutation
from schema.types.bulk import (
    IDS,
    DeleteTicketsPayload,
    DialogsPayload,
    UpdateTicketsInput,
    UpdateTicketsPayload,
    failures_of,
)
from schema.types.context import ID, Info
from schema.types.dialogs import Dialog
from schema.types.rows import shown_id
from schema.types.scalars import row_id, row_id_or_none
from schema.types.tickets import Ticket
from services import bulk, dialog_list, dialogs, ticket_list, tickets
from services.bulk import BulkResult, Change
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work

Ids = Annotated[list[ID], strawberry.argument(description=IDS)]


@strawberry.type
class BulkMutation:
    @mutation(Requires.TICKET_BULK, names={"assigned_to_id": "assigned_to"})
    async def update_tickets(self, info: Info, ids: Ids, input: UpdateTicketsInput) -> UpdateTicketsPayload:
        """Change many tickets as updateTicket changes one."""
        actor, changes = info.context.actor, _changes(input)
        result = await bulk.each(actor, _row_ids(ids), lambda uow, id: tickets.update(uow, id, changes))
        async with unit_of_work(actor) as uow:
            rows = await ticket_list.by_ids(uow, result.done, included(info, below=("tickets",)))
        shown = [Ticket.of(rows[id], actor) for id in result.done if id in rows]
        return UpdateTicketsPayload(tickets=shown, failures=failures_of(result))

    @mutation(Requires.TICKET_DELETE)
    async def delete_tickets(self, info: Info, ids: Ids) -> DeleteTicketsPayload:
        """Remove many tickets with their messages."""
        result = await bulk.each(info.context.actor, _row_ids(ids), tickets.delete)
        return DeleteTicketsPayload(ids=[shown_id(id) for id in result.done], failures=failures_of(result))

    @mutation(Requires.DIALOG_MANAGE)
    async def archive_dialogs(self, info: Info, ids: Ids) -> DialogsPayload:
        """Put many dialogs aside as archiveDialog does one."""
        return await _dialogs(info, ids, dialogs.archive)

    @mutation(Requires.DIALOG_MANAGE)
    async def reopen_dialogs(self, info: Info, ids: Ids) -> DialogsPayload:
        """Take many archived dialogs up again."""
        return await _dialogs(info, ids, dialogs.reopen)


async def _dialogs(info: Info, ids: list[ID], change: Change) -> DialogsPayload:
    result: BulkResult = await bulk.each(info.context.actor, _row_ids(ids), change)
    async with unit_of_work(info.context.actor) as uow:
        rows = await dialog_list.by_ids(uow, result.done)
    shown = [Dialog.of(rows[id]) for id in result.done if id in rows]
    return DialogsPayload(dialogs=shown, failures=failures_of(result))


def _row_ids(ids: list[ID]) -> list[int]:
    return [row_id(each, "ids") for each in ids]


def _changes(given: UpdateTicketsInput) -> TicketChanges:
    assigned, category = given.assigned_to, given.category_id
    return TicketChanges(
        status=given.status.value if given.status else UNSET,
        priority=given.priority.value if given.priority else UNSET,
        assigned_to_id=row_id_or_none(assigned.value, "assigned_to") if assigned else UNSET,
        category_id=row_id_or_none(category.value, "category_id") if category else UNSET,
    )

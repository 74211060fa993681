"""Dialogs: opening, reading, writing, archiving."""

import strawberry

from core.paging import OffsetPage
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.dialogs import (
    Dialog,
    DialogFilter,
    DialogMessage,
    DialogPage,
    OpenDialogInput,
    OpenDialogPayload,
    SendDialogMessageInput,
)
from schema.types.scalars import row_id, row_id_or_none
from services import dialog_list, dialog_messages, dialogs, guests
from services.unit_of_work import unit_of_work

_MOST = 100


@strawberry.type
class DialogQuery:
    @query(Requires.DIALOG_READ)
    async def dialog(self, info: Info, id: ID) -> Dialog:
        """One dialog. Errors: NOT_FOUND, for guests also where it is another's."""
        async with unit_of_work(info.context.actor) as uow:
            return Dialog.of(await dialog_list.get(uow, row_id(id)))

    @query(Requires.DIALOG_LIST, names={"skip": "offset"})
    async def dialogs(
        self, info: Info, limit: int = 50, offset: int = 0, filter: DialogFilter | None = None
    ) -> DialogPage:
        """Dialogs of the tenant, the most recently used first; at most 100 at a time."""
        page = OffsetPage.checked(offset, limit, most=_MOST)
        async with unit_of_work(info.context.actor) as uow:
            return DialogPage.of(await dialog_list.page(uow, _chosen(filter or DialogFilter()), page))


@strawberry.type
class DialogMutation:
    @mutation(Requires.DIALOG_OPEN)
    async def open_dialog(self, info: Info, input: OpenDialogInput | None = None) -> OpenDialogPayload:
        """Open a dialog on a site. A guest gets their open one back; staff get a new one, with a new guest."""
        actor, asked = info.context.actor, input or OpenDialogInput()
        async with unit_of_work(actor) as uow:
            dialog = await dialogs.open_for(
                uow,
                row_id_or_none(asked.assistant_id, "assistant_id"),
                first_name=asked.first_name,
                last_name=asked.last_name,
            )
            row = await dialog_list.get(uow, dialog.id)
        guest = guests.guest_of(dialog) if actor.guest is None else actor
        return OpenDialogPayload.of(row, guests.guest_id_of(guest), guests.token_of(guest))

    @mutation(Requires.DIALOG_WRITE, names={"client_id": "clientId"})
    async def send_dialog_message(self, info: Info, dialog_id: ID, input: SendDialogMessageInput) -> DialogMessage:
        """Write to a dialog: a guest as its customer, whom the assistant answers; staff as an operator."""
        async with unit_of_work(info.context.actor) as uow:
            message = await dialog_messages.say(
                uow,
                row_id(dialog_id, "dialog_id"),
                text=input.text,
                operator_name=input.operator_name,
                internal=input.internal,
                attachments=input.attachments,
                client_id=input.client_id,
            )
            return DialogMessage.of((await dialog_messages.views(uow, [message.id]))[message.id])

    @mutation(Requires.DIALOG_MANAGE)
    async def archive_dialog(self, info: Info, id: ID) -> Dialog:
        """Put a dialog aside until its customer writes again. Errors: CONFLICT while it is with a person or waits."""
        async with unit_of_work(info.context.actor) as uow:
            return Dialog.of(await dialog_list.get(uow, (await dialogs.archive(uow, row_id(id))).id))

    @mutation(Requires.DIALOG_MANAGE)
    async def reopen_dialog(self, info: Info, id: ID) -> Dialog:
        """Take an archived dialog up again. Errors: CONFLICT where its chat has another open one."""
        async with unit_of_work(info.context.actor) as uow:
            return Dialog.of(await dialog_list.get(uow, (await dialogs.reopen(uow, row_id(id))).id))


def _chosen(given: DialogFilter) -> dialog_list.DialogFilter:
    return dialog_list.DialogFilter(
        status=given.status,
        handoff_status=given.handoff_status,
        platform=given.platform,
        assistant_id=row_id_or_none(given.assistant_id, "filter.assistant_id"),
        search=given.search,
    )

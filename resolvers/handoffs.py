"""Handoffs to operators: asking for one, taking, ending; who is there, and what waits."""

from typing import Annotated

import strawberry

from core.paging import CursorPage, OffsetPage
from models.handoffs import HandoffPriority, OperatorStatus
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.handoffs import Handoff, HandoffContext, HandoffPlace, HandoffQueue, Operator
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import row_id, row_id_or_none
from services import handoff_context, handoff_queue, handoffs, operators
from services.handoffs import Wish
from services.unit_of_work import unit_of_work

_MOST_WAITING = 100
_NAMES = {
    "request_id": "requestId",
    "last_user_text": "lastUserText",
    "operator_id": "operatorId",
    "operator_comment": "comment",
    "cancel_reason": "reason",
    "max_capacity": "maxCapacity",
    "assistant_ids": "assistantIds",
}
RequestId = Annotated[
    str, strawberry.argument(description="The client's own, 1 to 64 characters: repeated, it is the same request.")
]


@strawberry.type
class HandoffQuery:
    @query(Requires.HANDOFF_WORK)
    async def handoff_queue(self, info: Info, first: First = 20, skip: int = 0) -> HandoffQueue:
        """Dialogs of the assistants that the caller serves and that wait for an operator."""
        page = OffsetPage.checked(skip, first, most=_MOST_WAITING)
        async with unit_of_work(info.context.actor) as uow:
            return HandoffQueue.of(await handoff_queue.queue(uow, page))

    @query(Requires.HANDOFF_WORK)
    async def handoff_context(self, info: Info, dialog_id: ID) -> HandoffContext:
        """What to know of a dialog's latest handoff before answering. Errors: NOT_FOUND, HANDOFF_NOT_FOUND."""
        actor = info.context.actor
        return HandoffContext.of(await handoff_context.packet(actor, row_id(dialog_id, "dialogId")), actor)

    @query(Requires.HANDOFF_WORK)
    async def handoffs(self, info: Info, dialog_id: ID, first: First = 20, after: After = None) -> Connection[Handoff]:
        """The handoffs of a dialog, newest first. Errors: NOT_FOUND."""
        actor, page = info.context.actor, CursorPage.checked(first, after)
        async with unit_of_work(actor) as uow:
            rows = await handoff_queue.history(uow, row_id(dialog_id, "dialogId"), page)
        return connection(rows, node=lambda row: Handoff.of(row, actor), key=lambda row: row.id, after=after)

    @query(Requires.HANDOFF_WORK)
    async def operators(self, info: Info) -> list[Operator]:
        """Who answers dialogs: whether they are there, and how many each has."""
        async with unit_of_work(info.context.actor) as uow:
            return [Operator.of(presence) for presence in await operators.list_operators(uow)]

    @query(Requires.HANDOFF_ASK)
    async def handoff_place(self, info: Info, dialog_id: ID) -> HandoffPlace | None:
        """Where a dialog stands in the queue now; null where it does not wait. Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            return HandoffPlace.of_or_none(await handoff_queue.place(uow, row_id(dialog_id, "dialogId")))


@strawberry.type
class HandoffMutation:
    @mutation(Requires.HANDOFF_ASK, names=_NAMES)
    async def request_handoff(
        self,
        info: Info,
        dialog_id: ID,
        request_id: RequestId,
        reason: str = "customer_request",
        last_user_text: str = "",
        priority: HandoffPriority | None = None,
    ) -> Handoff:
        """Ask for an operator. Without `priority`, which staff may give, it is derived.

        Errors: NOT_FOUND, HANDOFF_ALREADY_REQUESTED, HANDOFF_RATE_LIMIT after three in a minute.
        """
        actor = info.context.actor
        wish = Wish(reason, request_id, last_user_text, priority)
        return Handoff.of(await handoffs.ask(actor, row_id(dialog_id, "dialogId"), wish, info.context.limiter), actor)

    @mutation(Requires.HANDOFF_WORK, names=_NAMES)
    async def take_over_dialog(
        self, info: Info, dialog_id: ID, comment: str = "", operator_id: ID | None = None
    ) -> Handoff:
        """Take a waiting dialog; of those who try at the same time one gets it. Admins may name another operator.

        Errors: NOT_FOUND, HANDOFF_NOT_FOUND, HANDOFF_CONFLICT, OPERATOR_CAPACITY_EXCEEDED.
        """
        wanted = row_id_or_none(operator_id, "operatorId")
        async with unit_of_work(info.context.actor) as uow:
            taken = await handoffs.takeover(uow, row_id(dialog_id, "dialogId"), comment=comment, operator_id=wanted)
            return Handoff.of(taken.handoff, info.context.actor)

    @mutation(Requires.HANDOFF_WORK, names=_NAMES)
    async def release_dialog(
        self, info: Info, dialog_id: ID, resolution: str | None = None, comment: str = "", return_to_ai: bool = True
    ) -> Handoff:
        """End one's work in a dialog, or another's as an admin. The assistant answers from then on; without
        `returnToAi` the dialog is archived until the customer writes again.

        Errors: NOT_FOUND, HANDOFF_NOT_FOUND.
        """
        async with unit_of_work(info.context.actor) as uow:
            row = await handoffs.release(
                uow,
                row_id(dialog_id, "dialogId"),
                resolution=resolution,
                comment=comment,
                return_to_ai=return_to_ai,
            )
            return Handoff.of(row, info.context.actor)

    @mutation(Requires.HANDOFF_ASK, names=_NAMES)
    async def cancel_handoff(self, info: Info, dialog_id: ID, reason: str, comment: str = "") -> Handoff:
        """Withdraw a request that nobody took. Errors: NOT_FOUND, HANDOFF_NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            row = await handoffs.cancel(uow, row_id(dialog_id, "dialogId"), reason=reason, comment=comment)
            return Handoff.of(row, info.context.actor)

    @mutation(Requires.HANDOFF_WORK, names=_NAMES)
    async def operator_heartbeat(
        self,
        info: Info,
        status: OperatorStatus = OperatorStatus.AVAILABLE,
        max_capacity: int | None = None,
        assistant_ids: list[ID] | None = None,
        all_assistants: bool = False,
    ) -> Operator:
        """Say that one is there, at least every 60 seconds. What is left out stays; `allAssistants` undoes a choice."""
        served = None if assistant_ids is None else [row_id(each, "assistantIds") for each in assistant_ids]
        async with unit_of_work(info.context.actor) as uow:
            return Operator.of(
                await operators.heartbeat(
                    uow,
                    status=status,
                    max_capacity=max_capacity,
                    assistant_ids=served,
                    all_assistants=all_assistants,
                )
            )

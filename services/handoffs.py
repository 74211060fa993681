"""Handoffs of dialogs to operators: none → requested → active → released, or requested → cancelled.

Each move is made under the lock of the dialog's row, so of any number of tries that exclude one another one succeeds.
Each is an event, and the customer is told of each by a message of the system.
"""

from dataclasses import dataclass

from core import clock
from core.actor import Actor
from core.errors import Forbidden, InvalidInput
from core.events import Event
from core.facts.handoffs import HandoffCancelled, HandoffReleased, HandoffRequested, HandoffReturned, HandoffStarted
from core.refusals.handoffs import (
    HandoffAlreadyRequested,
    HandoffConflict,
    HandoffNotFound,
    HandoffRateLimit,
)
from core.text import checked_text
from models.dialogs import Dialog, DialogStatus
from models.handoffs import OPEN, Handoff, HandoffPriority, HandoffState
from models.users import User
from services import dialogs, handoff_estimates, handoff_notices, handoff_priorities, handoff_routing, operators
from services.rate_limits import Bucket, RateLimiter
from services.unit_of_work import UnitOfWork, unit_of_work

LONGEST_WORD = 64
"""Of a request's id and of the words that name reasons and resolutions."""
LONGEST_TEXT = 10_000
OURS = "opora:"
"""How the ids of requests begin that the product makes itself."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody who asks for an operator says. ``request_id`` is theirs: repeated, it is one request."""

    reason: str
    request_id: str
    last_user_text: str = ""
    priority: HandoffPriority | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    handoff: Handoff
    operator: User


async def ask(actor: Actor, dialog_id: int, wish: Wish, limiter: RateLimiter) -> Handoff:
    """Request an operator from outside, within three requests a minute and dialog; a repeated one is not counted.

    Opens units of work of its own. Raises NotFound, InvalidInput, HandoffAlreadyRequested, HandoffRateLimit; Forbidden
    where a customer names a priority.
    """
    _check(wish)
    if wish.request_id.startswith(OURS):
        # Who takes the id of a request that the assistant will make would keep it from being made.
        raise InvalidInput(f"request_id must not begin with {OURS}", field="request_id")
    if wish.priority is not None and not actor.is_staff:
        raise Forbidden("Only staff set the priority of a handoff")
    async with unit_of_work(actor) as uow:
        dialog = await dialogs.get(uow, dialog_id)
        present = await _asked_before(dialog, wish.request_id)
    if present is not None:
        return present
    decision = await limiter.check(Bucket.HANDOFF, f"dialog:{dialog_id}")
    if not decision.allowed:
        raise HandoffRateLimit(decision.retry_after)
    async with unit_of_work(actor) as uow:
        dialog = await dialogs.get_locked(uow, dialog_id)
        return await request(
            uow,
            dialog,
            reason=wish.reason,
            request_id=wish.request_id,
            last_user_text=wish.last_user_text,
            priority=wish.priority,
        )


async def request(
    uow: UnitOfWork,
    dialog: Dialog,
    *,
    reason: str,
    request_id: str,
    last_user_text: str = "",
    priority: HandoffPriority | None = None,
    turn_id: int | None = None,
) -> Handoff:
    """Queue a locked dialog for an operator. The same ``request_id`` returns the handoff that it made, as it is now.

    ``priority`` None is derived; ``turn_id`` is the customer's message that the notice answers. An archived dialog is
    open again. Raises HandoffAlreadyRequested, InvalidInput.
    """
    wish = Wish(reason, request_id, last_user_text, priority)
    _check(wish)
    present = await _asked_before(dialog, request_id)
    if present is not None:
        return present
    if dialog.with_a_person:
        raise HandoffAlreadyRequested
    if dialog.status is DialogStatus.ARCHIVED:
        await dialogs.set_open(uow, dialog)
    handoff = await _create(uow, dialog, wish)
    await _follow(dialog, handoff)
    uow.emit(
        HandoffRequested(
            dialog.id,
            handoff.id,
            reason=reason,
            queue_position=handoff.queue_position,
            priority=handoff.priority,
            offered_to_id=handoff.offered_to_id,
            priority_given=priority is not None,
        )
    )
    await handoff_notices.requested(uow, dialog, handoff, turn_id=turn_id)
    return handoff


async def takeover(
    uow: UnitOfWork,
    dialog_id: int,
    *,
    comment: str = "",
    operator_id: int | None = None,
    operator_name: str | None = None,
) -> Taken:
    """Take a waiting dialog. One that is taken is a conflict to everybody, its holder too. For staff.

    ``operator_id`` hands it to somebody else, which admins may; ``operator_name`` is what the customer is told where it
    is not the account's. Raises NotFound, Forbidden, HandoffNotFound, HandoffConflict, OperatorCapacityExceeded,
    InvalidInput.
    """
    comment = checked_text(comment, field="operator_comment", most=LONGEST_TEXT)
    operator = await operators.person(uow, operator_id)
    name = handoff_notices.name_of(operator, operator_name)
    dialog = await dialogs.get_locked(uow, dialog_id)
    handoff = await _open_one(dialog, *OPEN)
    if handoff.state is HandoffState.ACTIVE:
        raise HandoffConflict
    await operators.make_room(uow, operator.id)
    handoff.operator_id, handoff.taken_at, handoff.operator_comment = operator.id, clock.now(), comment
    started = HandoffStarted(dialog.id, handoff.id, operator_id=operator.id, operator_name=name)
    await _move(uow, dialog, handoff, HandoffState.ACTIVE, started)
    await handoff_notices.started(uow, dialog, name)
    return Taken(handoff, operator)


async def release(
    uow: UnitOfWork, dialog_id: int, *, resolution: str | None = None, comment: str = "", return_to_ai: bool = True
) -> Handoff:
    """End what an operator does in a dialog, for the holder and for admins.

    With ``return_to_ai`` the assistant answers from then on, at first what the operator left unanswered, and knows what
    was said meanwhile. Without, the dialog is archived: nobody is there to answer until the customer writes again,
    which opens it for the assistant. Raises NotFound, Forbidden, HandoffNotFound, InvalidInput.
    """
    if resolution is not None:
        checked_text(resolution, field="resolution", least=1, most=LONGEST_WORD)
    checked_text(comment, field="operator_comment", most=LONGEST_TEXT)
    _staff_only(uow.actor)
    dialog = await dialogs.get_locked(uow, dialog_id)
    handoff = await _open_one(dialog, HandoffState.ACTIVE)
    if handoff.operator_id != uow.actor.user_id and not uow.actor.is_admin:
        raise Forbidden("Only the operator who has the dialog, or an admin, releases it")
    handoff.resolution = resolution
    released = HandoffReleased(
        dialog.id, handoff.id, operator_id=uow.actor.user_id, resolution=resolution, to_assistant=return_to_ai
    )
    await _end(uow, dialog, handoff, HandoffState.RELEASED, comment, released)
    await handoff_notices.released(uow, dialog, to_assistant=return_to_ai)
    if return_to_ai:
        await handoff_notices.owe_reply(uow, dialog)
    else:
        await dialogs.archive(uow, dialog.id)
        dialog.status = DialogStatus.ARCHIVED
    return handoff


async def cancel(uow: UnitOfWork, dialog_id: int, *, reason: str, comment: str = "") -> Handoff:
    """Withdraw a request that nobody took; for staff and for the dialog's own guest. The assistant answers again.

    Raises NotFound, HandoffNotFound, InvalidInput.
    """
    checked_text(reason, field="cancel_reason", least=1, most=LONGEST_WORD)
    checked_text(comment, field="comment", most=LONGEST_TEXT)
    dialog = await dialogs.get_locked(uow, dialog_id)
    handoff = await _open_one(dialog, HandoffState.REQUESTED)
    handoff.cancel_reason = reason
    cancelled = HandoffCancelled(dialog.id, handoff.id, reason=reason)
    await _end(uow, dialog, handoff, HandoffState.CANCELLED, comment, cancelled)
    await handoff_notices.cancelled(uow, dialog)
    if reason != handoff_notices.USER_LEFT:
        await handoff_notices.owe_reply(uow, dialog)
    return handoff


async def give_back(uow: UnitOfWork, dialog: Dialog, handoff: Handoff, *, gone: int) -> None:
    """Return an active handoff of a locked dialog to the queue: its operator, ``gone``, is so.

    It has waited since it was first requested, and stands in the queue accordingly.
    """
    handoff.operator_id, handoff.taken_at = None, None
    handoff.offered_to_id = await handoff_routing.choose(uow, dialog.assistant_id, besides=gone)
    place = await handoff_estimates.place(uow, handoff)
    returned = HandoffReturned(dialog.id, handoff.id, operator_id=gone, queue_position=place)
    await _move(uow, dialog, handoff, HandoffState.REQUESTED, returned)
    await handoff_notices.returned(uow, dialog)


async def _asked_before(dialog: Dialog, request_id: str) -> Handoff | None:
    return await Handoff.get_or_none(dialog_id=dialog.id, request_id=request_id)


async def _create(uow: UnitOfWork, dialog: Dialog, wish: Wish) -> Handoff:
    priority = wish.priority or await handoff_priorities.derive(dialog)
    position = await handoff_estimates.next_place(uow, priority)
    return await Handoff.create(
        tenant_id=uow.tenant_id,
        dialog_id=dialog.id,
        assistant_id=dialog.assistant_id,
        request_id=wish.request_id,
        reason=wish.reason,
        priority=priority,
        rank=priority.rank,
        last_user_text=wish.last_user_text,
        queue_position=position,
        estimated_wait_s=await handoff_estimates.estimate(uow, position),
        offered_to_id=await handoff_routing.choose(uow, dialog.assistant_id),
        requested_at=clock.now(),
    )


async def _open_one(dialog: Dialog, *states: HandoffState) -> Handoff:
    """The handoff of a locked dialog that is in one of the states. Raises HandoffNotFound."""
    handoff = await Handoff.get_or_none(dialog_id=dialog.id, state__in=states)
    if handoff is None:
        raise HandoffNotFound
    return handoff


async def _move(uow: UnitOfWork, dialog: Dialog, handoff: Handoff, state: HandoffState, fact: Event) -> None:
    handoff.move(state)
    await handoff.save()
    await _follow(dialog, handoff)
    uow.emit(fact)


async def _end(
    uow: UnitOfWork, dialog: Dialog, handoff: Handoff, state: HandoffState, comment: str, fact: Event
) -> None:
    handoff.ended_at = clock.now()
    handoff.operator_comment = "\n".join(filter(None, (handoff.operator_comment, comment)))
    await _move(uow, dialog, handoff, state, fact)


async def _follow(dialog: Dialog, handoff: Handoff) -> None:
    """The dialog's own columns say what its latest handoff does."""
    dialog.handoff_id, dialog.handoff_status = handoff.id, handoff.state.of_dialog
    await dialog.save(update_fields=["handoff_id", "handoff_status", "updated_at"])


def _check(wish: Wish) -> None:
    checked_text(wish.request_id, field="request_id", least=1, most=LONGEST_WORD)
    checked_text(wish.reason, field="reason", least=1, most=LONGEST_WORD)
    checked_text(wish.last_user_text, field="last_user_text", most=LONGEST_TEXT)


def _staff_only(actor: Actor) -> None:
    actor.require_staff()

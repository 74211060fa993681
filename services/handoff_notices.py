"""What the customer is told while a dialog changes hands, by a message of the system in their language."""

from core.errors import InvalidInput
from core.events import EscalationReason, Visibility
from core.facts.dialogs import DialogReplyRequested
from core.languages import Language
from core.text import is_storable
from models.conversations import AuthorKind, Message
from models.dialogs import Dialog
from models.handoffs import Handoff
from models.users import User
from services import dialogs, users, working_hours
from services.handoff_estimates import in_words
from services.unit_of_work import UnitOfWork
from services.wording.texts import wording

USER_LEFT = "user_left"
"""The reason of a cancellation that no further words would reach."""
LONGEST_NAME = 128
# Reasons have other names too; one that is not known was the customer's wish.
_REASONS = {
    **{reason.value: reason for reason in EscalationReason},
    "low_confidence": EscalationReason.NO_GROUND,
    "assistant_inactive": EscalationReason.MANUAL,
}


def name_of(operator: User, given: str | None) -> str:
    """How the customer is told of an operator: as they call themselves, else by the first name. Raises InvalidInput."""
    if given is not None:
        if not 1 <= len(given.strip()) <= LONGEST_NAME or not is_storable(given):
            raise InvalidInput(f"operator_name must be 1 to {LONGEST_NAME} characters long", field="operator_name")
        return given.strip()
    return users.names_of(operator)[0]


def reason_in_words(handoff: Handoff, language: Language) -> str:
    """Why a person is called, as staff are told."""
    why = _REASONS.get(handoff.reason, EscalationReason.CUSTOMER_REQUEST)
    return wording(language).render(f"handoff_reason_{why}")


async def requested(uow: UnitOfWork, dialog: Dialog, handoff: Handoff, *, turn_id: int | None) -> None:
    """Why a person is called, at which place of the queue the customer is, and how long that takes as a rule.

    Outside of working hours they are told when people are back instead.
    """
    language = await dialogs.language_of(dialog)
    why = _REASONS.get(handoff.reason, EscalationReason.CUSTOMER_REQUEST)
    words = wording(language)
    number, absence = str(handoff.queue_position), await working_hours.away(uow)
    if absence is None:
        place = words.render("handoff_place", place=number, wait=in_words(handoff.estimated_wait_s, language))
    else:
        place = words.render("handoff_place_away", place=number, away=working_hours.in_words(absence, language))
    await _tell(uow, dialog, f"{words.render(f'escalation_{why}')}\n\n{place}", turn_id=turn_id)


async def started(uow: UnitOfWork, dialog: Dialog, operator_name: str) -> None:
    words = wording(await dialogs.language_of(dialog))
    text = words.render("handoff_started", name=operator_name) if operator_name else words.render("handoff_started_by")
    await _tell(uow, dialog, text, author_name=operator_name or None)


async def returned(uow: UnitOfWork, dialog: Dialog) -> None:
    await _tell(uow, dialog, wording(await dialogs.language_of(dialog)).render("handoff_returned"))


async def released(uow: UnitOfWork, dialog: Dialog, *, to_assistant: bool) -> None:
    key = "handoff_released" if to_assistant else "handoff_closed"
    await _tell(uow, dialog, wording(await dialogs.language_of(dialog)).render(key))


async def cancelled(uow: UnitOfWork, dialog: Dialog) -> None:
    await _tell(uow, dialog, wording(await dialogs.language_of(dialog)).render("handoff_cancelled"))


async def owe_reply(uow: UnitOfWork, dialog: Dialog) -> None:
    """Have the assistant answer what the customer said last, where neither an operator nor it has."""
    said = Message.filter(conversation_id=dialog.id, visibility=Visibility.PUBLIC)
    last = await said.exclude(author_kind=AuthorKind.SYSTEM).order_by("-id").first()
    if last is None or last.author_kind is not AuthorKind.CUSTOMER or not last.text:
        return
    if not await Message.filter(conversation_id=dialog.id, turn_id=last.id).exists():
        uow.emit(DialogReplyRequested(dialog.id, message_id=last.id))


async def _tell(
    uow: UnitOfWork, dialog: Dialog, text: str, *, turn_id: int | None = None, author_name: str | None = None
) -> None:
    await dialogs.store(uow, dialog, kind=AuthorKind.SYSTEM, text=text, turn_id=turn_id, author_name=author_name)

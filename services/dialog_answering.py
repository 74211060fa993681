"""Answering in dialogs: each customer's message gets one answer of the assistant, or a person.

As :mod:`services.answering` for tickets, with the same turns: the model is called between two units of work, and what
is owed is asked again under the dialog's lock after it. Here an answer costs money, which moves with the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.actor import system_actor
from core.errors import InsufficientBalance
from core.events import EscalationReason
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, Message
from models.dialogs import Dialog
from models.tenants import Tenant
from services import charges, dialogs, handoffs, jobs, turns
from services.drafting import Draft, Persona, Question, compose
from services.generation import Tell
from services.intents import wants_person
from services.jobs import RunningJob
from services.language import detect
from services.unit_of_work import UnitOfWork, unit_of_work

KEYWORD = "keyword"
LOW_CONFIDENCE = "low_confidence"
PROVIDER_FAILED = "provider_failed"
ASSISTANT_INACTIVE = "assistant_inactive"
_REASONS: Mapping[EscalationReason, str] = {
    EscalationReason.CUSTOMER_REQUEST: KEYWORD,
    EscalationReason.NO_GROUND: LOW_CONFIDENCE,
    EscalationReason.UNGROUNDED_ANSWER: LOW_CONFIDENCE,
    EscalationReason.PROVIDER_FAILED: PROVIDER_FAILED,
}
"""What a handoff says of why the assistant did not answer."""


@dataclass(frozen=True, slots=True)
class _Owed:
    """A customer's message that waits for its answer. The dialog is locked until the unit of work ends."""

    dialog: Dialog
    message: Message


async def reply(job: RunningJob, *, dialog_id: int, message_id: int, tell: Tell) -> Draft | None:
    """The job behind DialogReplyRequested: it happens once for a message, however often it is tried.

    Returns what was drafted; None where nothing was said of it: it was owed no more, or could not be paid.
    """
    actor = system_actor(job.tenant_id)
    async with unit_of_work(actor) as uow:
        owed = await _owed(uow, dialog_id, message_id)
        question = None if owed is None else await _asked(uow, owed)
        if question is None:
            await jobs.finish(uow, job)
            return None
    draft = await compose(actor, question, key=job.idempotency_key, tell=tell)
    async with unit_of_work(actor) as uow:
        # Asked again under the lock: a person may have taken over, or the dialog may be gone, while the model thought.
        owed = await _owed(uow, dialog_id, message_id)
        said = owed is not None and await _settle(uow, owed, draft)
        await jobs.finish(uow, job)
    return draft if said else None


async def give_up(job: RunningJob, *, dialog_id: int, message_id: int) -> None:
    """The job that follows a reply which no attempt could make: the dialog waits for a person."""
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        owed = await _owed(uow, dialog_id, message_id)
        if owed is not None:
            await _call_person(uow, owed, PROVIDER_FAILED)
        await jobs.finish(uow, job)


async def _owed(uow: UnitOfWork, dialog_id: int, message_id: int) -> _Owed | None:
    """None where nothing is owed: answered, gone, or a person is in charge."""
    dialog = await Dialog.filter(id=dialog_id).select_for_update().get_or_none()
    if dialog is None or dialog.with_a_person:
        return None
    message = await Message.get_or_none(id=message_id, conversation_id=dialog_id, author_kind=AuthorKind.CUSTOMER)
    if message is None or await turns.answered(dialog_id, message_id) is not None:
        return None
    return _Owed(dialog, message)


async def _asked(uow: UnitOfWork, owed: _Owed) -> Question | None:
    """What the model is to answer; None where it is not to be asked, which has been dealt with then."""
    assistant = await Assistant.get(id=owed.dialog.assistant_id)
    if not assistant.is_active:
        await _call_person(uow, owed, ASSISTANT_INACTIVE)
        return None
    if not await charges.affordable(uow, owed.dialog):
        # Calling a person costs nothing.
        if wants_person(owed.message.text):
            await _call_person(uow, owed, KEYWORD)
        else:
            await charges.exhausted(uow, owed.dialog)
        return None
    tenant, conversation = await Tenant.get(id=uow.tenant_id), await Conversation.get(id=owed.dialog.id)
    return Question(
        text=owed.message.text,
        language=detect(owed.message.text, hint=conversation.language or tenant.language),
        thresholds=turns.thresholds_of(tenant),
        history=await turns.said_before(owed.message),
        persona=Persona(assistant.id, assistant.system_prompt, assistant.ai_model),
    )


async def _settle(uow: UnitOfWork, owed: _Owed, draft: Draft) -> bool:
    """Store the draft as the message's answer and pay for it, or call a person. False where money does not reach."""
    if draft.escalation is not None:
        await _call_person(uow, owed, _REASONS[draft.escalation])
        return True
    try:
        await charges.charge(uow, owed.dialog, owed.message.id)
    except InsufficientBalance:
        await charges.exhausted(uow, owed.dialog)
        return False
    message = await dialogs.store(
        uow,
        owed.dialog,
        kind=AuthorKind.ASSISTANT,
        text=draft.content,
        turn_id=owed.message.id,
        confidence=draft.confidence,
        model=draft.model,
    )
    await turns.cite(uow, message, draft.cited)
    return True


async def _call_person(uow: UnitOfWork, owed: _Owed, reason: str) -> None:
    await handoffs.request(
        uow,
        owed.dialog,
        reason=reason,
        request_id=f"message-{owed.message.id}",
        last_user_text=owed.message.text[: handoffs.LONGEST_TEXT],
        turn_id=owed.message.id,
    )

"""Answering in dialogs: each customer's message gets one answer of the assistant, or a person.

As :mod:`services.answering` for tickets, with the same turns: the model is called between two units of work, and what
is owed is asked again under the dialog's lock after it. Here an answer costs money, which moves with the answer.
"""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core import clock
from core.actor import Actor, system_actor
from core.errors import InsufficientBalance, Unavailable
from core.events import EscalationReason
from core.facts.dialogs import DialogReplyRequested
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, Message
from models.dialogs import Dialog
from models.tenants import Tenant
from models.unanswered import UnansweredOrigin
from services import charges, dialogs, handoffs, jobs, turns, unanswered
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
_LOOK_S = 0.1
_LATEST = timedelta(days=1)
_SILENCED = """
SELECT d.id AS dialog_id, said.id AS message_id
FROM dialogs d CROSS JOIN LATERAL (
    SELECT m.id, m.author_kind, m.text, m.created_at FROM messages m
    WHERE m.conversation_id = d.id AND m.visibility = 'public' AND m.author_kind <> 'system'
    ORDER BY m.id DESC LIMIT 1
) said
WHERE d.tenant_id = $1 AND d.updated_at > $2 AND d.status = 'active' AND d.handoff_status IN ('none', 'released')
    AND said.author_kind = 'customer' AND said.text <> '' AND said.created_at > $2
    AND NOT EXISTS (SELECT FROM messages a WHERE a.conversation_id = d.id AND a.turn_id = said.id)
    AND EXISTS (
        SELECT FROM events e WHERE e.tenant_id = $1 AND e.topic = 'dialog:' || d.id
            AND e.kind = 'dialog.assistant_silenced' AND e.created_at > said.created_at)
ORDER BY said.id
"""


@dataclass(frozen=True, slots=True)
class _Owed:
    """A customer's message that waits for its answer. The dialog is locked until the unit of work ends."""

    dialog: Dialog
    message: Message


@dataclass(frozen=True, slots=True)
class Asked:
    """A customer's message as it stood when the model was asked."""

    dialog: Dialog
    message: Message
    question: Question


async def take(uow: UnitOfWork, dialog_id: int, message_id: int) -> Asked | None:
    """What the model is to be asked; None where nothing is owed any more, or was dealt with here."""
    owed = await _owed(uow, dialog_id, message_id)
    question = None if owed is None else await _asked(uow, owed)
    return None if owed is None or question is None else Asked(owed.dialog, owed.message, question)


async def reply(job: RunningJob, asked: Asked, *, tell: Tell) -> Draft | None:
    """The job behind DialogReplyRequested: it happens once for a message, however often it is tried.

    Returns what was drafted; None where nothing was said of it: it was owed no more, or could not be paid.
    """
    actor, dialog = system_actor(job.tenant_id), asked.dialog
    draft = await compose(actor, asked.question, key=job.idempotency_key, tell=_WhileOwed(actor, dialog, tell))
    async with unit_of_work(actor) as uow:
        # Asked again under the lock: a person may have taken over, or the dialog may be gone, while the model thought.
        owed = await _owed(uow, dialog.id, asked.message.id)
        # Where a person came and went meanwhile, whoever let them go asked anew, for an answer that knows their words.
        stands = owed is not None and owed.dialog.handoff_id == dialog.handoff_id
        said = owed is not None and stands and await _settle(uow, owed, draft)
        await jobs.finish(uow, job)
    return draft if said else None


class _WhileOwed:
    """Passes an answer's words on until a person is called to the dialog, which is looked at now and then."""

    def __init__(self, actor: Actor, asked: Dialog, tell: Tell) -> None:
        self._actor = actor
        self._asked = asked
        self._tell = tell
        self._silent = False
        self._looked_at = 0.0

    async def __call__(self, text: str | None, /) -> None:
        if not self._silent and time.monotonic() - self._looked_at >= _LOOK_S:
            # Without a database nothing is called either, and the attempt ends when it is to be stored.
            with contextlib.suppress(Unavailable):
                async with unit_of_work(self._actor):
                    present = await Dialog.get_or_none(id=self._asked.id)
                self._silent = present is None or present.handoff_id != self._asked.handoff_id
            self._looked_at = time.monotonic()
        if not self._silent:
            await self._tell(text)


async def give_up(uow: UnitOfWork, dialog_id: int, message_id: int) -> None:
    """What follows a reply which no attempt could make: the dialog waits for a person."""
    owed = await _owed(uow, dialog_id, message_id)
    if owed is not None:
        await _call_person(uow, owed, PROVIDER_FAILED)


async def catch_up(uow: UnitOfWork) -> None:
    """What follows money which came after the balance had run out: what was said last in dialogs that waited for it is
    answered, where it was said within a day; to older words an answer would come out of nowhere.
    """
    for row in await uow.rows(_SILENCED, uow.tenant_id, clock.now() - _LATEST):
        uow.emit(DialogReplyRequested(row["dialog_id"], message_id=row["message_id"]))


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
        # What thresholds would have done is computed from answers and refusals alike.
        notice = Message.filter(conversation_id=owed.dialog.id, turn_id=owed.message.id)
        await notice.update(confidence=draft.confidence)
        await unanswered.note(
            uow,
            draft,
            origin=UnansweredOrigin.DIALOG,
            conversation_id=owed.dialog.id,
            turn_id=owed.message.id,
            assistant_id=owed.dialog.assistant_id,
        )
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
        request_id=f"{handoffs.OURS}message:{owed.message.id}",
        last_user_text=owed.message.text[: handoffs.LONGEST_TEXT],
        turn_id=owed.message.id,
    )

"""Lead interviews: a client's message goes in, the next question comes out, and in the end a lead is registered."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from core.actor import Actor, system_actor
from core.clock import now
from core.errors import NotFound, Unavailable
from core.ids import new_uuid
from core.languages import Language
from core.paging import CursorPage, Slice
from core.text import checked_text
from integrations.llm.port import ChatModel
from models.contacts import Contact
from models.conversations import Message
from models.leads import Interview
from services import ai_pool, interview_model, interview_turns
from services.interview_model import Outcome
from services.interview_turns import OpenTurn
from services.interviewing.dialogue import Step, learn, registered_text, respond
from services.interviewing.hearing import LONGEST
from services.interviewing.saying import say as worded
from services.unit_of_work import UnitOfWork, unit_of_work

REGISTER_LEAD = interview_model.TOOL_NAME
_HELD_S = 40.0
"""Longer than a model is given for one message."""
_PATIENCE_S = 60.0
_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class InterviewReply:
    """What the client is told. ``function_called`` is ``register_lead`` where this message completed the lead."""

    text: str
    interview_id: int
    language: Language
    function_called: str | None = None
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A message that waits for :func:`settle`. With a model it is stored and answered already, ``holder`` its hold."""

    contact: str
    text: str
    owner_id: int | None
    holder: UUID | None = None
    turn: OpenTurn | None = None
    outcome: Outcome | None = None


async def say(actor: Actor, *, contact: str, text: str) -> InterviewReply:
    """A client's message, and the answer. Messages of one contact are answered one after the other.

    ``contact`` is what the company's client program calls the person (1 to 255 characters); ``text`` has at most
    20,000. Raises Forbidden for customers, InvalidInput, Unavailable where an earlier message is not answered within
    a minute.
    """
    pending = await prepare(actor, contact=contact, text=text)
    try:
        async with unit_of_work(actor) as uow:
            return await settle(uow, pending)
    except BaseException:
        await let_go(actor.tenant_id, pending)
        raise


async def prepare(actor: Actor, *, contact: str, text: str) -> Pending:
    """What is done outside a transaction: asking the chat model, where there is one. Raises as :func:`say`."""
    actor.require_staff()
    checked_text(contact, field="contact", least=1)
    checked_text(text, field="text", least=1, most=LONGEST)
    pending = Pending(contact, text, actor.user_id)
    chat = await ai_pool.chat_for(actor)
    if chat is None:
        # Rules take milliseconds: they work inside the transaction that stores the message.
        return pending
    return await _ask_model(actor, pending, chat)


async def settle(uow: UnitOfWork, pending: Pending) -> InterviewReply:
    """Answer a prepared message in the caller's unit of work: what it stores and the answer are one."""
    contact = await interview_turns.lock_contact(uow, pending.contact)
    turn, outcome = pending.turn, pending.outcome
    if turn is None:
        over = await interview_turns.finished_before(uow, contact, pending.text)
        if over is not None:
            return InterviewReply(await interview_turns.part(uow, over, pending.text), over.id, over.language)
        turn = await interview_turns.begin(uow, contact, pending.text, owner_id=pending.owner_id)
    elif contact.held_by != pending.holder:
        # The hold ran out and another message was answered: what the model said is about the past.
        turn, outcome = await interview_turns.resume(uow, turn), None
    if contact.held_by is not None and contact.held_by == pending.holder:
        await _release(contact)
    return await _answer(uow, turn, outcome)


async def let_go(tenant_id: int, pending: Pending) -> None:
    """Let the contact's next message be answered at once where this one will not be."""
    if pending.holder is not None:
        async with unit_of_work(system_actor(tenant_id)):
            await Contact.filter(external_id=pending.contact, held_by=pending.holder).update(
                held_by=None, held_until=None
            )


async def choose_language(uow: UnitOfWork, contact: str, language: Language) -> None:
    """Hold the contact's open interview, where there is one, in that language from now on."""
    known = await Contact.get_or_none(tenant_id=uow.tenant_id, external_id=contact)
    if known is not None:
        await Interview.filter(contact_id=known.id, finished_at=None).update(language=language)


async def get(uow: UnitOfWork, interview_id: int) -> Interview:
    """An interview of the tenant. Raises Forbidden for customers, NotFound."""
    uow.actor.require_staff()
    interview = await Interview.get_or_none(id=interview_id)
    if interview is None:
        raise NotFound("interview", interview_id)
    return interview


async def page_messages(uow: UnitOfWork, interview_id: int, page: CursorPage) -> Slice[Message]:
    """What was said in an interview, oldest first. Raises Forbidden, NotFound."""
    await get(uow, interview_id)
    rows = (
        await Message.filter(conversation_id=interview_id, id__gt=page.after or 0).order_by("id").limit(page.size + 1)
    )
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def _answer(uow: UnitOfWork, turn: OpenTurn, outcome: Outcome | None) -> InterviewReply:
    interview = turn.interview
    if interview.finished_at is not None:
        reply = worded(interview.language, "closing")
        return InterviewReply(reply, interview.id, interview.language)
    step = _step(turn, outcome)
    lead = await interview_turns.finish(uow, turn, step, model=outcome.model if outcome else None)
    called = REGISTER_LEAD if lead else None
    return InterviewReply(step.text, interview.id, interview.language, called, lead.id if lead else None)


def _step(turn: OpenTurn, outcome: Outcome | None) -> Step:
    """What to say: the rules' step, in the model's words where it has some and the lead is not complete."""
    step = respond(turn.before, turn.heard)
    if outcome is None:
        return step
    if outcome.facts is not None:
        state = learn(turn.before, turn.heard)
        state = replace(state, facts={**state.facts, **outcome.facts})
        return Step(registered_text(state), state, complete=True)
    return step if step.complete else replace(step, text=outcome.text)


async def _ask_model(actor: Actor, pending: Pending, chat: ChatModel) -> Pending:
    """Hold the contact, store the message, ask the model. Without a hold where the interview is over."""
    pending = replace(pending, holder=new_uuid())
    try:
        held = await _hold(actor, pending)
        if held is None:
            return replace(pending, holder=None)
        return replace(pending, turn=held, outcome=await interview_model.converse(chat, held))
    except BaseException:
        await let_go(actor.tenant_id, pending)
        raise


async def _hold(actor: Actor, pending: Pending) -> OpenTurn | None:
    """The turn of a contact that nobody else holds; None where the message is only a farewell. Raises Unavailable."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        async with unit_of_work(actor) as uow:
            contact = await interview_turns.lock_contact(uow, pending.contact)
            if contact.held_until is None or contact.held_until < now():
                if await interview_turns.finished_before(uow, contact, pending.text) is not None:
                    return None
                contact.held_by, contact.held_until = pending.holder, now() + timedelta(seconds=_HELD_S)
                await contact.save(update_fields=["held_by", "held_until"])
                return await interview_turns.begin(uow, contact, pending.text, owner_id=pending.owner_id)
        await asyncio.sleep(_PAUSE_S)
    raise Unavailable("An earlier message of this person is still being answered; try again")


async def _release(contact: Contact) -> None:
    contact.held_by = contact.held_until = None
    await contact.save(update_fields=["held_by", "held_until"])

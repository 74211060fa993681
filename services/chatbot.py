"""The chatbot: questions in a session, answered from the knowledge as tickets are, or handed to a person by a ticket.

A question, its reply and the record of both are one transaction under the session's lock, so that what two requests
say at once stands in the session one after the other, and calls for one ticket.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.errors import Forbidden
from core.events import EscalationReason
from core.facts.chatbot import ChatbotMessageAdded
from core.languages import Language
from core.text import checked_text
from models.chatbot import ChatbotExchange, ChatbotSession
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.knowledge import Citation
from models.tenants import Tenant
from models.tickets import FINISHED, TicketSource
from models.unanswered import UnansweredOrigin
from services import messages, threads, tickets, turns, unanswered
from services.chatbot_log import query_key
from services.drafting import Draft, Question, compose
from services.language import detect
from services.prompts.messages import Turn
from services.unit_of_work import UnitOfWork, unit_of_work
from services.wording.texts import wording

MAX_MESSAGE = 4_000
MAX_KEY = 64
_HISTORY = 10
_TITLE = 120
_TRANSCRIPT = 20_000
"""Characters of a session that its ticket shows, the latest ones."""

_JOIN = """
INSERT INTO chatbot_sessions (id, tenant_id, user_id, key, created_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (tenant_id, user_id, key) DO NOTHING RETURNING id
"""
_OPEN_TICKET = """
SELECT t.id FROM chatbot_exchanges e JOIN tickets t ON t.id = e.ticket_id
WHERE e.session_id = $1 AND t.status <> ALL ($2::text[]) ORDER BY e.id DESC LIMIT 1 FOR UPDATE OF t
"""


@dataclass(frozen=True, slots=True)
class ChatbotReply:
    """What the chatbot said. ``confidence``, from 0 to 1, is the probability that it is what was asked for."""

    response: str
    session_key: str
    confidence: float
    was_escalated: bool
    ticket_id: int | None
    citations: tuple[Citation, ...]
    exchange_id: int


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    session_key: str
    started: float


async def chat(actor: Actor, *, message: str, session_key: str | None = None) -> ChatbotReply:
    """Ask the chatbot, in the session of the actor that ``session_key`` names, which may be a new one.

    Raises InvalidInput; Forbidden to a superadmin who looks into another tenant, where they have no sessions.
    """
    if actor.user_id is None or actor.home_tenant_id is not None:
        raise Forbidden
    checked_text(message, field="message", least=1, most=MAX_MESSAGE)
    key = checked_text(session_key or "", field="session_id", most=MAX_KEY).strip() or str(uuid.uuid4())
    asked = _Asked(message, key, time.monotonic())
    draft = await compose(actor, await _question(actor, asked))
    async with unit_of_work(actor) as uow:
        return await _settle(uow, asked, draft)


async def _question(actor: Actor, asked: _Asked) -> Question:
    """The question with what was said before it."""
    async with unit_of_work(actor) as uow:
        tenant = await Tenant.get(id=uow.tenant_id)
        session = await ChatbotSession.get_or_none(user_id=actor.user_id, key=asked.session_key)
        hint, history = tenant.language, await _history(session)
        if session is not None:
            hint = (await Conversation.get(id=session.id)).language or hint
    return Question(asked.text, detect(asked.text, hint=hint), turns.thresholds_of(tenant), history=history)


async def _history(session: ChatbotSession | None) -> tuple[Turn, ...]:
    if session is None:
        return ()
    earlier = await Message.filter(conversation_id=session.id).order_by("-id").limit(_HISTORY)
    return tuple(map(turns.said, reversed(earlier)))


async def _settle(uow: UnitOfWork, asked: _Asked, draft: Draft) -> ChatbotReply:
    """Store the question and what the chatbot says to it; call a person where the draft says so."""
    session = await _locked(uow, asked.session_key, draft.language)
    text, ticket_id = draft.content, None
    if draft.escalation is not None:
        ticket_id = await _escalate(uow, session, asked, draft.language, draft.escalation)
        text = wording(draft.language).render(f"chatbot_{draft.escalation}", ticket=str(ticket_id))
    question, reply = await _store(uow, session, asked, draft, text)
    if ticket_id is not None:
        await unanswered.note(
            uow, draft, origin=UnansweredOrigin.CHATBOT, conversation_id=ticket_id, turn_id=question.id
        )
    citations = await Citation.filter(message_id=reply.id).order_by("position")
    confidence = _confidence(draft)
    exchange = await ChatbotExchange.create(
        tenant_id=uow.tenant_id,
        session_id=session.id,
        user_id=session.user_id,
        query=asked.text,
        query_key=query_key(asked.text),
        response=text,
        confidence=confidence,
        was_escalated=ticket_id is not None,
        ticket_id=ticket_id,
        response_time_ms=round((time.monotonic() - asked.started) * 1000),
    )
    uow.emit(*(ChatbotMessageAdded(session.id, said.id, session.user_id, session.key) for said in (question, reply)))
    return ChatbotReply(
        text, session.key, confidence, ticket_id is not None, ticket_id, tuple(citations), int(exchange.id)
    )


async def _locked(uow: UnitOfWork, key: str, language: Language) -> ChatbotSession:
    """The actor's session of that key, opened where there is none, locked until the unit of work ends."""
    sessions = ChatbotSession.filter(user_id=uow.actor.user_id, key=key).select_for_update()
    session = await sessions.get_or_none()
    if session is None:
        conversation = await Conversation.create(
            tenant_id=uow.tenant_id,
            kind=ConversationKind.CHATBOT,
            customer_id=uow.actor.user_id,
            language=language,
        )
        if await uow.row(_JOIN, conversation.id, uow.tenant_id, uow.actor.user_id, key) is None:
            # Another request of the same moment has opened it.
            await conversation.delete()
        session = await sessions.get()
    await Conversation.filter(id=session.id).update(language=language)
    return session


async def _escalate(
    uow: UnitOfWork, session: ChatbotSession, asked: _Asked, language: Language, reason: EscalationReason
) -> int:
    """The session's open ticket with the question added, or a new one that tells what was said so far."""
    row = await uow.row(_OPEN_TICKET, session.id, sorted(FINISHED))
    if row is not None:
        ticket_id: int = row["id"]
        await messages.add(uow, ticket_id, text=asked.text, author=AuthorKind.CUSTOMER, auto_respond=False)
        return ticket_id
    ticket = await tickets.create(
        uow,
        title=_title(asked.text),
        description=await _transcript(session, asked, language),
        source=TicketSource.CHATBOT,
        auto_respond=False,
    )
    await threads.escalate(uow, ticket, reason)
    return ticket.id


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[:_TITLE].rsplit(" ", 1)[0] + "…"


async def _transcript(session: ChatbotSession, asked: _Asked, language: Language) -> str:
    words = wording(language)
    speakers = {kind: words.render("chatbot_customer") for kind in AuthorKind}
    speakers[AuthorKind.ASSISTANT] = words.render("chatbot_assistant")
    lines = [f"{speakers[AuthorKind.CUSTOMER]}: {asked.text}"]
    left = _TRANSCRIPT - len(lines[0])
    async for said in Message.filter(conversation_id=session.id).order_by("-id").limit(100):
        line = f"{speakers[said.author_kind]}: {said.text}"
        left -= len(line) + 2
        if left < 0:
            break
        lines.append(line)
    return "\n\n".join(reversed(lines))


async def _store(
    uow: UnitOfWork, session: ChatbotSession, asked: _Asked, draft: Draft, text: str
) -> tuple[Message, Message]:
    """The two messages of an exchange, with what the reply cites."""
    common: dict[str, Any] = {"tenant_id": uow.tenant_id, "conversation_id": session.id}
    question = await Message.create(
        **common, author_kind=AuthorKind.CUSTOMER, author_id=session.user_id, text=asked.text
    )
    reply = await Message.create(
        **common,
        author_kind=AuthorKind.ASSISTANT,
        text=text,
        turn_id=question.id,
        confidence=draft.confidence,
        model=draft.model,
    )
    await turns.cite(uow, reply, draft.cited)
    return question, reply


def _confidence(draft: Draft) -> float:
    """What no search was made for is certain where it was understood, and no answer at all where it was handed on."""
    if draft.confidence is not None:
        return min(max(draft.confidence, 0.0), 1.0)
    return 0.0 if draft.needs_escalation else 1.0

"""What an operator reads before the first word to a customer: what they want, what the assistant tried, how they feel.

The packet is made when it is asked for, so that it holds what was said a moment ago.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from core import clock
from core.actor import Actor
from core.bounded_cache import BoundedCache
from core.errors import ModelUnavailable
from core.events import Visibility
from core.languages import Language
from core.refusals.handoffs import HandoffNotFound
from integrations.llm.port import ChatModel
from models.conversations import AuthorKind, Message
from models.dialogs import Dialog
from models.handoffs import Handoff
from models.knowledge import Citation
from models.tickets import Sentiment
from services import ai_pool, dialogs, handoff_priorities, turns
from services.intents import wants_person
from services.prompts.handoff import summary_messages
from services.unit_of_work import UnitOfWork, unit_of_work

_PATIENCE_S = 8.0
_MESSAGES = 30
_ATTEMPTS = 5
_QUOTED = 5
_QUOTE_CHARS = 300
_CALL_CHARS = 80
_SUMMARY_TOKENS = 200
_summaries: BoundedCache[tuple[int, int], str] = BoundedCache(500)
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the assistant answered to a question; ``confidence``, in [0, 1], is None where it searched for nothing."""

    message_id: int
    question: str | None
    answer: str
    confidence: float | None
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """``quotes`` are the customer's own words, oldest first, calls for a person left out. ``summary`` is a model's
    where ``summary_model`` names it, else the quotes. ``sentiment`` None says that it could not be told in time.
    """

    dialog: Dialog
    handoff: Handoff
    language: Language
    waiting_s: int
    summary: str
    summary_model: str | None
    quotes: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    sentiment: Sentiment | None
    earlier_handoffs: int


@dataclass(frozen=True, slots=True)
class _Read:
    """What the database says, before any model is asked."""

    dialog: Dialog
    handoff: Handoff
    language: Language
    said: Sequence[Message]
    attempts: tuple[Attempt, ...]
    words: str
    earlier: int


async def packet(actor: Actor, dialog_id: int) -> Packet:
    """What the operator of a dialog's latest handoff needs to know; for staff. Opens units of work of its own.

    Raises Forbidden, NotFound, HandoffNotFound. A model that fails or is late is done without.
    """
    actor.require_staff()
    async with unit_of_work(actor) as uow:
        read = await _read(uow, dialog_id)
    tone, told = await asyncio.gather(_tone(read.words), _retold(actor, read))
    quotes = _quotes(read)
    model, summary = told or (None, "\n".join(quotes))
    until = read.handoff.taken_at or read.handoff.ended_at or clock.now()
    return Packet(
        dialog=read.dialog,
        handoff=read.handoff,
        language=read.language,
        waiting_s=max(0, int((until - read.handoff.requested_at).total_seconds())),
        summary=summary,
        summary_model=model,
        quotes=quotes,
        attempts=read.attempts,
        sentiment=tone,
        earlier_handoffs=read.earlier,
    )


async def _read(uow: UnitOfWork, dialog_id: int) -> _Read:
    dialog = await dialogs.get(uow, dialog_id)
    handoff = await Handoff.filter(dialog_id=dialog.id).order_by("-id").first()
    if handoff is None:
        raise HandoffNotFound
    public = Message.filter(conversation_id=dialog.id, visibility=Visibility.PUBLIC).exclude(text="")
    said = list(reversed(await public.exclude(author_kind=AuthorKind.SYSTEM).order_by("-id").limit(_MESSAGES)))
    return _Read(
        dialog=dialog,
        handoff=handoff,
        language=await dialogs.language_of(dialog),
        said=said,
        attempts=await _attempts(said),
        words=await handoff_priorities.words_of(handoff),
        earlier=await Handoff.filter(dialog_id=dialog.id).count() - 1,
    )


async def _attempts(said: Sequence[Message]) -> tuple[Attempt, ...]:
    """The assistant's latest answers, oldest first, with what each rests on."""
    answers = [message for message in said if message.author_kind is AuthorKind.ASSISTANT][-_ATTEMPTS:]
    questions = {message.id: message.text for message in said}
    cited = await Citation.filter(message_id__in=[each.id for each in answers]).order_by("message_id", "position")
    return tuple(
        Attempt(
            message_id=answer.id,
            question=questions.get(answer.turn_id or 0),
            answer=answer.text,
            confidence=answer.confidence,
            citations=tuple(citation for citation in cited if citation.message_id == answer.id),
        )
        for answer in answers
    )


def _quotes(read: _Read) -> tuple[str, ...]:
    """The customer's words that say what it is about; where they only called for a person, that."""
    texts = [message.text for message in read.said if message.author_kind is AuthorKind.CUSTOMER]
    texts = [*texts, *([read.handoff.last_user_text] if read.handoff.last_user_text not in ("", *texts) else [])]
    telling = [text for text in texts if len(text) > _CALL_CHARS or not wants_person(text)]
    return tuple(text.strip()[:_QUOTE_CHARS] for text in (telling or texts)[-_QUOTED:])


async def _tone(words: str) -> Sentiment | None:
    if not words:
        return None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await handoff_priorities.tone_of(words)
    except (ModelUnavailable, TimeoutError) as error:
        logger.warning("handoff_tone_unknown", error=str(error) or type(error).__name__)
        return None


async def _retold(actor: Actor, read: _Read) -> tuple[str, str] | None:
    """The model's name and its summary; None without a model, without words, or where it fails."""
    if not read.said:
        return None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            chat = await ai_pool.chat_for(actor)
            return None if chat is None else await _summary(chat, read)
    except (ModelUnavailable, TimeoutError) as error:
        logger.warning("handoff_summary_by_quotes", error=str(error) or type(error).__name__)
        return None


async def _summary(chat: ChatModel, read: _Read) -> tuple[str, str] | None:
    """One request for what was said so far, however often it is looked at. Raises ModelUnavailable."""
    key = (read.dialog.id, read.said[-1].id)
    text = _summaries.get(key)
    if text is None:
        messages = summary_messages([turns.said(message) for message in read.said], read.language)
        completion = await chat.complete(messages, max_tokens=_SUMMARY_TOKENS, budget_s=_PATIENCE_S)
        text = completion.text.strip()
        _summaries.put(key, text)
    return (chat.name, text) if text else None

"""A draft: what the assistant would say to a question, from the tenant's knowledge alone. Nothing is stored here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from core.actor import Actor
from core.errors import ModelUnavailable
from core.events import EscalationReason
from core.languages import Language
from services import ai_pool, generation, retrieval
from services.documents.exact_tokens import exact_tokens
from services.extraction import Excerpt, answer_text, escalation_text, suggestion_text
from services.generation import Generated, Tell, silent
from services.intents import Verdict, is_greeting, verdict_on_answer, wants_person
from services.prompts.messages import Speaker, Turn
from services.providers import providers
from services.retrieval import FoundChunk, Search
from services.scoring import Decision, Thresholds, decide
from services.wording.texts import wording

logger = structlog.get_logger(__name__)

EXTRACTIVE_MODEL = "extractive"
"""Stands for the model's name where answers are quotations."""
_WANT_OF_GROUND = (EscalationReason.NO_GROUND, EscalationReason.UNGROUNDED_ANSWER)


@dataclass(frozen=True, slots=True)
class Persona:
    """Who answers: an assistant with knowledge of its own, words of its owner's for the model, and a model."""

    assistant_id: int
    system_prompt: str = ""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """``subject`` is the ticket's title where ``text`` is a later message, which may not repeat what it is about."""

    text: str
    language: Language
    thresholds: Thresholds
    subject: str | None = None
    history: Sequence[Turn] = ()
    persona: Persona | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """``content`` is the reply, or the notice that a person takes over where ``escalation`` is set. A reply that cites
    nothing takes note of the customer's thanks and says nothing else.

    ``context`` is all that was found, best first; ``cited`` what the reply rests on, in the order of its markers.
    ``confidence``, in [0, 1], is the probability that the best passage is what was asked for; None without a search.
    ``unanswered`` is what the customer asked where no knowledge answers it, else None.
    """

    content: str
    language: Language
    model: str
    escalation: EscalationReason | None = None
    context: tuple[FoundChunk, ...] = ()
    cited: tuple[FoundChunk, ...] = ()
    confidence: float | None = None
    unanswered: str | None = None

    @property
    def needs_escalation(self) -> bool:
        return self.escalation is not None


async def compose(
    actor: Actor, question: Question, *, max_context: int = 5, key: str | None = None, tell: Tell = silent
) -> Draft:
    """Draft a reply. Never raises for a provider that fails: that is an escalation. Raises InvalidInput.

    ``tell`` receives pieces of a generated answer whose ground has been checked; ``key`` makes repeated calls to the
    model the same request.
    """
    try:
        return await attempt(actor, question, max_context=max_context, key=key, tell=tell)
    except ModelUnavailable as error:
        logger.warning("answer_provider_failed", code=error.code, error=error.message)
        return _escalated(question, EscalationReason.PROVIDER_FAILED)


async def attempt(
    actor: Actor, question: Question, *, max_context: int = 5, key: str | None = None, tell: Tell = silent
) -> Draft:
    """As :func:`compose`, but raises ModelUnavailable, with its code, where a provider fails."""
    if wants_person(question.text):
        return _escalated(question, EscalationReason.CUSTOMER_REQUEST)
    if is_greeting(question.text):
        return Draft(wording(question.language).render("greeted"), question.language, _model_name(question))
    verdict = _verdict(question)
    if verdict is Verdict.HELPED:
        return Draft(wording(question.language).render("acknowledged"), question.language, _model_name(question))
    if verdict is Verdict.NOT_HELPED:
        return replace(_escalated(question, EscalationReason.NO_GROUND), unanswered=_asked_before(question))
    return await from_knowledge(actor, question, max_context=max_context, key=key, tell=tell)


async def from_knowledge(
    actor: Actor, question: Question, *, max_context: int = 5, key: str | None = None, tell: Tell = silent
) -> Draft:
    """As :func:`attempt`, for a question that is no greeting, no thanks and no call for a person."""
    found, decision = await _look(actor, question, max_context)
    if decision is Decision.ESCALATE:
        return _escalated(question, EscalationReason.NO_GROUND, found)
    persona = question.persona
    chat = await ai_pool.chat_for(actor, persona.model if persona else None)
    if chat is None:
        return _quoted(question, found, decision)
    words = persona.system_prompt if persona else ""
    generated = await generation.generate(
        question.text, question.history, found, question.language, chat=chat, key=key, tell=tell, persona=words
    )
    return _generated(question, found, generated)


def _verdict(question: Question) -> Verdict | None:
    """What the customer says of the answer right before; without one, a "yes" is no verdict."""
    follows_answer = bool(question.history) and question.history[-1].speaker is Speaker.ASSISTANT
    return verdict_on_answer(question.text) if follows_answer else None


def _asked_before(question: Question) -> str | None:
    """What the answer was given to that did not help."""
    return next((turn.text for turn in reversed(question.history) if turn.speaker is Speaker.CUSTOMER), None)


async def _look(actor: Actor, question: Question, max_context: int) -> tuple[Search, Decision]:
    """Search for the text alone; where that gives no ground, for the text under its subject."""
    assistant_id = question.persona.assistant_id if question.persona else None
    text = question.text[: retrieval.MAX_QUESTION]
    found = await retrieval.search(actor, text, limit=max_context, assistant_id=assistant_id)
    decision = decide(found.hits, question.thresholds)
    if decision is Decision.ANSWER or question.subject is None:
        return found, decision
    text = f"{question.subject}\n{question.text}"[: retrieval.MAX_QUESTION]
    wider = await retrieval.search(actor, text, limit=max_context, assistant_id=assistant_id)
    better = decide(wider.hits, question.thresholds)
    return (wider, better) if better is Decision.ANSWER or decision is Decision.ESCALATE else (found, decision)


def _escalated(question: Question, reason: EscalationReason, found: Search | None = None) -> Draft:
    return Draft(
        content=escalation_text(reason, question.language),
        language=question.language,
        model=_model_name(question),
        escalation=reason,
        context=found.chunks if found else (),
        confidence=_confidence(found) if found else None,
        unanswered=question.text if found and reason in _WANT_OF_GROUND else None,
    )


def _quoted(question: Question, found: Search, decision: Decision) -> Draft:
    """The best passage where it answers, else the few that may be meant, each with its source."""
    offered = found.chunks[: 1 if decision is Decision.ANSWER else 3]
    excerpts = [Excerpt(chunk.source, chunk.content, _nearest(question.text, chunk)) for chunk in offered]
    if decision is Decision.ANSWER:
        content = answer_text(excerpts[0], question.language)
    else:
        content = suggestion_text(excerpts, question.language)
    return Draft(content, question.language, EXTRACTIVE_MODEL, None, found.chunks, tuple(offered), _confidence(found))


def _nearest(text: str, chunk: FoundChunk) -> int | None:
    """The sentence to quote: that which holds what must match as written, else the nearest in meaning."""
    asked = set(exact_tokens(text))
    held = [len(asked.intersection(exact_tokens(sentence.text))) for sentence in chunk.sentences]
    return held.index(max(held)) if any(held) else chunk.best


def _generated(question: Question, found: Search, generated: Generated) -> Draft:
    if generated.escalation is not None:
        return _escalated(question, generated.escalation, found)
    return Draft(
        content=generated.text,
        language=question.language,
        model=generated.model,
        context=found.chunks,
        cited=generated.cited,
        confidence=_confidence(found),
    )


def _confidence(found: Search) -> float | None:
    return found.hits[0].confidence if found.hits else None


def _model_name(question: Question) -> str:
    """The model that would have answered, where none was asked."""
    chosen = question.persona.model if question.persona else None
    chat = providers().chat
    return chosen or (EXTRACTIVE_MODEL if chat is None else chat.name)

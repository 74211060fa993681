"""Generating an answer from retrieved ground, and releasing only what its ground supports.

A sentence goes out when it has passed the grounding check; of one that is still being written goes out what is read out
of the ground (:mod:`services.ahead`). The first sentence that fails ends the answer, and a person is called.
"""

import re
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from config.settings import get_settings
from core.errors import ModelUnavailable
from core.events import EscalationReason
from core.languages import Language
from integrations.llm.port import ChatMessage, ChatModel
from services import grounding
from services.ahead import Ahead
from services.documents.sentences import split_sentences
from services.extraction import sentences
from services.grounding import Ground
from services.prompts.messages import PassageText, Turn, build_messages, declined
from services.providers import providers
from services.retrieval import FoundChunk, Search

MAX_TOKENS = 700
_MOST_RESTARTS = 2
_PIECE = re.compile(r"\s*\S+\s*")
logger = structlog.get_logger(__name__)


class Tell(Protocol):
    """Receives pieces of an answer, in order, whose ground has been checked; None where the answer begins again, and
    what was told is void. It must not raise.
    """

    async def __call__(self, text: str | None, /) -> None: ...


async def silent(text: str | None, /) -> None:
    """For answers that nobody watches."""


@dataclass(frozen=True, slots=True)
class Generated:
    """``text`` is empty where ``escalation`` says why there is no answer."""

    text: str
    model: str
    cited: tuple[FoundChunk, ...] = ()
    escalation: EscalationReason | None = None


async def generate(
    question: str,
    history: Sequence[Turn],
    found: Search,
    language: Language,
    *,
    chat: ChatModel,
    key: str | None,
    tell: Tell,
    persona: str = "",
) -> Generated:
    """An answer to ``question`` from the chunks found, streamed to ``tell``. Raises ModelUnavailable.

    ``persona`` is how the assistant's owner wants it to speak.
    """
    passages = [PassageText(chunk.source, _shown(chunk)) for chunk in found.chunks]
    messages = build_messages(question, history, passages, language, persona)
    backed = Ahead([(sentence, chunk.language) for chunk in found.chunks for sentence in _sentences(chunk)])
    gate = await _spoken(chat, messages, _Gate(found, language, backed), key=key, tell=tell)
    escalation = gate.refused
    if escalation is not None:
        logger.info("answer_refused", reason=escalation, unsupported=gate.unsupported)
        return Generated("", chat.name, escalation=escalation)
    # Without a marker the answer rests on all that the model was given.
    cited = tuple(found.chunks[number - 1] for number in gate.cited) or found.chunks
    return Generated(gate.text.strip(), chat.name, cited)


async def _spoken(
    chat: ChatModel, messages: Sequence[ChatMessage], gate: "_Gate", *, key: str | None, tell: Tell
) -> "_Gate":
    """The gate that the answer passed. An answer that breaks off before a sentence of it has passed begins again."""
    deadline = time.monotonic() + get_settings().llm.budget_s
    budget_s: float | None = None
    while True:
        stream = chat.stream(messages, max_tokens=MAX_TOKENS, budget_s=budget_s, idempotency_key=key)
        try:
            async with aclosing(stream):
                async for text in gate.passed(stream):
                    for piece in _PIECE.findall(text) or [text]:
                        await tell(piece)
            return gate
        except ModelUnavailable:
            budget_s = deadline - time.monotonic()
            if gate.text or not gate.heard or budget_s <= 0 or gate.restarts == _MOST_RESTARTS:
                raise
            if gate.ahead:
                await tell(None)
            gate = _Gate(gate.found, gate.language, gate.backed, restarts=gate.restarts + 1)


@dataclass
class _Gate:
    """Lets the sentences of one answer pass: ``text`` has passed, ``ahead`` was let out of the one that is written."""

    found: Search
    language: Language
    backed: Ahead
    text: str = ""
    ahead: str = ""
    cited: dict[int, None] = field(default_factory=dict)
    claims: int = 0
    refused: EscalationReason | None = None
    unsupported: tuple[str, ...] = ()
    heard: bool = False
    restarts: int = 0

    async def passed(self, pieces: AsyncIterable[str]) -> AsyncIterator[str]:
        """What may be shown, as it comes; ends early at the first sentence that fails (``refused`` says why)."""
        held = ""
        async for piece in pieces:
            held += piece
            self.heard = True
            *whole, held = split_sentences(held, self.language) or [held]
            for sentence in whole:
                if text := await self._rest(sentence):
                    yield text
                if self.refused is not None:
                    return
            if text := self._more(held):
                yield text
        if held.strip() and (text := await self._rest(held)):
            yield text
        if not self.claims:
            self.refused = self.refused or EscalationReason.UNGROUNDED_ANSWER

    def _more(self, held: str) -> str:
        """What may be shown of an unfinished sentence and was not yet."""
        before, reach = len(self.ahead), self.backed.reach(held)
        self.ahead = held[: max(before, reach)]
        return self.ahead[before:]

    async def _rest(self, sentence: str) -> str:
        """What is left to show of a whole sentence; nothing where it does not stand."""
        text = await self._check(sentence)
        if text is not None and not text.startswith(self.ahead):
            # What would be stored is not what was read.
            self.refused = EscalationReason.UNGROUNDED_ANSWER
        if text is None or self.refused is not None:
            return ""
        rest, self.ahead = text[len(self.ahead) :], ""
        return rest

    async def _check(self, sentence: str) -> str | None:
        if declined(sentence):
            self.refused = EscalationReason.NO_GROUND
            return None
        draft = grounding.draft(sentence, len(self.found.chunks))
        if draft.claims and not await self._stands(draft):
            self.refused = EscalationReason.UNGROUNDED_ANSWER
            return None
        self.claims += len(draft.claims)
        self.cited.update(dict.fromkeys(draft.cited))
        spaced = sentence[: len(sentence) - len(sentence.lstrip())] + draft.text
        text = spaced + sentence[len(sentence.rstrip()) :]
        self.text += text
        return text

    async def _stands(self, draft: grounding.Draft) -> bool:
        vectors = await providers().embedder.passages([claim.text for claim in draft.claims])
        grounds = [Ground(_shown(chunk), chunk.language, chunk.vectors) for chunk in self.found.chunks]
        report = grounding.check(draft, vectors, grounds, self.found.question, self.found.means)
        self.unsupported = report.unsupported
        return report.supported


def _shown(chunk: FoundChunk) -> str:
    return f"{chunk.heading}\n{chunk.content}"


def _sentences(chunk: FoundChunk) -> list[str]:
    """The chunk's sentences, split anew where none are stored, and its heading."""
    stored = chunk.sentences or sentences(chunk.content)
    return [chunk.heading, *(sentence.text for sentence in stored)]

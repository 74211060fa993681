"""The conversation that a chat model is given. Customers' text and knowledge go in as data, inside marks that nobody
outside can write: each request has marks of its own, with a random code.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from string import Template

from core.languages import Language
from integrations.llm.port import ChatMessage

NO_GROUND = "NO_GROUND"
"""What a model says where the passages do not answer the question."""

_TURNS = 6
_QUESTION_CHARACTERS = 4_000
_TURN_CHARACTERS = 1_000
_PASSAGE_CHARACTERS = 3_000
_PERSONA_CHARACTERS = 20_000
_SOURCE_CHARACTERS = 120
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_NO_GROUND = re.compile(r"^\W*NO[\s_-]?GROUND\W*$", re.IGNORECASE)


class Speaker(StrEnum):
    """Who said a turn that a model may see. Internal notes and system notices have no speaker here."""

    CUSTOMER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class PassageText:
    """A retrieved passage; its place in the list, from 1, is the number by which it is cited."""

    source: str
    text: str


def build_messages(
    question: str, history: Sequence[Turn], passages: Sequence[PassageText], language: Language, persona: str = ""
) -> list[ChatMessage]:
    """System prompt with the passages, the last turns, the question. ``history`` is public, without the question.

    ``persona`` is how the assistant's owner wants it to speak; the rules hold above it.
    """
    said = [question, *(turn.text for turn in history), *(each.text for each in passages)]
    boundary = fresh_boundary([persona, *said])
    ground = "\n\n".join(
        enclosed(
            boundary, f"passage {number}", f"{_cut(each.source, _SOURCE_CHARACTERS)}\n{each.text}", _PASSAGE_CHARACTERS
        )
        for number, each in enumerate(passages, start=1)
    )
    system = _template(language, "answer").substitute(
        no_ground=NO_GROUND, boundary=boundary, passages=ground, persona=_described(persona, boundary, language)
    )
    turns = [said_message(turn, boundary) for turn in history[-_TURNS:]]
    asked = ChatMessage("user", enclosed(boundary, "customer", question, _QUESTION_CHARACTERS))
    return [ChatMessage("system", system), *turns, asked]


def declined(answer: str) -> bool:
    """Whether the model said that the passages do not answer, alone or as its last word."""
    lines = answer.strip().splitlines()
    return not lines or bool(_NO_GROUND.match(lines[-1])) or NO_GROUND in answer


def said_message(turn: Turn, boundary: str) -> ChatMessage:
    if turn.speaker is Speaker.ASSISTANT:
        return ChatMessage("assistant", _cut(turn.text, _TURN_CHARACTERS))
    return ChatMessage("user", enclosed(boundary, "customer", turn.text, _TURN_CHARACTERS))


def enclosed(boundary: str, what: str, text: str, limit: int) -> str:
    return f"<<<{boundary} {what}>>>\n{_cut(text, limit)}\n<<<{boundary} end>>>"


def fresh_boundary(texts: Sequence[str]) -> str:
    while True:
        boundary = secrets.token_hex(8)
        if not any(boundary in text for text in texts):
            return boundary


def _described(persona: str, boundary: str, language: Language) -> str:
    """The paragraph about the owner's words, between empty lines; nothing where there are none."""
    if not persona.strip():
        return ""
    words = enclosed(boundary, "persona", persona, _PERSONA_CHARACTERS)
    return "\n" + _template(language, "persona").substitute(boundary=boundary, persona=words) + "\n"


def _cut(text: str, limit: int) -> str:
    """Without characters that hide or reorder text, at most ``limit`` long."""
    return _CONTROL.sub(" ", text).strip()[:limit]


@cache
def _template(language: Language, name: str) -> Template:
    return Template(files("services.prompts").joinpath(language.value, f"{name}.md").read_text("utf-8").strip())

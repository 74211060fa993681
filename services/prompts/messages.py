"""Requests to the chat model: what customers and knowledge say stands in them as data, never as instructions.

Everything that others wrote is put between markers that carry a random word of this request: a text that wants to
close its own block would have to guess it. What looks like a marker in such a text is taken apart besides.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Protocol

from core.languages import Language
from integrations.llm.port import ChatMessage

NO_GROUND = "NO_GROUND"
"""What the model says, alone, where the passages do not answer."""

_TURN_CHARS = 2_000
_HISTORY_CHARS = 6_000


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said before, in public: internal notes never become a turn. ``author``: customer, assistant, operator."""

    author: str
    text: str


class Ground(Protocol):
    """A passage that the answer may rest on."""

    @property
    def source(self) -> str: ...

    @property
    def heading(self) -> str: ...

    @property
    def content(self) -> str: ...


def build_messages(
    question: str, history: Sequence[Turn], passages: Sequence[Ground], language: Language
) -> list[ChatMessage]:
    """A system message with the rules, and one user message that holds passages, conversation and question as data."""
    boundary = secrets.token_hex(8)
    blocks = [_block("passage", boundary, _passage(passage), number) for number, passage in enumerate(passages, 1)]
    blocks += [_block(turn.author, boundary, turn.text[:_TURN_CHARS]) for turn in _recent(history)]
    blocks.append(_block("question", boundary, question))
    rules = _rules(language).substitute(boundary=boundary, no_ground=NO_GROUND)
    return [ChatMessage("system", rules), ChatMessage("user", "\n\n".join(blocks))]


@cache
def _rules(language: Language) -> Template:
    return Template(files("services.prompts").joinpath(language.value, "answer.md").read_text("utf-8").strip())


def _recent(history: Sequence[Turn]) -> list[Turn]:
    """The latest turns that fit, oldest first."""
    kept: list[Turn] = []
    room = _HISTORY_CHARS
    for turn in reversed(history):
        room -= min(len(turn.text), _TURN_CHARS)
        if room < 0:
            break
        kept.append(turn)
    return kept[::-1]


def _passage(passage: Ground) -> str:
    return f"{passage.source}\n{passage.heading}\n{passage.content}"


def _block(kind: str, boundary: str, text: str, number: int | None = None) -> str:
    name = kind if number is None else f"{kind} {number}"
    harmless = text.replace("<<<", "< < <").replace(">>>", "> > >")
    return f"<<<{boundary} {name}>>>\n{harmless}\n<<<{boundary} end>>>"

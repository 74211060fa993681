"""What a chat model that leads an interview is told. The client's words go in as data, as :mod:`.messages` has it."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import Template

from core.languages import Language
from integrations.llm.port import ChatMessage
from services.interviewing.dialogue import State
from services.interviewing.hearing import Fact
from services.prompts.messages import Speaker, Turn, enclosed, fresh_boundary, said_message

_TURNS = 12
_TEXT_CHARACTERS = 4_000


def build_messages(text: str, history: Sequence[Turn], state: State, *, next_question: str) -> list[ChatMessage]:
    """Rules with what is known and what to ask next, the last turns, the client's message."""
    known = "\n".join(f"{fact.value}: {state.facts[fact]}" for fact in Fact if fact in state.facts)
    boundary = fresh_boundary([text, known, *(turn.text for turn in history)])
    system = _template(state.language or Language.RUSSIAN).substitute(
        boundary=boundary,
        known=enclosed(boundary, "known", known or "-", _TEXT_CHARACTERS),
        missing=", ".join(fact.value for fact in Fact if fact not in state.facts) or "-",
        question=enclosed(boundary, "question", next_question, _TEXT_CHARACTERS),
    )
    turns = [said_message(turn, boundary) for turn in history[-_TURNS:]]
    while turns and history[-len(turns)].speaker is Speaker.ASSISTANT:
        # Some models refuse a conversation that begins with their own words.
        turns.pop(0)
    asked = ChatMessage("user", enclosed(boundary, "customer", text, _TEXT_CHARACTERS))
    return [ChatMessage("system", system), *turns, asked]


@cache
def _template(language: Language) -> Template:
    return Template(files("services.prompts").joinpath(language.value, "interview.md").read_text("utf-8").strip())

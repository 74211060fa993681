"""What a chat model is told to retell a conversation to the operator who takes it over."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import Template

from core.languages import Language
from integrations.llm.port import ChatMessage
from services.prompts.messages import Turn, enclosed, fresh_boundary

_TURN_CHARACTERS = 1_000


def summary_messages(turns: Sequence[Turn], language: Language) -> list[ChatMessage]:
    """The turns as data, oldest first, and what to make of them."""
    boundary = fresh_boundary([turn.text for turn in turns])
    said = "\n".join(enclosed(boundary, turn.speaker.name.lower(), turn.text, _TURN_CHARACTERS) for turn in turns)
    return [ChatMessage("system", _template(language).substitute(boundary=boundary)), ChatMessage("user", said)]


@cache
def _template(language: Language) -> Template:
    return Template(files("services.prompts").joinpath(language.value, "handoff.md").read_text("utf-8").strip())

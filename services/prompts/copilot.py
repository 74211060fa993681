"""What a chat model is told to make of an operator's text."""

from functools import cache
from importlib.resources import files
from string import Template

from core.languages import Language
from integrations.llm.port import ChatMessage
from services.prompts.messages import enclosed, fresh_boundary

_CHARACTERS = 6_000


def rewriting(name: str, text: str, language: Language) -> list[ChatMessage]:
    """The text as data, and what to make of it in ``language``: `shorten` or `translate`."""
    boundary = fresh_boundary([text])
    system = _template(name, language).substitute(boundary=boundary)
    return [ChatMessage("system", system), ChatMessage("user", enclosed(boundary, "text", text, _CHARACTERS))]


@cache
def _template(name: str, language: Language) -> Template:
    return Template(files("services.prompts").joinpath(language.value, f"{name}.md").read_text("utf-8").strip())

"""The first line of a lead: what, how large, where, and the client's own first words."""

from collections.abc import Mapping, Sequence

from core.languages import Language
from services.interviewing import objects
from services.interviewing.phrases import Phrase, phrases_of
from services.interviewing.saying import say

_QUOTED = 200


def summary_of(facts: Mapping[str, str], said: Sequence[str], language: Language) -> str:
    """From the facts and from what the client said, oldest first: «Строительство дома, 150 м², Алматы.»."""
    parts = [_subject(facts.get("object_type"), said, language), facts.get("area"), facts.get("city")]
    if any(objects.has_plot(text) for text in said):
        parts.append(say(language, "has_plot"))
    head = ", ".join(part for part in parts if part)
    head = head[:1].upper() + head[1:]
    return " ".join(part for part in (f"{head}." if head else "", _request(said)) if part)


def _subject(name: str | None, said: Sequence[str], language: Language) -> str | None:
    work = next((work for text in said if (work := objects.work_of(text)) is not None), None)
    if work is None:
        return name
    if name is None:
        return say(language, work)
    kind = objects.kind_called(name)
    if language is Language.RUSSIAN and kind is not None:
        return f"{say(language, work)} {kind.genitive}"
    return f"{name}: {say(language, work).lower()}"


def _request(said: Sequence[str]) -> str:
    """The first message that asks for something, in the client's words."""
    first = next((text.strip() for text in said if not phrases_of(text) & {Phrase.COURTESY}), "")
    words = " ".join(first.split())
    return f"«{words[: _QUOTED - 1]}…»" if len(words) > _QUOTED else f"«{words}»" if words else ""

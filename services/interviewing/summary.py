"""The first line of a lead: what, how large, where, and the client's own first words."""

from collections.abc import Mapping, Sequence

from core.languages import Language
from services.interviewing import names, objects
from services.interviewing.phrases import Phrase, phrases_of
from services.interviewing.saying import say
from services.interviewing.spoken import Spoken, fold, plain

_QUOTED = 200
_DESCRIPTION = 4
"""Words of a message that is quoted though no list knows what it names."""
_CHATTER = frozenset(Phrase) - {Phrase.GREETING, Phrase.PRICE}


def summary_of(facts: Mapping[str, str], said: Sequence[str], language: Language) -> str:
    """From the facts and from what the client said, oldest first: «Строительство дома, 150 м², Алматы.»."""
    parts = [_subject(facts.get("object_type"), said, language), facts.get("area"), facts.get("city")]
    if any(objects.has_plot(text) for text in said):
        parts.append(say(language, "has_plot"))
    head = ", ".join(part for part in parts if part)
    head = head[:1].upper() + head[1:]
    other = say(language, "other_phone", value=facts["phone_other"]) if "phone_other" in facts else ""
    request = _request(said, facts.get("object_type"))
    return " ".join(part for part in (f"{head}." if head else "", request, other) if part)


def _subject(name: str | None, said: Sequence[str], language: Language) -> str | None:
    work = next((work for text in said if (work := objects.work_of(text)) is not None), None)
    if work is None:
        return name
    if name is None:
        return say(language, work)
    kind = objects.kind_called(name)
    if kind is not None and kind.is_plot and work == "construction":
        return name
    if language is Language.RUSSIAN and kind is not None:
        return f"{say(language, work)} {kind.genitive}"
    return f"{name}: {say(language, work).lower()}"


def _request(said: Sequence[str], name: str | None) -> str:
    """The first message that says what is wanted, in the client's words; thanks, "later" and contacts do not."""
    words = " ".join(next((text for text in said if _tells(text, name)), "").split())
    if " " not in words:
        # One word is the object itself, which stands before it.
        return ""
    return f"«{words[: _QUOTED - 1]}…»" if len(words) > _QUOTED else f"«{words}»"


def _tells(text: str, name: str | None) -> bool:
    """Whether a message names the object or the work, or else describes something at some length."""
    if objects.mentions_one(Spoken(text)) or objects.work_of(text) is not None or (name and fold(name) in fold(text)):
        return True
    long = len(plain(text).split()) >= _DESCRIPTION
    return long and not phrases_of(text) & _CHATTER and names.take_introduced(Spoken(text)) is None

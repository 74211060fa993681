"""What a client says beside facts: later, I do not know, how much, no thank you."""

import re
from enum import StrEnum
from functools import cache

from services.intents import wants_person
from services.interviewing.spoken import compiled, plain, table

_LONGEST = 2_000


class Phrase(StrEnum):
    GREETING = "greeting"
    COURTESY = "courtesy"
    """The whole message is thanks, consent or a farewell."""
    DEFER = "defer"
    UNKNOWN = "unknown"
    """They do not know, or do not want to say."""
    STOP = "stop"
    PRICE = "price"
    PERSON = "person"
    BOT = "bot"
    """They ask whether a person or a machine answers."""


_SEARCHED = (Phrase.GREETING, Phrase.DEFER, Phrase.UNKNOWN, Phrase.STOP, Phrase.PRICE, Phrase.BOT)


def phrases_of(text: str) -> frozenset[Phrase]:
    """Everything of the list that a message says."""
    said = plain(text[:_LONGEST])
    found = {phrase for phrase in _SEARCHED if _pattern(phrase).search(said)}
    if said and _courtesies().fullmatch(said):
        found.add(Phrase.COURTESY)
    if wants_person(text):
        found.add(Phrase.PERSON)
    return frozenset(found)


def names_nothing(text: str) -> bool:
    """Whether only such phrases are said, or what one wants in general: it holds no object and no place."""
    said = plain(text[:_LONGEST])
    searched = (phrase for phrase in _SEARCHED if phrase is not Phrase.GREETING)
    return _empty().fullmatch(said) is not None or any(_pattern(phrase).search(said) for phrase in searched)


def corrects(text: str) -> bool:
    """Whether something that was said before is taken back."""
    return _pattern_of("corrects").search(plain(text[:_LONGEST])) is not None


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    return _pattern_of(phrase.value)


@cache
def _pattern_of(kind: str) -> re.Pattern[str]:
    # A pattern ends where a word does.
    return compiled([rf"(?:{pattern})(?!\w)" for pattern in table("phrases")[kind]])


@cache
def _courtesies() -> re.Pattern[str]:
    return _repeated("courtesy", "greeting")


@cache
def _empty() -> re.Pattern[str]:
    return _repeated("courtesy", "greeting", "wants", "bare")


def _repeated(*kinds: str) -> re.Pattern[str]:
    """One or more phrases of some kinds, and nothing else."""
    patterns = [pattern for kind in kinds for pattern in table("phrases")[kind]]
    # Possessive: what one phrase took is not tried again, so that long messages stay linear.
    one = compiled([rf"(?>{pattern})(?!\w)" for pattern in patterns]).pattern
    return re.compile(rf"{one}(?: {one})*+")

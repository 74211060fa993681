"""What a customer says to the conversation itself: a greeting, a wish for a person, a verdict on an answer.

Rules and not a model: they can be read, a wrong one can be mended the same day, and a missed request for a person
costs more trust than any answer gains. The phrases are data, in services/greetings, person_requests and verdicts.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from core.languages import Language

# Kazakh is often typed on a Russian keyboard: its letters and their stand-ins are one.
FOLDED = str.maketrans("ёйәіңғүұқөһ", "еиаингуукох")
_APOSTROPHES = re.compile(r"['’`ʼ]")
_NOT_WORDS = re.compile(r"[^\w]+|_")
_LONGEST = 1_000
_LONGEST_VERDICT = 120
_BOUNDARY = re.compile(r"[.!?;\n]+")


class Verdict(StrEnum):
    """What a customer says of an answer that ended with the question whether it was the right one."""

    HELPED = "helped"
    NOT_HELPED = "not_helped"


@dataclass(frozen=True, slots=True)
class _Phrases:
    refused: Sequence[re.Pattern[str]]
    wanted: Sequence[re.Pattern[str]]
    typos: Sequence[str]


def wants_person(text: str) -> bool:
    """Whether the customer asks for a human being: operator, manager, anybody alive. Russian, Kazakh, English."""
    clauses = [_normalised(clause) for clause in _BOUNDARY.split(text[:_LONGEST])]
    return any(_asks(clause, _phrases(language)) for language in Language for clause in clauses if clause)


def verdict_on_answer(text: str) -> Verdict | None:
    """Whether a message is a verdict on the last answer and nothing else: "yes, thank you", "no, that's not it".

    None where it says anything more, which is then a question like any other. Russian, Kazakh, English.
    """
    said = _normalised(text[:_LONGEST_VERDICT])
    if not said or len(text) > _LONGEST_VERDICT:
        return None
    for verdicts in map(_verdicts, Language):
        if verdicts.either.fullmatch(said):
            return Verdict.NOT_HELPED if verdicts.against.search(said) else Verdict.HELPED
    return None


def is_greeting(text: str) -> bool:
    """Whether a message greets and says nothing else: it asks for nothing, so nothing has to be found for it."""
    said = _normalised(text[:_LONGEST_VERDICT])
    return bool(said) and len(text) <= _LONGEST_VERDICT and any(_greeting(each).fullmatch(said) for each in Language)


def _normalised(text: str) -> str:
    lowered = _APOSTROPHES.sub("", text.casefold()).translate(FOLDED)
    return _NOT_WORDS.sub(" ", lowered).strip()


def _asks(clause: str, phrases: _Phrases) -> bool:
    spelled = " ".join(_spelled(word, phrases.typos) for word in clause.split())
    for pattern in phrases.refused:
        spelled = pattern.sub(" ", spelled)
    remaining = " ".join(spelled.split())
    return any(pattern.search(remaining) for pattern in phrases.wanted)


def _spelled(word: str, typos: Sequence[str]) -> str:
    """``word`` with its stem corrected where that is one letter away from a stem people mistype."""
    if word.startswith(tuple(typos)):
        return word
    for stem in typos:
        for length in (len(stem), len(stem) - 1, len(stem) + 1):
            if len(word) - length in range(4) and _one_edit_apart(word[:length], stem):
                return stem + word[length:]
    return word


def _one_edit_apart(word: str, stem: str) -> bool:
    """Whether one substitution, insertion, deletion or swap of neighbours turns one into the other."""
    if word == stem:
        return False
    start = next((n for n, (a, b) in enumerate(zip(word, stem, strict=False)) if a != b), min(len(word), len(stem)))
    rest, wanted = word[start:], stem[start:]
    swapped = rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
    return rest[1:] == wanted[1:] or rest == wanted[1:] or rest[1:] == wanted or swapped


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """``either`` matches messages of nothing but verdicts, ``against`` each one that says that an answer failed."""

    either: re.Pattern[str]
    against: re.Pattern[str]


@cache
def _verdicts(language: Language) -> _Verdicts:
    source = files("services.verdicts").joinpath(f"{language.value}.toml").read_text("utf-8")
    table = tomllib.loads(source.translate(FOLDED))
    against = rf"\b(?:{'|'.join(table['not_helped'])})\b"
    either = rf"\b(?:{'|'.join((*table['not_helped'], *table['helped']))})\b"
    return _Verdicts(re.compile(f"{either}(?: {either})*"), re.compile(against))


@cache
def _greeting(language: Language) -> re.Pattern[str]:
    source = files("services.greetings").joinpath(f"{language.value}.toml").read_text("utf-8")
    table = tomllib.loads(source.translate(FOLDED))
    greeting, beside = (rf"(?:{'|'.join(table[name])})" for name in ("greetings", "with"))
    return re.compile(rf"{greeting}(?: (?:{greeting}|{beside}))*")


@cache
def _phrases(language: Language) -> _Phrases:
    source = files("services.person_requests").joinpath(f"{language.value}.toml").read_text("utf-8")
    table = tomllib.loads(source.translate(FOLDED))
    return _Phrases(
        refused=_compiled(table["refused"], table["persons"]),
        wanted=_compiled(table["wanted"], table["persons"]),
        typos=table["typos"],
    )


def _compiled(patterns: Sequence[str], persons: str) -> list[re.Pattern[str]]:
    return [re.compile(rf"\b(?:{pattern.replace('{person}', persons)})") for pattern in patterns]

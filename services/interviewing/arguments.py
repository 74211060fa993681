"""Facts that a chat model proposes, held against what the client really wrote."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.languages import Language
from core.text import is_storable
from services.interviewing import areas, objects, places
from services.interviewing.dialogue import Question, State
from services.interviewing.hearing import Fact
from services.interviewing.names import plausible_name
from services.interviewing.phones import checked_phone
from services.interviewing.spoken import Spoken, fold

_NOT_DIGITS = re.compile(r"\D")
_SUBSCRIBER = 7
"""Digits that people never leave out of their number."""


class WrongArguments(ValueError):
    """What the model has to mend; the message is for it."""


def checked_facts(given: Mapping[str, str | None], *, state: State, said: Sequence[str], region: str) -> dict[str, str]:
    """The facts of a lead by its columns' names, ``phone_e164`` and perhaps ``summary`` among them.

    Raises WrongArguments where a value is not valid, or something is still to be asked for.
    """
    language = state.language or Language.RUSSIAN
    facts = {**_contact(given, state.facts, said, region), **_project(given, language)}
    missing = replace(state, facts={**state.facts, **facts}).question
    if missing is not None and missing is not Question.CONTACT:
        raise WrongArguments(f"{missing.value} is not known yet: ask the client for it first")
    summary = (given.get("summary") or "").strip()
    return {**facts, "summary": summary} if summary and is_storable(summary) else facts


def _contact(
    given: Mapping[str, str | None], known: Mapping[str, str], said: Sequence[str], region: str
) -> dict[str, str]:
    phone = checked_phone(given["phone"] or "", region)
    if phone is None:
        raise WrongArguments("phone is not a valid number: ask the client for it again")
    digits = [_NOT_DIGITS.sub("", text) for text in said]
    # Rules also hear numbers that were said in words.
    known_already = known.get("phone_e164") == phone.e164
    if not known_already and not any(phone.e164[-_SUBSCRIBER:] in each for each in digits):
        raise WrongArguments("phone was not given by the client: ask for it, never invent one")
    name = plausible_name(given["name"] or "")
    if name is None:
        raise WrongArguments("name is not a person's name: ask the client for it")
    # The client's own spelling stays, where it is the same number.
    written = known[Fact.PHONE] if known_already else phone.written
    return {Fact.NAME.value: name, Fact.PHONE.value: written, "phone_e164": phone.e164}


def _project(given: Mapping[str, str | None], language: Language) -> dict[str, str]:
    """City, area and object in the words in which leads show them; free ones stay as the model wrote them."""
    found = {}
    for fact in (Fact.CITY, Fact.AREA, Fact.OBJECT_TYPE):
        value = (given.get(fact) or "").strip()
        if value and is_storable(value) and fold(value) not in ("null", "none", "не указано", "unknown"):
            found[fact.value] = (_read(fact, value, language) or value)[: 64 if fact is Fact.AREA else 255]
    return found


def _read(fact: Fact, value: str, language: Language) -> str | None:
    spoken = Spoken(value)
    if fact is Fact.CITY:
        return places.take_city(spoken, language, awaited=True)
    take = areas.take_area if fact is Fact.AREA else objects.take_object
    return take(spoken, language, awaited=True)

"""Reading one message of a client: the facts in it, the phrases, and whether a number was meant that is none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from core.languages import Language
from services.interviewing import areas, names, objects, phones, places
from services.interviewing.phrases import Phrase, corrects, phrases_of
from services.interviewing.spoken import Spoken
from services.interviewing.tongue import language_of

LONGEST = 20_000
"""Characters of one message; a whole description of a project is well below it."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
_FEW_WORDS = 3
_READ = 4_000
_READ_LAST = 1_000


class Fact(StrEnum):
    """What a lead needs, by the names of its columns."""

    OBJECT_TYPE = "object_type"
    CITY = "city"
    AREA = "area"
    NAME = "name"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Heard:
    """``facts`` may hold ``phone_e164`` beside the phone; ``language`` is that in which to go on."""

    language: Language
    facts: Mapping[str, str] = field(default_factory=dict)
    phrases: frozenset[Phrase] = frozenset()
    bad_phone: bool = False


def hear(
    text: str,
    *,
    awaited: Collection[Fact],
    present: Language | None,
    default: Language,
    region: str,
    known: Mapping[str, str] = _NOTHING,
) -> Heard:
    """Read a message. ``awaited`` is what was asked for last: there a bare word or number counts.

    Of what is ``known`` only a correction is heard: who mentions another city in passing does not move house.
    """
    spoken = Spoken(_sample(text))
    phrases = phrases_of(spoken.text)
    facts: dict[str, str] = {}
    bad_phone = _read_contact(spoken, facts, awaited, region)
    introduced = names.take_introduced(spoken)
    language = language_of(_without_names(spoken, facts, awaited), present=present, default=default)
    _read_project(spoken, facts, awaited, language)
    if introduced is None and Fact.NAME not in (*awaited, *known):
        introduced = names.take_called(spoken)
    if not facts and introduced is None and not phrases - {Phrase.GREETING}:
        _read_unknown(spoken, facts, awaited, language)
    name = introduced or _name_beside(spoken, facts, awaited, phrases)
    if name is not None and (introduced or Fact.NAME not in known):
        facts[Fact.NAME] = name[:255]
    _settle_area(spoken, facts, awaited, language, known)
    _keep_known(facts, known, text)
    return Heard(language, facts, phrases, bad_phone)


def _without_names(spoken: Spoken, facts: Mapping[str, str], awaited: Collection[Fact]) -> str:
    """What tells the language: names of people and places do not."""
    probe = spoken.copy()
    places.take_city(probe, Language.RUSSIAN, awaited=True)
    if Fact.NAME in awaited or Fact.PHONE in facts:
        names.take_beside(probe, awaited=Fact.NAME in awaited, with_phone=Fact.PHONE in facts)
    return probe.rest


def _keep_known(facts: dict[str, str], known: Mapping[str, str], text: str) -> None:
    short = len(text.split()) <= _FEW_WORDS
    for fact in (Fact.OBJECT_TYPE, Fact.CITY, Fact.AREA):
        if fact in facts and fact in known:
            weak = fact is Fact.OBJECT_TYPE and objects.is_weak(facts[fact])
            if weak or not (short or corrects(text)):
                del facts[fact]


def _sample(text: str) -> str:
    """What is read of a long message: its beginning, and its end, where the name and number are."""
    return text if len(text) <= _READ else f"{text[: _READ - _READ_LAST]}\n{text[-_READ_LAST:]}"


def _read_contact(spoken: Spoken, facts: dict[str, str], awaited: Collection[Fact], region: str) -> bool:
    """Whether a number was meant and none was found."""
    phone = phones.take_phone(spoken, region)
    if phone is None:
        return phones.take_attempt(spoken, awaited=Fact.PHONE in awaited)
    facts |= {Fact.PHONE: phone.written, "phone_e164": phone.e164}
    if phone.other is not None:
        facts["phone_other"] = phone.other
    return False


def _read_project(spoken: Spoken, facts: dict[str, str], awaited: Collection[Fact], language: Language) -> None:
    measured = Fact.AREA in awaited
    # "A bathhouse, 6 by 4": sides without a unit are an area beside the object that they are of.
    sides = measured or objects.mentions_one(spoken)
    found = {
        Fact.AREA: areas.take_area(spoken, language, awaited=measured, sides=sides),
        Fact.CITY: places.take_city(spoken, language, awaited=Fact.CITY in awaited),
        Fact.OBJECT_TYPE: objects.take_object(spoken, language, awaited=Fact.OBJECT_TYPE in awaited),
    }
    facts |= {fact: value for fact, value in found.items() if value is not None}


def _settle_area(
    spoken: Spoken, facts: dict[str, str], awaited: Collection[Fact], language: Language, known: Mapping[str, str]
) -> None:
    """The area of a building is neither its plot's nor to be asked for where the message gives it without a unit."""
    area, named = facts.get(Fact.AREA), facts.get(Fact.OBJECT_TYPE)
    building = named or known.get(Fact.OBJECT_TYPE)
    if area is not None and areas.is_of_land(area) and building is not None and not objects.is_weak(building):
        if Fact.AREA not in awaited or objects.mentions_plot(spoken.text):
            del facts[Fact.AREA]
    elif area is None and named is not None and Fact.AREA not in (*awaited, *known):
        alone = Fact.CITY in facts or Fact.PHONE in facts
        beside = areas.take_area_beside(spoken, language, unitless=alone)
        if beside is not None:
            facts[Fact.AREA] = beside


def _read_unknown(spoken: Spoken, facts: dict[str, str], awaited: Collection[Fact], language: Language) -> None:
    """What no list knows, where it was asked for and nothing else was said."""
    value = None
    if Fact.CITY in awaited:
        value = places.take_unknown_city(spoken, language)
    elif Fact.OBJECT_TYPE in awaited:
        value = objects.take_unknown_object(spoken)
    if value is not None:
        facts[Fact.CITY if Fact.CITY in awaited else Fact.OBJECT_TYPE] = value


def _name_beside(
    spoken: Spoken, facts: Mapping[str, str], awaited: Collection[Fact], phrases: frozenset[Phrase]
) -> str | None:
    asked, with_phone = Fact.NAME in awaited, Fact.PHONE in facts
    says_other = phrases & {Phrase.UNKNOWN, Phrase.STOP, Phrase.DEFER, Phrase.PRICE, Phrase.PERSON}
    if with_phone or (asked and not says_other):
        return names.take_beside(spoken, awaited=asked, with_phone=with_phone)
    return None

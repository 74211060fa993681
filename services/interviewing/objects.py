"""What a client wants built, mended or found: house, flat, office; and what is to be done with it."""

import re
from dataclasses import dataclass
from functools import cache

from core.languages import Language
from services.interviewing import names
from services.interviewing.phrases import names_nothing
from services.interviewing.spoken import Spoken, compiled, fold, table

_SAID_BEFORE = re.compile(
    r"^(?:ну|да|мне|нам|хочу|хотим|хотел\w* бы|нужен|нужна|нужно|нужны|надо"
    r"|построить|строить|сделать|это|отремонтировать|ремонт|строительство|проект|i|we"
    r"|want|need|a|an|the|to|build|маган|бизге)\b[\s,.:]*"
)
_SAID_AFTER = re.compile(r"[\s,.:]+(?:керек|салу|жондеу|нужен|нужна|нужно|пожалуйста|please|салгым келеди|болады)$")
_PHRASE = re.compile(r"[^\W\d_]+(?:[-' ][^\W\d_]+){0,3}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object; ``genitive`` is Russian."""

    ru: str
    kk: str
    en: str
    genitive: str
    pattern: re.Pattern[str]
    weak: bool

    @property
    def is_plot(self) -> bool:
        return self.en == "plot"

    def shown(self, language: Language) -> str:
        return {Language.RUSSIAN: self.ru, Language.KAZAKH: self.kk, Language.ENGLISH: self.en}[language]


def take_object(spoken: Spoken, language: Language, *, awaited: bool) -> str | None:
    """The object that a message names first. A plot or a garage beside a house is not what is asked about."""
    matches = [(kind, kind.pattern.search(spoken.folded)) for kind in _kinds()]
    found = [(kind.weak, match.start(), kind, match) for kind, match in matches if match]
    if not found:
        return None
    weak, _, kind, match = min(found, key=lambda each: each[:2])
    if weak and not awaited and _is_mentioned(spoken, match):
        return None
    spoken.take(*match.span())
    return kind.shown(language)


def take_unknown_object(spoken: Spoken) -> str | None:
    """An object that no list knows, from a message that answers the question for it and says nothing else."""
    said = spoken.rest.strip(" .,!?;:\"'«»()")
    while (shorter := _without_frame(said)) != said:
        said = shorter
    if not _PHRASE.fullmatch(said) or not 3 <= len(said) <= 60 or names_nothing(said) or names.says_more(said):
        return None
    spoken.take(0, len(spoken.text))
    return said[:1].lower() + said[1:]


def mentions_one(spoken: Spoken) -> bool:
    """Whether an object of the list is named."""
    return any(kind.pattern.search(spoken.folded) for kind in _kinds())


def mentions_plot(text: str) -> bool:
    """Whether land is spoken of."""
    return _land().search(fold(text)) is not None


def is_weak(name: str) -> bool:
    """Whether an object, by its name in any language, is often part of another one."""
    kind = kind_called(name)
    return kind is not None and kind.weak


def has_plot(text: str) -> bool:
    """Whether the client says that there is a plot already."""
    return bool(_has_plot().search(fold(text)))


def work_of(text: str) -> str | None:
    """What is to be done: construction, repair, design or purchase."""
    folded = fold(text)
    return next((work for work, pattern in _works().items() if pattern.search(folded)), None)


def kind_called(name: str) -> Kind | None:
    """The kind that is shown so in any language."""
    return next((kind for kind in _kinds() if name in (kind.ru, kind.kk, kind.en)), None)


def _is_mentioned(spoken: Spoken, match: re.Match[str]) -> bool:
    return bool(re.search(r"(?<!\w)(?:есть|имеется|уже|бар|have|own)(?!\w)", spoken.folded))


def _without_frame(said: str) -> str:
    folded = fold(said)
    before, after = _SAID_BEFORE.match(folded), _SAID_AFTER.search(folded)
    end = after.start() if after else len(said)
    return said[before.end() if before else 0 : end].strip(" .,!?;:") or said


@cache
def _kinds() -> tuple[Kind, ...]:
    return tuple(
        Kind(row["ru"], row["kk"], row["en"], row["genitive"], compiled([row["forms"]]), row.get("weak", False))
        for row in table("objects")["objects"]
    )


@cache
def _works() -> dict[str, re.Pattern[str]]:
    return {work: compiled(patterns) for work, patterns in table("phrases")["works"].items()}


@cache
def _land() -> re.Pattern[str]:
    return compiled([r"участ\w+", r"земл\w+", r"жер(?:им|имиз|и|де|ге)?\b", r"plot\b", r"land\b"])


@cache
def _has_plot() -> re.Pattern[str]:
    return compiled([
        r"(?:уже )?(?:есть|имеется)(?: \w+){0,3} участ\w+",
        r"участ\w+(?: \w+){0,3} (?:есть|имеется)",
        r"жер\w*(?: \w+){0,3} бар\b",
        r"(?:есть|имеется)(?: \w+){0,2} сот(?:ок|ка|ки)",
        r"сот(?:ок|ка|ки)(?: \w+){0,2} (?:есть|имеется)",
        r"(?:have|own|got)(?: \w+){0,3} (?:plot|land)",
    ])  # fmt: skip

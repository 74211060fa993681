"""Cities: those of the gazetteer in whatever case or with whatever affix, and any other where it was asked for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from core.languages import Language
from services.interviewing import names
from services.interviewing.phrases import names_nothing
from services.interviewing.spoken import Spoken, fold, plain, table

_VOWELS = "аеиоуыэюяь"
_CASES_OF_VOWELS = "а|я|ы|и|е|у|ю|ои|еи|ью"
_CASES_OF_CONSONANTS = "а|у|е|ом|ем|ы|и"
_CASES_OF_ADJECTIVES = "ыи|ии|ои|ого|его|ому|ему|ом|ем|ым|им"
_KAZAKH = (
    r"(?:да|де|та|те|дан|ден|тан|тен|нан|нен|га|ге|ка|ке|ды|ди|ты|ти|ны|ни|дын|дин|тын|тин|нын|нин)?"
    r"(?:гы|ги|кы|ки|мын|мин|мыз|миз)?"
)
_BEFORE = re.compile(
    r"(?P<not>(?<!\w)не\s+)?(?P<from>(?<!\w)(?:из|с|from|живу|живем|проживаю|нахожусь|находимся|live|based)\s+)?"
    r"(?P<in>(?<!\w)(?:в|во|на|г\.?|гор\.?|город\w{0,4}|под|возле|около|in|near)\s*(?:(?:город\w{0,4}|г\.)\s*)?)?$"
)
_LOOKED_BACK = 40
_FEW_WORDS = 3
_SAID_BEFORE = re.compile(
    r"^(?:ну|да|это|мы|я|живу|живем|находимся|находится|у нас|в|во|из|на|под|г|гор|город\w*|кала\w*|мен|биз|in|from|at"
    r"|the|city of|city|село|поселок|пос|аул|ауыл|деревня|станица)\b[\s.,:]*"
)
_SAID_AFTER = re.compile(
    r"[\s.,:]+(?:каласы\w*|кала\w*|город\w*|турамыз|турамын|живу|живем|болады|city|пожалуйста|ауыл\w*)$"
)
_KINDS_OF_PLACE = frozenset(
    ("область", "области", "обл", "облысы", "раион", "раионе", "ауданы", "мкр", "микрораион", "region", "district")
)
_SETTLEMENT = re.compile(
    r"(?<!\w)(?:сел[оеа]|пос[её]л(?:ок|ке)|пос\.|аул[еа]?|деревн[яею]|станиц[аеы])\s+(?P<name>[А-ЯЁӘҒҚҢӨҰҮҺІ][^\W\d_]+(?:-[^\W\d_]+)*)"
    r"|(?P<before>[А-ЯЁӘҒҚҢӨҰҮҺІ][^\W\d_]+)\s+ауыл(?:ы|ында|ынан)?(?!\w)",
)
_NAME = re.compile(r"[^\W\d_]+(?:[-'’ ][^\W\d_]+){0,3}")
_ENDINGS = (
    (re.compile(r"(ск|град|бург|город|горск)е$"), r"\1"),
    (re.compile(r"(?<=[ао])е$"), "й"),
    (re.compile(r"(?<=\w{3})[дт][ае]н?$"), ""),
)


@dataclass(frozen=True, slots=True)
class City:
    ru: str
    kk: str
    en: str

    def shown(self, language: Language) -> str:
        return {Language.RUSSIAN: self.ru, Language.KAZAKH: self.kk, Language.ENGLISH: self.en}[language]


def take_city(spoken: Spoken, language: Language, *, awaited: bool) -> str | None:
    """The city that a message names; one left ("из Астаны") only where no other is named."""
    pattern, cities, careful = _gazetteer()
    answered = awaited and len(plain(spoken.text).split()) <= _FEW_WORDS
    named: list[City] = []
    left: list[City] = []
    for match in pattern.finditer(spoken.folded):
        city = cities[int(str(match.lastgroup)[1:])]
        before = _BEFORE.search(spoken.folded, max(0, match.start() - _LOOKED_BACK), match.start())
        after_word = before is not None and (before["in"] or before["from"])
        if (before and before["not"]) or (city.ru in careful and not (answered or after_word)):
            continue
        (left if before and before["from"] else named).append(city)
        spoken.take(*match.span())
    if not named and (settlement := _take_settlement(spoken, language)) is not None:
        return settlement
    chosen = named or left
    return chosen[-1].shown(language) if chosen else None


def _take_settlement(spoken: Spoken, language: Language) -> str | None:
    """A village that is called one: "в селе Акжар", "Ақжар ауылында"."""
    match = _SETTLEMENT.search(spoken.text)
    if match is None:
        return None
    spoken.take(*match.span())
    return _nominative(match["name"] or match["before"], language)


def take_unknown_city(spoken: Spoken, language: Language) -> str | None:
    """A place that no gazetteer knows, from a message that answers "in which city?" and says nothing else."""
    said = spoken.rest.strip(" .,!?;:\"'«»()")
    while (shorter := _without_frame(said)) != said:
        said = shorter
    if not _NAME.fullmatch(said) or not 2 <= len(said) <= 60 or names_nothing(said) or names.says_more(said):
        return None
    spoken.take(0, len(spoken.text))
    return _nominative(said, language)


def _without_frame(said: str) -> str:
    folded = fold(said)
    before, after = _SAID_BEFORE.match(folded), _SAID_AFTER.search(folded)
    end = after.start() if after else len(said)
    return said[before.end() if before else 0 : end].strip(" .,!?;:") or said


def _nominative(said: str, language: Language) -> str:
    """As the name stands in a list, where the ending tells; what it does not tell stays as it was said."""
    rules = _ENDINGS if language is Language.KAZAKH else _ENDINGS[:2]
    for pattern, name in rules:
        said = pattern.sub(name, said)
    return "-".join(_titled(part) for part in said.split("-"))


def _titled(words: str) -> str:
    return " ".join(word if fold(word) in _KINDS_OF_PLACE else word[:1].upper() + word[1:] for word in words.split(" "))


@cache
def _gazetteer() -> tuple[re.Pattern[str], list[City], frozenset[str]]:
    """One pattern of all cities, a group for each; they are some hundred, and matching is linear."""
    data = table("cities")
    rows: list[list[str]] = data["cities"]
    groups = "|".join(f"(?P<c{number}>{'|'.join(dict.fromkeys(_forms(row)))})" for number, row in enumerate(rows))
    pattern = re.compile(rf"(?<![\w-])(?:{groups})(?!\w)")
    return pattern, [City(*row[:3]) for row in rows], frozenset(data["careful"])


def _forms(row: list[str]) -> Iterator[str]:
    for name in (row[0], row[1], *row[3:]):
        words = fold(name).replace("-", " ").split()
        yield "[ -]".join([*map(_declined, words[:-1]), _declined(words[-1]) + _KAZAKH])
    yield re.escape(fold(row[2]))


def _declined(word: str) -> str:
    """A pattern of a Russian word's cases; names that have none match by themselves."""
    stem, last = word[:-1], word[-1]
    if len(word) < 3:
        return word
    if word.endswith(("ыи", "ии", "ои")):
        return f"{word[:-2]}(?:{_CASES_OF_ADJECTIVES})"
    if last in _VOWELS:
        return f"{stem}(?:{last}|{_CASES_OF_VOWELS})"
    return f"{word}(?:{_CASES_OF_CONSONANTS})?"

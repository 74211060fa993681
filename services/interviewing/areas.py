"""Areas as people write them: "150 квадратов", "120 кв.м", "сто двадцать", "10 на 12", "10 соток", "80 шаршы метр"."""

import re
from decimal import Decimal
from functools import cache

from core.languages import Language
from services.interviewing.spoken import Spoken, plain, table

_MOST = Decimal(1_000_000)
_NUMBER = r"\d{1,3}(?:[\s\u00a0]\d{3})+|\d{1,7}(?:[.,]\d{1,2})?"
_METRES = (
    r"м\s?(?:2|²|кв\b\.?)|m\s?(?:2|²)|квадрат\w*(?:\s+метр\w*)?|кв\.?\s*м\w*\.?|кв\b\.?|sq\.?\s*m\w*|sqm|square\s+met\w+"
    r"|шаршы(?:\s*(?:метр\w*|м\b))?|метр\w*\s+квадрат\w*|квм|м\s?кв"
)
_HUNDREDS = r"сот(?:ок|ка|ки|ку|ых)\b|сотык\w*|sotka\w*|ares?\b"
_HECTARES = r"гектар\w*|га\b|hectare\w*"
_UNIT = rf"(?P<metres>{_METRES})|(?P<hundreds>{_HUNDREDS})|(?P<hectares>{_HECTARES})"
_RANGE = rf"(?P<low>{_NUMBER})(?:\s*(?:-|–|—|до|или|либо|немесе|to|or)\s*(?P<high>{_NUMBER}))?"
_LABEL = r"(?:площад\w*|размер\w*|метраж\w*|аудан\w*|аумаг\w*|area)\s*[:\-—–]?\s*"
_WITH_UNIT = re.compile(rf"(?<![\w.,])(?:{_LABEL})?{_RANGE}[\s\-]*(?:{_UNIT})")
_BARE = re.compile(rf"(?<![\w.,+\-]){_RANGE}(?:\s*(?:м|m|метр\w*|met\w+)\b)?(?![\w,.]*\d)(?!\s*(?:-|[^\W\d_]))")
_METRE = r"(?:м|m)\w*"
_SIDES = re.compile(
    rf"(?<![\w.,])(?P<one>{_NUMBER})\s*(?:м\w*\s*)?(?:на|[хx×*])\s*(?P<other>{_NUMBER})(?:\s*(?P<unit>{_METRE}))?(?!\w)"
)
# "дом 45 м": metres of a dwelling are square ones, but not those to a road, of a fence, or between things.
_SHORT_UNIT = re.compile(
    rf"(?<![\w.,+\-])(?<!\bв )(?<!через )(?<!за )(?P<low>{_NUMBER})(?P<high>(?!))?\s*(?:м|m|метр\w*)"
    r"(?![\w/³²])(?!\s+(?:от|до|из|в\s+(?:длину|высоту|ширину)|from))"
)
# "дом алматы 150 канат 8776…": the one number that nothing else explains.
_LEFT_OVER = re.compile(r"(?<![\w.,+\-])(?P<low>\d{2,4})(?P<high>(?!))?(?![\w%])(?!\s*(?:-|[^\W\d_]|[.,:]\d))")
_OTHER_MEASURE = re.compile(r"(?<!\w)(?:бюджет\w*|цена|цене|за|через|дом|квартира|кв|офис|д|№)[.\s№:]*$")
_LEAST_LEFT_OVER, _MOST_LEFT_OVER = 15, 3000
_SPELLED_UNIT = re.compile(rf"\s*(?:{_UNIT})")


def take_area(spoken: Spoken, language: Language, *, awaited: bool, sides: bool = False) -> str | None:
    """The area that a message names, as a lead shows it ("150 м²"). A number alone counts where it was asked for."""
    shown = _measured(spoken, language) or _sides(spoken, sure=awaited or sides)
    shown = shown or _spelled(spoken, language, awaited=awaited)
    return shown or (_bare(spoken, language) if awaited else None)


def take_area_beside(spoken: Spoken, language: Language, *, unitless: bool) -> str | None:
    """A number that can only be the area beside an object: "дом 45 м"; with ``unitless`` also "дом Алматы 150"."""
    for pattern in (_SHORT_UNIT, _LEFT_OVER) if unitless else (_SHORT_UNIT,):
        found = list(pattern.finditer(spoken.folded))
        if len(found) == 1 and _LEAST_LEFT_OVER <= (_value(found[0]["low"]) or 0) <= _MOST_LEFT_OVER:
            start, end = found[0].span()
            if pattern is _LEFT_OVER and _OTHER_MEASURE.search(spoken.folded, 0, start):
                continue
            spoken.take(start, end)
            return _shown(found[0], language)
    return None


def is_of_land(shown: str) -> bool:
    """Whether an area is in the units of plots."""
    return not shown.endswith("м²")


def _measured(spoken: Spoken, language: Language) -> str | None:
    shown = None
    # One names the plot in hundreds and the house in metres: the house is what is asked for.
    for match in sorted(_WITH_UNIT.finditer(spoken.folded), key=lambda found: found["metres"] is None):
        if shown is None:
            shown = _shown(match, language)
    for match in list(_WITH_UNIT.finditer(spoken.folded)):
        spoken.take(*match.span())
    return shown


def _bare(spoken: Spoken, language: Language) -> str | None:
    """A number that stands almost alone; with more words around it, it may be years, rooms or money."""
    matches, around = list(_BARE.finditer(spoken.folded)), table("numbers")["around"]
    words = [word for word in plain(spoken.rest).split() if not word.isdigit() and word not in around]
    if len(matches) != 1 or len(words) > 1:
        return None
    shown = _shown(matches[0], language)
    if shown is not None:
        spoken.take(*matches[0].span())
    return shown


def _sides(spoken: Spoken, *, sure: bool) -> str | None:
    match = _SIDES.search(spoken.folded)
    if match is None or not (match["unit"] or sure):
        return None
    one, other = _value(match["one"]), _value(match["other"])
    if not (one and other):
        return None
    spoken.take(*match.span())
    return f"{_plain(one * other)} м²"


def _spelled(spoken: Spoken, language: Language, *, awaited: bool) -> str | None:
    """ "сто пятьдесят квадратов", "жүз елу шаршы метр": what speech recognition may leave in words."""
    for match in _numerals().finditer(spoken.folded):
        unit = _SPELLED_UNIT.match(spoken.folded, match.end())
        if unit is None and not (awaited and len(plain(spoken.rest).split()) <= len(match[0].split()) + 1):
            continue
        value = Decimal(_sum(match[0].split()))
        spoken.take(match.start(), unit.end() if unit else match.end())
        return _in_units(_plain(value), value, unit, language)
    return None


def _sum(words: list[str]) -> int:
    values, hundreds = table("numbers")["values"], table("numbers")["hundreds"]
    total = 0
    for word in words:
        total = total * 100 if word in hundreds and 0 < total < 10 else total + values[word]
    return total


@cache
def _numerals() -> re.Pattern[str]:
    word = "|".join(sorted(table("numbers")["values"], key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{word})(?:\s+(?:{word}))*(?!\w)")


def _shown(match: re.Match[str], language: Language) -> str | None:
    low, high = _value(match["low"]), _value(match["high"]) if match["high"] else None
    if low is None or (match["high"] and high is None):
        return None
    unit = match if match.re is _WITH_UNIT else None
    if high is None or high <= low:
        return _in_units(_plain(low), low, unit, language)
    return _in_units(f"{_plain(low)}–{_plain(high)}", high, unit, language)


def _in_units(number: str, value: Decimal, unit: re.Match[str] | None, language: Language) -> str:
    if unit is None or unit["metres"]:
        return f"{number} м²"
    words = _HUNDRED_WORDS if unit["hundreds"] else _HECTARE_WORDS
    if language is Language.RUSSIAN:
        return f"{number} {_russian(value, *words[0])}"
    return f"{number} {words[1] if language is Language.KAZAKH else words[2]}"


_HUNDRED_WORDS = (("сотка", "сотки", "соток"), "сотық", "sotka")
_HECTARE_WORDS = (("га", "га", "га"), "га", "ha")


def _russian(value: Decimal, one: str, few: str, many: str) -> str:
    """The form of a noun after a number (Russian plural rules of CLDR)."""
    if value != value.to_integral_value():
        return few
    tens, ones = int(value) % 100, int(value) % 10
    if ones == 1 and tens != 11:
        return one
    return few if 2 <= ones <= 4 and not 12 <= tens <= 14 else many


def _value(written: str) -> Decimal | None:
    value = Decimal(re.sub(r"[\s\u00a0]", "", written).replace(",", "."))
    return value if 0 < value <= _MOST else None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"

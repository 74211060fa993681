"""Phone numbers as people write them, checked by Google's metadata (libphonenumber)."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    format_number,
    is_valid_number,
    normalize_digits_only,
    parse,
)

from services.interviewing.dictated import dictated
from services.interviewing.phrases import corrects
from services.interviewing.spoken import Spoken, compiled

_MOST_CANDIDATES = 20
_SAMPLE = 5_000
_WITH_TRUNK_8 = 7
"""The country code of Russia and Kazakhstan."""
# Long enough to be meant as a number, with what people put between its digits.
_ATTEMPT = re.compile(r"(?<![\w.,])(?:\+\s?\d|[78])(?:[\s().\-]{0,3}\d){7,}(?!\w)")
_SOME_DIGITS = re.compile(r"[^\s,;|]*\d{3}[^\s,;|]*(?:[\s().\-]{1,3}\d+)*")
_CALLED_NUMBER = compiled([r"(?:номер\w*|телефон\w*|тел|сот(?:ка|овый)|номир\w*|phone|number)\b[\s:,.\-]*"])
_LETTERED = re.compile(r"\S*\d\S*[^\W\d_]\S*|[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Phone:
    """``written`` is as the client wrote it, digits alone with the plus it had; ``e164`` what it means.

    ``other`` is a second number that stood beside it.
    """

    written: str
    e164: str
    other: str | None = None


def take_phone(spoken: Spoken, region: str) -> Phone | None:
    """The first valid number of a message, or what it was corrected to. Numbers without a plus are of ``region``."""
    # Digits of other scripts are one character each, as ours are.
    sample = spoken.text[:_SAMPLE]
    found = [
        (match.start, match.end, match.number)
        for match in PhoneNumberMatcher(sample, region, max_tries=_MOST_CANDIDATES)
        if not _is_short(sample[match.start : match.end], match.number)
    ]
    if not found:
        return _take_dictated(spoken, region)
    between = [sample[one[1] : other[0]] for one, other in pairwise(found)]
    chosen = max((number for number, text in enumerate(between, start=1) if corrects(text)), default=0)
    phones = [_phone(spoken.take(start, end), number) for start, end, number in found]
    spoken.number = found[chosen][:2]
    other = next((phone.written for phone in phones[chosen + 1 :] if phone.e164 != phones[chosen].e164), None)
    return replace(phones[chosen], other=other)


def _take_dictated(spoken: Spoken, region: str) -> Phone | None:
    for said in dictated(spoken):
        phone = checked_phone(said.digits, region)
        if phone is not None:
            spoken.take(said.start, said.end)
            spoken.number = (said.start, said.end)
            return phone
    return None


def take_attempt(spoken: Spoken, *, awaited: bool) -> bool:
    """Whether the client meant to give a number that is none: too few digits, too many, or letters."""
    said = next(dictated(spoken), None) if awaited else None
    if said is not None:
        spoken.take(said.start, said.end)
        return True
    match = (_SOME_DIGITS if awaited else _ATTEMPT).search(spoken.folded)
    if match:
        spoken.take(*match.span())
        return True
    named = _CALLED_NUMBER.search(spoken.folded) if awaited else None
    lettered = _LETTERED.match(spoken.folded, named.end()) if named else None
    if named and lettered:
        spoken.take(named.start(), lettered.end())
    return lettered is not None


def checked_phone(written: str, region: str) -> Phone | None:
    """A number given as such; None where it is not valid."""
    try:
        number = parse(written[:64], region)
    except NumberParseException:
        return None
    return _phone(written, number) if is_valid_number(number) and not _is_short(written, number) else None


def _is_short(written: str, number: PhoneNumber) -> bool:
    """Whether the trunk prefix 8 was read as the number's own first digit: a digit is missing at its end."""
    digits = normalize_digits_only(written)
    return number.country_code == _WITH_TRUNK_8 and len(digits) == 10 and digits.startswith("8") and "+" not in written


def _phone(written: str, number: PhoneNumber) -> Phone:
    plus = "+" if written.lstrip(" (").startswith(("+", "+")) else ""
    digits = normalize_digits_only(written)[:24]
    if number.extension:
        return Phone(
            f"{plus}{digits.removesuffix(number.extension)} ext. {number.extension}",
            format_number(number, PhoneNumberFormat.E164),
        )
    return Phone(plus + digits, format_number(number, PhoneNumberFormat.E164))

"""Tokens that must match as written: order numbers, error codes, versions, telephone numbers, e-mail addresses.

The same function reads passages and questions, so that ``E-101``, ``e101``, ``E 101`` and the same typed with a
Cyrillic letter all meet.
"""

import re
from collections.abc import Iterator

DEFAULT_LIMIT = 256
MIN_CHARS = 3
MAX_CHARS = 64

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"\u00a0": " ", "\u202f": " "})
_LOOKALIKES = str.maketrans("авекмнорстухі", "abekmhopctyxi")
_SEPARATORS = re.compile(r"[-_./:#+ ]+")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"(?<![\w.-])\+?\d{1,3}[ -]?\(?\d{3}\)?(?:[ -]?\d{2,3}){2,3}(?![\w-]|[.:/]\d)")
_GROUPED = re.compile(r"(?<![\w.,:/-])\d{1,3}(?: \d{3}){1,4}(?![\w-]|[.:/]\d)")
_SPACED_CODE = re.compile(r"(?<![\w-])[A-ZА-ЯІ]{1,4} \d{2,8}(?![\w-])")
_CODE = re.compile(r"[^\W_]+(?:[-_./:#][^\W_]+)*")
_SCREAMING = re.compile(r"(?<!\w)[A-Z]{2,32}(?:_[A-Z0-9]{1,32})+(?!\w)")


def exact_tokens(text: str, *, limit: int = DEFAULT_LIMIT) -> list[str]:
    """Distinct tokens in order, casefolded, with and without separators; at most ``limit`` of them."""
    found: dict[str, None] = {}
    for token in _tokens(text.translate(_DASHES)):
        if MIN_CHARS <= len(token) <= MAX_CHARS:
            found.setdefault(token)
        if len(found) >= limit:
            break
    return list(found)


def _tokens(text: str) -> Iterator[str]:
    """Candidates, the most specific kinds first; what one kind takes, the next does not see."""
    for pattern, forms in _KINDS:
        for match in pattern.finditer(text):
            yield from forms(match[0])
        text = pattern.sub(" \n ", text) if forms is not _code_forms else text


def _email_forms(word: str) -> Iterator[str]:
    yield word.casefold().strip(".-")


def _phone_forms(word: str) -> Iterator[str]:
    """Digits, and for eleven that begin with 8 the same number in its international form."""
    digits = re.sub(r"\D", "", word)
    if len(digits) >= 7:
        yield "7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits
    yield from (digits[-10:],) if len(digits) == 11 else ()


def _digit_forms(word: str) -> Iterator[str]:
    yield re.sub(r"\D", "", word)


def _spaced_forms(word: str) -> Iterator[str]:
    yield from _code_forms(word.replace(" ", "-"))


def _code_forms(word: str) -> Iterator[str]:
    token = word.casefold()
    if not any(char.isdigit() for char in token) and not _SCREAMING.fullmatch(word):
        return
    yield token
    joined = _SEPARATORS.sub("", token)
    if len(joined) > MIN_CHARS:
        yield joined
    latin = token.translate(_LOOKALIKES)
    if latin != token and latin.isascii():
        yield latin
        yield _SEPARATORS.sub("", latin)


_KINDS = (
    (_EMAIL, _email_forms),
    (_PHONE, _phone_forms),
    (_GROUPED, _digit_forms),
    (_SPACED_CODE, _spaced_forms),
    (_SCREAMING, _code_forms),
    (_CODE, _code_forms),
)

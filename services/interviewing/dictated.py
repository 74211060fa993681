"""Phone numbers said in words, as speech recognition may leave them: "восемь семьсот один двести тридцать четыре …"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.interviewing.spoken import Spoken, table

_FEWEST_DIGITS = 7
_MOST_DIGITS = 15
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_BETWEEN = re.compile(r"[\s,.\-–]*")
_PLUS = re.compile(r"(?:плюс|plus|косу)\s+$")
_LOOKED_BACK = 12


@dataclass(frozen=True, slots=True)
class Dictated:
    """Digits, with the plus that was said before them, and where they stood."""

    digits: str
    start: int
    end: int


def dictated(spoken: Spoken) -> Iterator[Dictated]:
    """Runs of numerals, at least one of them in words, that are long enough to be meant as a phone number."""
    run: list[re.Match[str]] = []
    for match in [*_TOKEN.finditer(spoken.folded), None]:
        numeral = match if match is not None and _is_numeral(match[0]) else None
        if numeral and (not run or _BETWEEN.fullmatch(spoken.folded, run[-1].end(), numeral.start())):
            run.append(numeral)
            continue
        yield from _of(spoken, run)
        run = [numeral] if numeral else []


def _of(spoken: Spoken, run: Sequence[re.Match[str]]) -> Iterator[Dictated]:
    words = [match[0] for match in run]
    if len(words) < 2 or all(word.isdigit() for word in words):
        return
    digits = _digits(words)
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return
    start = run[0].start()
    plus = _PLUS.search(spoken.folded, max(0, start - _LOOKED_BACK), start)
    yield Dictated(("+" if plus else "") + digits, plus.start() if plus else start, run[-1].end())


def _is_numeral(word: str) -> bool:
    return word.isdigit() or word in table("numbers")["values"] or word in table("numbers")["zeros"]


def _digits(words: Sequence[str]) -> str:
    """Numerals joined as they are said: 701 is one, "семьдесят восемь" is 78, "пять шесть" are two."""
    numbers: list[str] = []
    values, hundreds, zeros = (table("numbers")[name] for name in ("values", "hundreds", "zeros"))
    room = 0
    for word in words:
        if word.isdigit() or word in zeros:
            numbers.append(word if word.isdigit() else "0")
            room = 0
        elif word in hundreds and room == 0 and numbers and len(numbers[-1]) == 1 and numbers[-1] != "0":
            numbers[-1], room = f"{numbers[-1]}00", 100
        elif room > values[word]:
            numbers[-1], room = str(int(numbers[-1]) + values[word]), _room(word, values[word])
        else:
            numbers.append(str(values[word]))
            room = _room(word, values[word])
    return "".join(numbers)


def _room(word: str, value: int) -> int:
    """Below what the next numeral has to be to belong to this one."""
    if value >= 100:
        return 100
    # Kazakh says eleven as ten and one.
    return 10 if value >= 20 or word == "он" else 0

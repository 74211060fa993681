"""What of a sentence that a model is still writing may be shown before the sentence's own check.

A sentence is checked when it is whole (:mod:`services.grounding`); what is shown ahead of that must claim nothing that
the passages do not say. So it is read out of them: function words, and words that stand in one sentence of the passages
in the same order and close together. Numbers, codes, addresses, markers, denials, bounds ("free", "after"), and each
word that may be a sentence's last wait for the check: no sentence is ever whole before it has passed.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from services.extraction import plain
from services.grounding import number_words
from services.lexical import stems

_WORD = re.compile(r"\w+")
_BEFORE = re.compile(r"[\s«“\"(]*")
# What may stand between two words that are shown: at anything else a sentence may end.
_BETWEEN = re.compile(r"[,:]?[ \u00a0][«“\"(]?")
_DENIAL = re.compile(r"n['’]t\b")
_LEFT_OUT = {"ru": 2, "en": 2}
"""Content words that may be left out between two that are read out; none where denial hides in a verb's ending."""


class _Place(NamedTuple):
    """A content word of the passages: its sentence, and its number there."""

    sentence: int
    number: int


class Ahead:
    """What the sentences of the passages, each with its language, back word by word."""

    def __init__(self, sentences: Sequence[tuple[str, str]]) -> None:
        self._languages = tuple(dict.fromkeys(language for _, language in sentences))
        backing = [(words, language) for text, language in sentences if (words := _content(text))]
        self._left_out = [_LEFT_OUT.get(language, 0) for _, language in backing]
        self._places: dict[tuple[str, str], list[_Place]] = {}
        for sentence, (words, language) in enumerate(backing):
            for number, word in enumerate(words):
                self._places.setdefault((language, _stem(word, language)), []).append(_Place(sentence, number))
        self._beginnings = _function().union(word for words, _ in backing for word in words if _plain(word))

    def reach(self, sentence: str) -> int:
        """How many characters of a sentence that is being written may be shown already, from its start.

        The first word may be shown while it grows, each later one when the next has begun.
        """
        words = list(_WORD.finditer(sentence))
        if not words or not _BEFORE.fullmatch(sentence[: words[0].start()]):
            return 0
        if words[0].end() == len(sentence):
            return len(sentence) if self._may_become(words[0][0].casefold()) else 0
        reach = 0
        places: Sequence[_Place] | None = None
        for number, word in enumerate(words):
            places = self._read_on(word[0].casefold(), places)
            goes_on = word is not words[-1] and _BETWEEN.fullmatch(sentence, word.end(), words[number + 1].start())
            if places == [] or not (goes_on or number == 0):
                return reach
            reach = word.end()
            if not goes_on:
                return reach
        return reach

    def _read_on(self, word: str, places: Sequence[_Place] | None) -> Sequence[_Place] | None:
        """Where in the passages one is after ``word``: anywhere (None) before the first content word; [] nowhere."""
        if word in _function():
            return places
        if not _plain(word):
            return []
        found = [
            place for language in self._languages for place in self._places.get((language, _stem(word, language)), ())
        ]
        if places is None:
            return found
        return [place for place in found if any(self._follows(place, before) for before in places)]

    def _follows(self, place: _Place, before: _Place) -> bool:
        left_out = place.number - before.number - 1
        return place.sentence == before.sentence and 0 <= left_out <= self._left_out[place.sentence]

    def _may_become(self, start: str) -> bool:
        """Whether a first word that begins so can be one that is shown, and none that is not."""
        if start in _function():
            return True
        if not _plain(start) or (len(start) > 1 and any(word.startswith(start) for word in _held())):
            return False
        return any(word.startswith(start) for word in self._beginnings) or bool(self._read_on(start, None))


def _content(sentence: str) -> list[str]:
    """The content words of a sentence of the passages; none where it denies or limits something."""
    said = plain(sentence).casefold()
    words = _WORD.findall(said)
    if _DENIAL.search(said) or not _denial().isdisjoint(words):
        return []
    return [word for word in words if word not in _function()]


def _plain(word: str) -> bool:
    """Whether it is neither a fact that is compared as written nor a word that turns a sentence."""
    return word.isalpha() and word not in _held() and word not in number_words()


def _stem(word: str, language: str) -> str:
    return stems(word, language)[0]


@lru_cache(maxsize=1)
def _function() -> frozenset[str]:
    return _listed("function")


@lru_cache(maxsize=1)
def _denial() -> frozenset[str]:
    return _listed("denial")


@lru_cache(maxsize=1)
def _held() -> frozenset[str]:
    return _denial() | _listed("weighty")


def _listed(name: str) -> frozenset[str]:
    text = files("services").joinpath("ahead.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)[name].split())

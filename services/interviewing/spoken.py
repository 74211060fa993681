"""A client's message as it is being read: folded for comparison, and blank where something was understood."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from services.intents import FOLDED

_NOT_WORDS = re.compile(r"[^\w]+|_")


def fold(text: str) -> str:
    """Small letters, Kazakh ones as their stand-ins on a Russian keyboard; every character keeps its place."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text).translate(FOLDED)


def plain(text: str) -> str:
    """Folded words with single spaces between them."""
    return _NOT_WORDS.sub(" ", fold(text)).strip()


@cache
def table(name: str) -> dict[str, Any]:
    """One file of services/interviewing/words."""
    return tomllib.loads(files("services.interviewing.words").joinpath(f"{name}.toml").read_text("utf-8"))


def compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern of many, each from the start of a word; they are folded here."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})".translate(FOLDED))


class Spoken:
    """What is left of a message. ``text`` and ``folded`` have the same length, so that places are the same in both.

    ``number`` is where the phone number stood.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.number: tuple[int, int] | None = None

    def copy(self) -> "Spoken":
        """The same, to be read in another way."""
        other = Spoken(self.text)
        other.number = self.number
        return other

    def take(self, start: int, end: int) -> str:
        """The words between two places, which nobody else reads any more."""
        taken = self.text[start:end]
        # A mark that no word and no number crosses: what stood on both sides stays apart.
        blank = "|" * (end - start)
        self.text = self.text[:start] + blank + self.text[end:]
        self.folded = self.folded[:start] + blank + self.folded[end:]
        return taken

    @property
    def rest(self) -> str:
        """What nobody took."""
        return self.text.replace("|", " ").strip()

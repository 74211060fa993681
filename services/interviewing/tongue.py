"""The language of an interview: it stays, until the client clearly writes in another."""

import re
from collections.abc import Mapping
from functools import cache

from core.languages import Language
from services.interviewing.spoken import plain, table
from services.language import detect

_KAZAKH = re.compile(r"[әғқңөұүһ]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[a-zA-Z]")
_ENOUGH_LETTERS = 24


def language_of(text: str, *, present: Language | None, default: Language) -> Language:
    """The language to go on in. ``text`` is without names and places, which have none; ``present`` that so far."""
    words = plain(text).split()
    letters = len(_LETTER.findall(text))
    if not words or not letters:
        return present or default
    said = {language: sum(word in vocabulary for word in words) for language, vocabulary in _vocabularies().items()}
    said[Language.KAZAKH] += 2 * len(set(_KAZAKH.findall(text.lower())))
    if len(_LATIN.findall(text)) * 2 > letters:
        return Language.ENGLISH if said[Language.ENGLISH] or letters >= _ENOUGH_LETTERS else present or default
    russian, kazakh = said[Language.RUSSIAN], said[Language.KAZAKH]
    if russian != kazakh:
        return Language.RUSSIAN if russian > kazakh else Language.KAZAKH
    if letters >= _ENOUGH_LETTERS:
        return detect(text, hint=present or default)
    # No word that tells: Cyrillic is not English, whatever the interview began in.
    return present or (detect(text, hint=default) if default is Language.ENGLISH else default)


@cache
def _vocabularies() -> Mapping[Language, frozenset[str]]:
    given = table("vocabulary")["language"]
    return {language: frozenset(plain(word) for word in given[language.value]) for language in Language}

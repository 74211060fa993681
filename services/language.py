"""Which language a text is in: for wording, one of the three that Opora speaks; for retrieval, any that it can tell.

The statistical model is py3langid (BSD-3, weights inside). Short texts are decided by their letters first: a customer's
two words are too few for statistics, while one Kazakh letter is proof.
"""

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from core.languages import Language

UNKNOWN = "und"
"""ISO 639 for a text without a letter."""

_OWN = tuple(language.value for language in Language)
_LATIN_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "ro", "tr", "sv", "vi")
_CYRILLIC_LANGUAGES = ("ru", "kk", "uk", "be", "bg", "ky")
_OTHER_LANGUAGES = ("el", "ar", "hi", "zh", "ja", "ko", "th", "ka", "hy")
_SAMPLE = 2_000
_FEW_LETTERS = 24
# Log-likelihood by which another language must beat our own three: few customers write it, and short texts mislead.
_MARGIN = 8.0

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")
_KAZAKH = re.compile(r"[әғқңөұүһ]", re.IGNORECASE)
_NOT_RUSSIAN = re.compile(r"[іїєґў]", re.IGNORECASE)
_NOT_WORDS = re.compile(r"https?://\S+|\S+@\S+|\S*\d\S*")
# Kazakh words that no other rule tells from Russian, and those that people type on a Russian keyboard.
_KAZAKH_WORDS = re.compile(
    r"\b(?:рахмет|рахмед|салем|калай|калайсыз|канша|кашан|кайда|бар ма|жок|керек|керек пе|болады ма|отиниш|комек"
    r"|бер[іи]з|сатып алу|алайын|жумыс|сурак|жатыр|емес|ма екен|жасайды|нешеге|айтыныз|айтынызшы)\b",
    re.IGNORECASE,
)
_loading = threading.Lock()


def detect(text: str, *, hint: Language | None = None) -> Language:
    """The language to answer in. Texts without words get ``hint``, other languages the nearest one."""
    found = identify(text)
    if found in _OWN:
        return Language(found)
    if found == UNKNOWN:
        return hint or Language.RUSSIAN
    if found in _CYRILLIC_LANGUAGES:
        return hint if hint in (Language.RUSSIAN, Language.KAZAKH) else Language.RUSSIAN
    # A hint comes from the tenant or from earlier words; a text in German was not written by a reader of Cyrillic,
    # unless it is Kazakh in Latin letters, which passes for a Turkic language.
    return Language.KAZAKH if hint is Language.KAZAKH and found == "tr" else Language.ENGLISH


def load() -> None:
    """Load the statistical model, which the first longer text would wait for. Off the event loop."""
    _identifier()


def identify(text: str) -> str:
    """ISO 639-1 code of the text's language, ``und`` where it has no letters. Some 30 languages are told apart."""
    words = _NOT_WORDS.sub(" ", text[:_SAMPLE])
    letters = len(_LETTER.findall(words))
    if letters == 0:
        return UNKNOWN
    if len(_CYRILLIC.findall(words)) * 2 >= letters:
        return _cyrillic(words, letters)
    if len(_LATIN.findall(words)) * 2 >= letters:
        return _latin(words, letters)
    return _most_likely(words, _OTHER_LANGUAGES)


def _cyrillic(words: str, letters: int) -> str:
    if len(_KAZAKH.findall(words)) * 50 >= letters:
        return "kk"
    if letters < _FEW_LETTERS and not _NOT_RUSSIAN.search(words):
        return "kk" if _KAZAKH_WORDS.search(words) else "ru"
    return _most_likely(words, _CYRILLIC_LANGUAGES)


def _latin(words: str, letters: int) -> str:
    return "en" if letters < _FEW_LETTERS // 2 and words.isascii() else _most_likely(words, _LATIN_LANGUAGES)


def _most_likely(words: str, languages: Iterable[str]) -> str:
    likelihood = dict(_identifier().rank(words))
    ranked = sorted(languages, key=lambda code: likelihood[code], reverse=True)
    best = ranked[0]
    own = next((code for code in ranked if code in _OWN), None)
    return own if own is not None and likelihood[best] - likelihood[own] < _MARGIN else best


@lru_cache(maxsize=1)
def _loaded() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages((*_LATIN_LANGUAGES, *_CYRILLIC_LANGUAGES, *_OTHER_LANGUAGES))
    return identifier


def _identifier() -> Any:
    """The process's one model: some 0.2 s and 90 MB at first use."""
    with _loading:
        return _loaded()

"""Sentence boundaries in Russian, Kazakh and English.

sentencex (Wikimedia) knows all three, is maintained, loses no character and is fast enough for whole books. What it
cuts too early, after abbreviations, is joined again here: a sentence too long is quoted whole, one too short is wrong.
"""

import re
from collections.abc import Iterable, Iterator

import sentencex  # type: ignore[import-untyped]

from core.languages import Language

_JOINED_AT_MOST = 600
# The segmenter's time grows with the square of the length on text that is all quotation marks.
_WINDOW = 3000
_CONTINUES = re.compile(
    r"(?:^|[\s(«\"])(?:т\.\s?[екн]|см|ср|рис|табл|стр|ул|просп|пр-т|тел|доб|им|напр|прим|мыс|көш|сур|кест"
    r"|e\.g|i\.e|cf|vs|fig|figs|no|nos|sec|approx|tel|ext)\.\s*$",
    re.IGNORECASE,
)
_SHORT_LAST_WORD = re.compile(r"(?:^|[\s.(«\"])[^\W\d_]{1,4}\.\s*$")
_MARKER_ALONE = re.compile(r"\s*\(?[^\W_]{1,3}[.)]\s*$")
_KAZAKH = re.compile(r"[әғқңөұүһӘҒҚҢӨҰҮҺ]")
_CYRILLIC = re.compile(r"[а-яёіА-ЯЁІ]")
_LATIN = re.compile(r"[a-zA-Z]")
_SAMPLE = 4000


def guess_language(text: str) -> Language:
    """The language of a passage, by its letters: fit for paragraphs, not for a customer's two words."""
    sample = text[:_SAMPLE]
    kazakh, cyrillic = len(_KAZAKH.findall(sample)), len(_CYRILLIC.findall(sample))
    if len(_LATIN.findall(sample)) > kazakh + cyrillic:
        return Language.ENGLISH
    return Language.KAZAKH if kazakh * 50 > cyrillic else Language.RUSSIAN


def split_sentences(text: str, language: Language) -> list[str]:
    """Sentences with the space after them: joined they give ``text`` back, character by character."""
    return _joined(_segments(text, language))


def first_sentence_end(text: str) -> int:
    """Index behind the first sentence of ``text`` and its space; 0 for an empty text."""
    paragraph_end = text.find("\n\n")
    paragraph = text if paragraph_end < 0 else text[:paragraph_end]
    return len(next(iter(split_sentences(paragraph, guess_language(paragraph))), ""))


def _segments(text: str, language: Language) -> Iterator[str]:
    """Segments of ``text``, read through a window that moves from one boundary to a later one."""
    start = 0
    while len(text) - start > _WINDOW:
        found = sentencex.segment(language.value, text[start : start + _WINDOW])
        # The last segment is cut by the window's edge: it is read again, unless it is all there is.
        complete = found[:-1] or found
        yield from complete
        start += sum(map(len, complete))
    yield from sentencex.segment(language.value, text[start:])


def _joined(segments: Iterable[str]) -> list[str]:
    sentences: list[str] = []
    for segment in segments:
        if sentences and _goes_on(sentences[-1], segment):
            sentences[-1] += segment
        else:
            sentences.append(segment)
    return sentences


def _goes_on(before: str, after: str) -> bool:
    if len(before) + len(after) > _JOINED_AT_MOST or "\n" in before[-2:]:
        return False
    start = after.lstrip()[:1]
    if not start or start in ",;:)]»%" or _MARKER_ALONE.match(before):
        return True
    ending = before[-24:]
    return bool(_CONTINUES.search(ending)) or (start.islower() and bool(_SHORT_LAST_WORD.search(ending)))

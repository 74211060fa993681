"""The lexical lane: BM25 (Robertson and Zaragoza, 2009) over candidates whose words PostgreSQL has counted.

PostgreSQL finds and stems; its ``ts_rank`` knows no document frequencies, so that "the" would weigh like "invoice".
They are counted apart, and the score is computed here.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import snowballstemmer  # type: ignore[import-untyped]

# Chosen on XQuAD; anything from 0.9 to 1.2 is as good.
_SATURATION = 0.9
_LENGTH_EFFECT = 0.75
_WORD = re.compile(r"\w+")
_STEMMERS = {
    "ru": "russian",
    "en": "english",
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "ro": "romanian",
    "tr": "turkish",
    "sv": "swedish",
}


@dataclass(frozen=True, slots=True)
class TermCounts:
    """One candidate: its length in lexemes and how often each of the query's lexemes occurs in it."""

    chunk_id: int
    length: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What candidates are drawn from: current chunks of one language. Frequencies count chunks, not occurrences."""

    documents: int
    average_length: float
    frequencies: Mapping[str, int]


def bm25(candidates: Iterable[TermCounts], corpus: Corpus) -> dict[int, float]:
    """BM25 by chunk id, from 0 to some 40; a chunk without any of the words is absent."""
    average = max(corpus.average_length, 1.0)
    weights = {term: rarity(corpus, term) for term in corpus.frequencies}
    scores: dict[int, float] = {}
    for candidate in candidates:
        damping = _SATURATION * (1 - _LENGTH_EFFECT + _LENGTH_EFFECT * candidate.length / average)
        score = sum(
            weights.get(term, 0.0) * count * (_SATURATION + 1) / (count + damping)
            for term, count in candidate.counts.items()
        )
        if score > 0:
            scores[candidate.chunk_id] = score
    return scores


def rarity(corpus: Corpus, term: str) -> float:
    """Inverse document frequency of one of the corpus's terms, never negative."""
    documents, found = corpus.documents, corpus.frequencies[term]
    return math.log(1 + (max(documents - found, 0) + 0.5) / (found + 0.5))


def stems(text: str, language: str) -> list[str]:
    """The text's words in order, stemmed where Snowball knows the language, else as they stand in lower case."""
    algorithm = _STEMMERS.get(language)
    words = _WORD.findall(text.casefold())
    return words if algorithm is None else [_stem(algorithm, word) for word in words]


@lru_cache(maxsize=50_000)
def _stem(algorithm: str, word: str) -> str:
    stemmed: str = _stemmer(algorithm).stemWord(word)
    return stemmed


@cache
def _stemmer(algorithm: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(algorithm)

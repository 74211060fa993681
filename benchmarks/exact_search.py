"""The search whose lanes read everything: what :mod:`services.retrieval` is measured against.

Each lane scores every passage, from the vectors and words that are stored, without an index. The best of each are
scored together by the recipe of :mod:`services.scoring`, as the product does. Words that stand in too many passages
count for nothing here as there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg
import numpy as np
import numpy.typing as npt

from services.documents.exact_tokens import exact_tokens
from services.language import identify
from services.lexical import Corpus, TermCounts, bm25
from services.lexical_lane import COMMON
from services.scoring import Centring, Recipe, Vector

_VECTORS = """
SELECT c.id, c.language, c.exact_tokens, length(c.search) AS length, n.vectors
FROM knowledge_chunks c JOIN chunk_sentences n ON n.chunk_id = c.id WHERE c.is_current ORDER BY c.id
"""
_WORDS = """
SELECT c.id, c.language, word.lexeme, cardinality(word.positions) AS occurrences
FROM knowledge_chunks c, unnest(c.search) AS word
WHERE word.lexeme = ANY ($1::text[]) AND c.is_current
"""
_LEXEMES = "SELECT tsvector_to_array(to_tsvector(search_configuration($1::text), $2))"


@dataclass(frozen=True)
class Asked:
    """A question, and the raw vector (d,) that stands for it."""

    text: str
    vector: Vector


class ExactSearch:
    """All passages of the only tenant of a database, in memory, for searches with the same means.

    A passage's only sentence says what it says itself."""

    def __init__(self, rows: Sequence[asyncpg.Record], dimensions: int) -> None:
        self._ids = np.array([row["id"] for row in rows])
        self._places = {chunk_id: place for place, chunk_id in enumerate(self._ids.tolist())}
        self._languages = np.array([row["language"] for row in rows])
        self._lengths = np.array([row["length"] for row in rows])
        self._tokens: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            for token in row["exact_tokens"]:
                self._tokens.setdefault(token, []).append(place)
        stored = b"".join(row["vectors"][: 2 * dimensions] for row in rows)
        self._vectors = np.frombuffer(stored, np.float16).reshape(-1, dimensions).astype(np.float32)
        self._lengths_of_centred: Vector | None = None

    @classmethod
    async def read(cls, owner: asyncpg.Connection, dimensions: int) -> "ExactSearch":
        return cls(await owner.fetch(_VECTORS), dimensions)

    def nearest(self, asked: Asked, means: Centring, most: int) -> list[int]:
        """Ids by the centred cosine alone, the best first."""
        _, cosines = self._near(means.query(asked.vector, identify(asked.text)), means)
        found: list[int] = self._ids[_first(cosines, most)].tolist()
        return found

    async def best(
        self, owner: asyncpg.Connection, questions: Sequence[Asked], means: Centring, using: Recipe, *, lane: int
    ) -> list[list[int]]:
        """Ids for each question, the best first, of what is among the ``lane`` best of a lane."""
        words = await self._words(owner, questions)
        return [self._ranked(*pair, means, using, lane) for pair in zip(questions, words, strict=True)]

    def _ranked(
        self, asked: Asked, shared: npt.NDArray[np.float64], means: Centring, using: Recipe, lane: int
    ) -> list[int]:
        language = identify(asked.text)
        products, cosines = self._near(means.query(asked.vector, language), means)
        tokens = exact_tokens(asked.text)
        held = self._nothing()
        for token in tokens:
            held[self._tokens.get(token, [])] += 1 / len(tokens)
        weights = np.where(self._languages == language, using.lexical_same, using.lexical_other)
        scores = products + weights * shared + using.exact * held
        lanes = np.unique(np.concatenate([_first(each, lane) for each in (cosines, shared, held)]))
        found: list[int] = self._ids[lanes[_first(scores[lanes], len(lanes))]].tolist()
        return found

    def _near(self, searching: Vector, means: Centring) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Centred inner products, which rank, and centred cosines, which choose the candidates."""
        if self._lengths_of_centred is None:
            self._vectors = self._vectors - np.stack([means.passage_mean(each) for each in self._languages.tolist()])
            self._lengths_of_centred = np.linalg.norm(self._vectors, axis=1)
        products = (self._vectors @ searching).astype(np.float64)
        return products, products / self._lengths_of_centred

    async def _words(self, owner: asyncpg.Connection, questions: Sequence[Asked]) -> list[npt.NDArray[np.float64]]:
        """BM25 of every passage for each question; the passages' words are read once for all questions."""
        languages = [str(each) for each in np.unique(self._languages)]
        cut = {
            language: [set(await owner.fetchval(_LEXEMES, language, asked.text)) for asked in questions]
            for language in languages
        }
        known = list(set[str]().union(*(words for each in cut.values() for words in each)))
        postings: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for row in await owner.fetch(_WORDS, known):
            posting = postings.setdefault((row["language"], row["lexeme"]), [])
            posting.append((self._places[row["id"]], row["occurrences"]))
        return [
            sum((self._bm25(language, cut[language][number], postings) for language in languages), self._nothing())
            for number in range(len(questions))
        ]

    def _bm25(
        self, language: str, words: set[str], postings: Mapping[tuple[str, str], Sequence[tuple[int, int]]]
    ) -> npt.NDArray[np.float64]:
        own = self._languages == language
        found = {word: postings.get((language, word), ()) for word in words}
        frequencies = {word: len(places) for word, places in found.items() if 0 < len(places) < COMMON}
        counts: dict[int, dict[str, int]] = {}
        for word in frequencies:
            for place, occurrences in found[word]:
                counts.setdefault(place, {})[word] = occurrences
        corpus = Corpus(int(own.sum()), float(self._lengths[own].mean()), frequencies)
        counted = (TermCounts(place, int(self._lengths[place]), each) for place, each in counts.items())
        scores = self._nothing()
        for place, score in bm25(counted, corpus).items():
            scores[place] = score
        return scores

    def _nothing(self) -> npt.NDArray[np.float64]:
        return np.zeros(len(self._ids))


def _first(scores: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.int64]:
    """Places of the highest scores above zero or below, but not of zeros, which say that nothing was found."""
    order: npt.NDArray[np.int64] = np.argsort(-scores, kind="stable")[:most]
    found: npt.NDArray[np.int64] = order[scores[order] != 0]
    return found

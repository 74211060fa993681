"""The lexical lane's dealings with the database: which passages share rare words with a question, and how much.

In two steps, because reading a passage's words costs a hundred times what its place in an index does: postings alone
nominate passages by the rarity of the words that they share; of those few the words are counted, for BM25.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import orjson

from services.lexical import Corpus, TermCounts, bm25, rarity
from services.unit_of_work import Reading, Record

COMMON = 2_000
"""A word that stands in as many passages of a language tells nothing; its postings are not read further."""
_NOMINATED = 50
_POSTINGS = """
SELECT asked.language, found.lexeme, found.scope, found.chunk_ids
FROM jsonb_to_recordset($1::jsonb) AS asked (language text, words text[]),
    LATERAL lexical_postings(asked.language, asked.words, $2, $3::bigint[]) AS found
"""


@dataclass(frozen=True, slots=True)
class Space:
    """What is known of one language of the knowledge, and the question's words cut to that language's stems."""

    language: str
    chunks: int
    average_length: float
    lexemes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Nominated:
    """Passages to count words in. ``corpora`` say, by language, in how many passages each rare word stands."""

    chunk_ids: Sequence[int]
    corpora: Mapping[str, Corpus]

    @property
    def lexemes(self) -> list[str]:
        """The rare words of all languages."""
        return list({lexeme for corpus in self.corpora.values() for lexeme in corpus.frequencies})


class CommonWords:
    """Words that were found too common to be worth asking for again, for a while, by whose knowledge and language.

    Each process finds them for itself; a question with a common word that it has not met costs a few milliseconds more.
    """

    _SECONDS = 3_600.0
    _MOST = 20_000
    _SHRUNK = 0.9

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[object, ...], tuple[float, int]] = {}

    def remember(self, owner: tuple[object, ...], space: Space, lexeme: str) -> None:
        """``owner`` is a tenant and the scopes that it searches."""
        while len(self._known) >= self._MOST:
            del self._known[next(iter(self._known))]
        self._known[owner, space.language, lexeme] = (self._clock() + self._SECONDS, space.chunks)

    def rare(self, owner: tuple[object, ...], space: Space) -> list[str]:
        """The words of a question that may be rare. What was common in more knowledge than there is now may be."""
        return [
            lexeme for lexeme in space.lexemes if not self._is_common((owner, space.language, lexeme), space.chunks)
        ]

    def _is_common(self, key: tuple[object, ...], chunks: int) -> bool:
        until, then = self._known.get(key, (0.0, 0))
        return self._clock() < until and chunks >= self._SHRUNK * then


_common = CommonWords()


def perhaps_rare(tenant_id: int, spaces: Sequence[Space], scopes: Sequence[int]) -> list[str]:
    """The question's words, of all languages, but for those that were found too common."""
    owner = (tenant_id, *scopes)
    return list({lexeme for space in spaces for lexeme in _common.rare(owner, space)})


async def nominate(reading: Reading, spaces: Sequence[Space], scopes: Sequence[int]) -> Nominated:
    """The fifty passages of each scope whose shared words are the rarest together."""
    owner = (reading.tenant_id, *scopes)
    asked = [{"language": space.language, "words": _common.rare(owner, space)} for space in spaces]
    asked = [each for each in asked if each["words"]]
    if not asked:
        return Nominated((), {})
    rows = await _postings(reading, asked, scopes)
    corpora = {}
    for space in spaces:
        found = _frequencies(row for row in rows if row["language"] == space.language)
        for lexeme in (lexeme for lexeme, chunks in found.items() if chunks >= COMMON):
            _common.remember(owner, space, lexeme)
        rare = {lexeme: chunks for lexeme, chunks in found.items() if 0 < chunks < COMMON}
        corpora[space.language] = Corpus(space.chunks, space.average_length, rare)
    telling = [row for row in rows if row["lexeme"] in corpora[row["language"]].frequencies]
    best = (_rarest([row for row in telling if row["scope"] == scope], corpora) for scope in scopes)
    return Nominated(list(chain.from_iterable(best)), corpora)


async def _postings(reading: Reading, asked: Sequence[Mapping[str, Any]], scopes: Sequence[int]) -> list[Record]:
    """Read by two at once, each of them half of every language's words: this is what a search waits for longest."""
    halves = ([{**each, "words": each["words"][first::2]} for each in asked] for first in (0, 1))
    wanted = ([each for each in half if each["words"]] for half in halves)
    read = [reading.records(_POSTINGS, orjson.dumps(half).decode(), COMMON, scopes) for half in wanted if half]
    return list(chain.from_iterable(await asyncio.gather(*read)))


def _frequencies(rows: Iterable[Record]) -> dict[str, int]:
    """In how many passages each word stands, of all scopes together."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["lexeme"]] = found.get(row["lexeme"], 0) + len(row["chunk_ids"])
    return found


def _rarest(rows: Sequence[Record], corpora: Mapping[str, Corpus]) -> list[int]:
    """Passages of one scope by the sum of their words' rarities, the highest first, equals by id."""
    if not rows:
        return []
    ids = np.concatenate([np.asarray(row["chunk_ids"], np.int64) for row in rows])
    weights = [rarity(corpora[row["language"]], row["lexeme"]) for row in rows]
    chunk_ids, places = np.unique(ids, return_inverse=True)
    sums = np.bincount(places, np.repeat(weights, [len(row["chunk_ids"]) for row in rows]))
    best: list[int] = chunk_ids[np.lexsort((chunk_ids, -sums))[:_NOMINATED]].tolist()
    return best


def any_of(lexemes: Iterable[str]) -> str | None:
    """A tsquery that any of the words fulfils; None without words. Quotes are doubled, as PostgreSQL reads them."""
    quoted = [lexeme.replace("\\", "\\\\").replace("'", "''") for lexeme in lexemes]
    return " | ".join(f"'{lexeme}'" for lexeme in quoted) or None


def scores(rows: Iterable[Record], nominated: Nominated) -> dict[int, float]:
    """BM25 by chunk, from rows with id, language, length, lexemes and occurrences."""
    counted: dict[str, list[TermCounts]] = {}
    for row in rows:
        if row["lexemes"]:
            counts = dict(zip(row["lexemes"], row["occurrences"], strict=True))
            counted.setdefault(row["language"], []).append(TermCounts(row["id"], row["length"], counts))
    found: dict[int, float] = {}
    for language, corpus in nominated.corpora.items():
        found |= bm25(counted.get(language, ()), corpus)
    return found

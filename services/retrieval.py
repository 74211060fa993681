"""Finding the passages of a tenant's current knowledge that bear on a question.

Two lanes: vectors (dense), which cross languages, and words with exact tokens (lexical), which keep order numbers and
error codes apart. :mod:`services.scoring` says how they are joined; this module asks the database for what it needs.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson

from core.actor import Actor
from core.errors import InvalidInput
from integrations.embeddings.port import Vector
from integrations.vectors.port import SHARED, VectorQuery
from services.documents.exact_tokens import exact_tokens
from services.extraction import Sentence
from services.language import identify
from services.lexical import Corpus, TermCounts, bm25
from services.providers import providers
from services.scoring import Candidate, Centring, Hit, Space, centring, dense, fuse, recipe
from services.unit_of_work import Row, UnitOfWork, unit_of_work

Scopes = Sequence[int]
MAX_QUESTION = 4_000
CANDIDATES = 50
_COMMON = 2_000
"""A word that stands in as many chunks of a language tells nothing, and is not counted further."""

_SPACES = """
SELECT language, sum(chunks)::bigint AS chunks, sum(lexemes)::bigint AS lexemes, sum(total)::real[] AS total
FROM knowledge_spaces WHERE model = $1 AND scope = ANY ($2::bigint[]) AND chunks > 0 GROUP BY language
"""
_FREQUENCIES = """
SELECT space.language, word.lexeme, word.chunks
FROM unnest($1::text[]) AS space (language), LATERAL lexical_frequencies(
    space.language, tsvector_to_array(to_tsvector(search_configuration(space.language), $2)), $3, $4::bigint[]) AS word
"""
_CANDIDATES = """
SELECT asked.language, found.chunk_id, found.length, found.lexeme, found.occurrences
FROM jsonb_to_recordset($1::jsonb) AS asked (language text, words text[]),
    LATERAL lexical_candidates(asked.language, asked.words, $2, $3::bigint[]) AS found
"""
_EXACT = "SELECT * FROM exact_candidates($1::text[], $2, $3::bigint[])"
_FOUND = """
SELECT c.id, s.name AS source, c.content, c.heading, c.version, c.language,
    n.spans, n.vectors
FROM knowledge_chunks c
JOIN knowledge_sources s ON s.id = c.source_id
LEFT JOIN chunk_sentences n ON n.chunk_id = c.id AND n.model = $2
WHERE c.id = ANY ($1::bigint[]) AND c.is_current AND coalesce(s.assistant_id, 0) = ANY ($3::bigint[])
"""
"""The source is asked again whose it is: what a store outside PostgreSQL says is not believed."""


@dataclass(frozen=True, slots=True)
class LaneScores:
    """What each lane gave a passage. ``dense`` is a cosine of centred vectors, from -1 to 1; ``words`` is BM25, from 0;
    ``exact`` is the share, from 0 to 1, of the question's exact tokens. ``rank`` is what hits are ordered by.
    """

    dense: float
    words: float
    exact: float
    rank: float


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A passage that was found. ``score``, in [0, 1], is the probability that it is what the question asked for.

    ``best`` numbers the sentence that is nearest to the question; None where no sentences are stored. ``vectors`` are
    raw, float32 (1 + n, d): of the passage, then of each of its ``sentences``.
    """

    id: int
    source: str
    content: str
    heading: str
    version: int
    language: str
    score: float
    lanes: LaneScores
    best: int | None
    sentences: tuple[Sentence, ...]
    vectors: Vector


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked (``vector`` is raw, of unit length) and what was found, best first, hits and chunks alike."""

    question: str
    language: str
    vector: Vector
    means: Centring
    hits: tuple[Hit, ...]
    chunks: tuple[FoundChunk, ...]


@dataclass(frozen=True, slots=True)
class _Lexical:
    """BM25 by chunk, and the share of the question's exact tokens by chunk."""

    words: dict[int, float]
    exact: dict[int, float]


async def search(actor: Actor, question: str, *, limit: int = 5, assistant_id: int | None = None) -> Search:
    """Search the tenant's current knowledge, with an ``assistant_id`` also that assistant's own.

    Another assistant's passages are no candidates and count in no mean, frequency or size: the answer is the one that
    would be given without them. Raises InvalidInput, ModelUnavailable, Unavailable.
    """
    _check(question, limit)
    model = providers().embedder.model
    language = identify(question)
    raw = await providers().embedder.query(question)
    calibration = providers().calibration
    passages = {str(name): mean for name, mean in (await calibration.passages()).items()}
    queries = {str(name): mean for name, mean in (await calibration.queries()).items()}
    elsewhere = providers().indexed_elsewhere
    scopes = scopes_of(assistant_id)
    async with unit_of_work(actor) as uow:
        spaces = await uow.rows(_SPACES, model, list(scopes))
        means = centring(_sums(spaces), passages, queries)
        asked = replace(_query(raw, question, language, spaces, means), scopes=scopes)
        lexical = await _lexical(uow, question, spaces, scopes)
        near = [] if elsewhere else await _near(actor, asked)
        rows = await _rows(uow, {*near, *lexical.words, *lexical.exact}, scopes)
    if elsewhere:
        # A store outside PostgreSQL is asked when no transaction is open.
        near = await _near(actor, asked)
        async with unit_of_work(actor) as uow:
            rows |= await _rows(uow, set(near) - rows.keys(), scopes)
    vectors = {chunk_id: _vectors(row, len(raw)) for chunk_id, row in rows.items()}
    scored = dense(raw, language, [_candidate(row, vectors[row["id"]]) for row in rows.values()], means)
    size = sum(row["chunks"] for row in spaces)
    ranked = fuse(scored, lexical.words, lexical.exact, language, size, recipe(model))[:limit]
    chunks = tuple(_found(rows[hit.chunk_id], hit, vectors[hit.chunk_id]) for hit in ranked)
    return Search(question, language, raw, means, tuple(ranked), chunks)


def scopes_of(assistant_id: int | None) -> tuple[int, ...]:
    """The scopes that an answer may rest on."""
    return (SHARED,) if assistant_id is None else (SHARED, assistant_id)


def _check(question: str, limit: int) -> None:
    if not question.strip() or len(question) > MAX_QUESTION:
        raise InvalidInput(f"query must be 1 to {MAX_QUESTION} characters long", field="query")
    if not 1 <= limit <= CANDIDATES:
        raise InvalidInput(f"limit must be between 1 and {CANDIDATES}", field="limit")


def _sums(spaces: Iterable[Row]) -> dict[str, Space]:
    return {row["language"]: Space(row["chunks"], np.asarray(row["total"], dtype=np.float32)) for row in spaces}


def _query(raw: Vector, question: str, language: str, spaces: Iterable[Row], means: Centring) -> VectorQuery:
    searching = means.query(raw, language)
    return VectorQuery(
        vector=searching / np.float32(max(float(np.linalg.norm(searching)), 1e-6)),
        text=question,
        means={row["language"]: means.passage_mean(row["language"]) for row in spaces},
    )


async def _near(actor: Actor, asked: VectorQuery) -> list[int]:
    """Chunks whose vectors are near, best first."""
    return [hit.chunk_id for hit in await providers().index.search(actor.tenant_id, asked, limit=CANDIDATES)]


async def _rows(uow: UnitOfWork, chunk_ids: Collection[int], scopes: Scopes) -> dict[int, Row]:
    rows = await uow.rows(_FOUND, list(chunk_ids), providers().embedder.model, list(scopes))
    return {row["id"]: row for row in rows}


async def _lexical(uow: UnitOfWork, question: str, spaces: Sequence[Row], scopes: Scopes) -> _Lexical:
    """Passages that share rare words (names cross languages), and those that share exact tokens."""
    tokens = exact_tokens(question)
    exact: dict[int, float] = {}
    if tokens:
        rows = await uow.rows(_EXACT, tokens, CANDIDATES, list(scopes))
        exact = {row["chunk_id"]: row["matched"] / len(tokens) for row in rows}
    words = await _by_words(uow, question, spaces, list(scopes))
    best = sorted(words, key=lambda chunk_id: -words[chunk_id])[:CANDIDATES]
    return _Lexical({chunk_id: words[chunk_id] for chunk_id in best}, exact)


async def _by_words(uow: UnitOfWork, question: str, spaces: Sequence[Row], scopes: list[int]) -> dict[int, float]:
    """BM25 by chunk; for each language of the knowledge the question's words are cut to that language's stems."""
    rarity: dict[str, dict[str, int]] = {space["language"]: {} for space in spaces}
    for row in await uow.rows(_FREQUENCIES, list(rarity), question, _COMMON, scopes):
        if 0 < row["chunks"] < _COMMON:
            rarity[row["language"]][row["lexeme"]] = row["chunks"]
    asked = [{"language": language, "words": list(words)} for language, words in rarity.items() if words]
    found = await uow.rows(_CANDIDATES, orjson.dumps(asked).decode(), 4 * CANDIDATES, scopes) if asked else []
    scores: dict[int, float] = {}
    for space in spaces:
        language = space["language"]
        corpus = Corpus(space["chunks"], space["lexemes"] / space["chunks"], rarity[language])
        scores |= bm25(_counts([row for row in found if row["language"] == language]), corpus)
    return scores


def _counts(rows: Sequence[Row]) -> list[TermCounts]:
    counts: dict[int, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["chunk_id"], {})[row["lexeme"]] = row["occurrences"]
    lengths = {row["chunk_id"]: row["length"] for row in rows}
    return [TermCounts(chunk_id, lengths[chunk_id], found) for chunk_id, found in counts.items()]


def _vectors(row: Row, dimensions: int) -> Vector:
    """Raw vectors of a chunk and its sentences, float32 (1 + n, d); zeros where the chunk is not embedded yet."""
    if row["vectors"] is None:
        return np.zeros((1, dimensions), dtype=np.float32)
    return np.frombuffer(row["vectors"], dtype=np.float16).reshape(-1, dimensions).astype(np.float32)


def _candidate(row: Row, vectors: Vector) -> Candidate:
    return Candidate(row["id"], row["language"], vectors[0], vectors[1:])


def _found(row: Row, hit: Hit, vectors: Vector) -> FoundChunk:
    spans: list[int] = row["spans"] or []
    content: str = row["content"]
    return FoundChunk(
        id=row["id"],
        source=row["source"],
        content=content,
        heading=row["heading"],
        version=row["version"],
        language=row["language"],
        score=hit.confidence,
        lanes=LaneScores(dense=hit.dense, words=hit.lexical, exact=hit.exact, rank=hit.score),
        best=hit.sentence,
        sentences=tuple(Sentence(*span, content[slice(*span)]) for span in zip(spans[::2], spans[1::2], strict=True)),
        vectors=vectors,
    )

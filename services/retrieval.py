"""Finding the passages of a tenant's current knowledge that bear on a question.

Two lanes: vectors (dense), which cross languages, and words with exact tokens (lexical), which keep order numbers and
error codes apart. :mod:`services.scoring` says how they are joined; this module asks the database for what it needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.actor import Actor
from core.errors import InvalidInput
from integrations.embeddings.port import Vector
from integrations.vectors.port import SHARED, VectorQuery
from services import lexical_lane
from services.documents.exact_tokens import exact_tokens
from services.extraction import Sentence
from services.language import identify
from services.lexical_lane import Nominated, any_of, nominate
from services.nearness import Candidate, dense
from services.providers import providers
from services.scoring import Centring, Hit, Space, centring, fuse, recipe
from services.unit_of_work import Row, UnitOfWork, unit_of_work

Scopes = Sequence[int]
MAX_QUESTION = 4_000
CANDIDATES = 50

_SPACES = """
SELECT language, sum(chunks)::bigint AS chunks, sum(lexemes)::bigint AS lexemes, sum(total)::real[] AS total,
    tsvector_to_array(to_tsvector(search_configuration(language), $3)) AS asked
FROM knowledge_spaces WHERE model = $1 AND scope = ANY ($2::bigint[]) AND chunks > 0 GROUP BY language
"""
_EXACT = "SELECT * FROM exact_candidates($1::text[], $2, $3::bigint[])"
_CANDIDATES = """
SELECT c.id, c.language, length(c.search) AS length, counted.lexemes, counted.occurrences, n.vectors
FROM knowledge_chunks c
JOIN knowledge_sources s ON s.id = c.source_id
LEFT JOIN chunk_sentences n ON n.chunk_id = c.id AND n.model = $2
LEFT JOIN LATERAL (
    SELECT array_agg(word.lexeme) AS lexemes, array_agg(cardinality(word.positions)) AS occurrences
    FROM unnest(CASE WHEN c.search @@ $5::text::tsquery THEN c.search END) AS word WHERE word.lexeme = ANY ($4::text[])
) AS counted ON true
WHERE c.id = ANY ($1::bigint[]) AND c.is_current AND coalesce(s.assistant_id, 0) = ANY ($3::bigint[])
"""
"""The source is asked again whose it is: what a store outside PostgreSQL says is not believed."""
_FOUND = """
SELECT c.id, s.name AS source, c.content, c.heading, c.version, c.language, n.spans
FROM knowledge_chunks c
JOIN knowledge_sources s ON s.id = c.source_id
LEFT JOIN chunk_sentences n ON n.chunk_id = c.id AND n.model = $2
WHERE c.id = ANY ($1::bigint[])
"""


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
class _Asked:
    """A question made ready for the lanes; ``vector`` is raw, ``exact`` the share of its exact tokens by chunk."""

    question: str
    language: str
    vector: Vector
    scopes: Scopes
    means: Centring
    near: VectorQuery
    words: Nominated
    exact: dict[int, float]


async def search(actor: Actor, question: str, *, limit: int = 5, assistant_id: int | None = None) -> Search:
    """Search the tenant's current knowledge, with an ``assistant_id`` also that assistant's own.

    Another assistant's passages are no candidates and count in no mean, frequency or size: the answer is the one that
    would be given without them. Raises InvalidInput, ModelUnavailable, Unavailable.
    """
    _check(question, limit)
    raw = await providers().embedder.query(question)
    calibration = providers().calibration
    passages = {str(name): mean for name, mean in (await calibration.passages()).items()}
    queries = {str(name): mean for name, mean in (await calibration.queries()).items()}
    async with unit_of_work(actor) as uow:
        scopes = scopes_of(assistant_id)
        spaces = await uow.rows(_SPACES, providers().embedder.model, list(scopes), question)
        means = centring(_sums(spaces), passages, queries)
        asked = await _prepared(uow, question, raw, means, scopes, spaces)
        if not providers().indexed_elsewhere:
            return await _ranked(uow, asked, await _near(actor, asked.near), limit)
    # A store outside PostgreSQL is asked when no transaction is open.
    near = await _near(actor, asked.near)
    async with unit_of_work(actor) as uow:
        return await _ranked(uow, asked, near, limit)


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


async def _prepared(
    uow: UnitOfWork, question: str, raw: Vector, means: Centring, scopes: Scopes, spaces: Sequence[Row]
) -> _Asked:
    language = identify(question)
    searching = means.query(raw, language)
    known = [row["language"] for row in spaces]
    return _Asked(
        question=question,
        language=language,
        vector=raw,
        scopes=scopes,
        means=means,
        near=VectorQuery(
            vector=searching / np.float32(max(float(np.linalg.norm(searching)), 1e-6)),
            text=question,
            means={each: means.passage_mean(each) for each in known},
            scopes=scopes,
        ),
        words=await nominate(uow, [_words(row) for row in spaces], scopes),
        exact=await _exact(uow, question, scopes),
    )


def _words(space: Row) -> lexical_lane.Space:
    return lexical_lane.Space(
        space["language"], space["chunks"], space["lexemes"] / space["chunks"], space["asked"] or ()
    )


async def _exact(uow: UnitOfWork, question: str, scopes: Scopes) -> dict[int, float]:
    """The share, from 0 to 1, of the question's exact tokens that stand in a passage, by chunk."""
    tokens = exact_tokens(question)
    rows = await uow.rows(_EXACT, tokens, CANDIDATES, list(scopes)) if tokens else []
    return {row["chunk_id"]: row["matched"] / len(tokens) for row in rows}


async def _ranked(uow: UnitOfWork, asked: _Asked, near: Sequence[int], limit: int) -> Search:
    """Score what the lanes brought; of the best alone the texts are read."""
    model = providers().embedder.model
    chunk_ids = list({*near, *asked.words.chunk_ids, *asked.exact})
    lexemes = asked.words.lexemes
    rows = await uow.rows(_CANDIDATES, chunk_ids, model, list(asked.scopes), lexemes, any_of(lexemes))
    vectors = {row["id"]: _vectors(row, len(asked.vector)) for row in rows}
    scored = dense(asked.vector, asked.language, [_candidate(row, vectors[row["id"]]) for row in rows], asked.means)
    lexical = lexical_lane.scores(rows, asked.words)
    hits = fuse(scored, lexical, asked.exact, asked.language, asked.means.chunks, recipe(model), limit)
    texts = {row["id"]: row for row in await uow.rows(_FOUND, [hit.chunk_id for hit in hits], model)}
    # A passage may have been deleted between the two statements.
    hits = [hit for hit in hits if hit.chunk_id in texts]
    chunks = tuple(_found(texts[hit.chunk_id], hit, vectors[hit.chunk_id]) for hit in hits)
    return Search(asked.question, asked.language, asked.vector, asked.means, tuple(hits), chunks)


async def _near(actor: Actor, asked: VectorQuery) -> list[int]:
    """Chunks whose vectors are near, best first."""
    return [hit.chunk_id for hit in await providers().index.search(actor.tenant_id, asked, limit=CANDIDATES)]


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

"""Finding the passages of a tenant's current knowledge that bear on a question.

Two lanes: vectors (dense), which cross languages, and words with exact tokens (lexical), which keep order numbers and
error codes apart. :mod:`services.scoring` says how they are joined; this module asks the database for what it needs.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
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
from services.scoring import Centring, DenseHit, Hit, Space, centring, fuse, recipe
from services.unit_of_work import LoneRead, Reading, Record

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
    FROM unnest(CASE WHEN c.search @@ $5::text::tsquery THEN ts_filter(setweight(c.search, 'A', $4), '{a}') END) AS word
) AS counted ON true
WHERE c.id = ANY ($1::bigint[]) AND c.is_current AND coalesce(s.assistant_id, 0) = ANY ($3::bigint[])
"""
"""The source is asked again whose it is: what a store outside PostgreSQL says is not believed.

Words are weighed to be taken out: unnesting a passage's sixty for the sake of two takes longer than all else here.
"""
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
    """A question made ready for the lanes; ``vector`` is raw."""

    question: str
    language: str
    vector: Vector
    scopes: Scopes
    means: Centring
    spaces: Sequence[lexical_lane.Space]


@dataclass(frozen=True, slots=True)
class _Read:
    """A candidate as it was read, and what its vectors score."""

    row: Record
    candidate: Candidate
    score: DenseHit


async def search(actor: Actor, question: str, *, limit: int = 5, assistant_id: int | None = None) -> Search:
    """Search the tenant's current knowledge, with an ``assistant_id`` also that assistant's own.

    Another assistant's passages are no candidates and count in no mean, frequency or size: the answer is the one that
    would be given without them. Not to be called in a transaction: what it reads at once, it reads over connections of
    their own. Raises InvalidInput, ModelUnavailable, Unavailable.
    """
    _check(question, limit)
    raw = await providers().embedder.query(question)
    calibration = providers().calibration
    passages = {str(name): mean for name, mean in (await calibration.passages()).items()}
    queries = {str(name): mean for name, mean in (await calibration.queries()).items()}
    reading, scopes = LoneRead(actor), scopes_of(assistant_id)
    spaces = await reading.records(_SPACES, providers().embedder.model, scopes, question)
    means = centring(_sums(spaces), passages, queries)
    asked = _Asked(question, identify(question), raw, scopes, means, [_words(row) for row in spaces])
    # Neither lane waits for a connection while it holds one, so that searches at once cannot stop each other.
    (exact, near), (nominated, sharing) = await asyncio.gather(_near(reading, asked), _sharing(reading, asked))
    return await _ranked(reading, asked, near | sharing, exact, nominated, limit)


def scopes_of(assistant_id: int | None) -> tuple[int, ...]:
    """The scopes that an answer may rest on."""
    return (SHARED,) if assistant_id is None else (SHARED, assistant_id)


def _check(question: str, limit: int) -> None:
    if not question.strip() or len(question) > MAX_QUESTION:
        raise InvalidInput(f"query must be 1 to {MAX_QUESTION} characters long", field="query")
    if not 1 <= limit <= CANDIDATES:
        raise InvalidInput(f"limit must be between 1 and {CANDIDATES}", field="limit")


def _sums(spaces: Iterable[Record]) -> dict[str, Space]:
    return {row["language"]: Space(row["chunks"], np.asarray(row["total"], dtype=np.float32)) for row in spaces}


def _words(space: Record) -> lexical_lane.Space:
    return lexical_lane.Space(
        space["language"], space["chunks"], space["lexemes"] / space["chunks"], space["asked"] or ()
    )


async def _exact(reading: Reading, question: str, scopes: Scopes) -> dict[int, float]:
    """The share, from 0 to 1, of the question's exact tokens that stand in a passage, by chunk."""
    tokens = exact_tokens(question)
    rows = await reading.records(_EXACT, tokens, CANDIDATES, scopes) if tokens else []
    return {row["chunk_id"]: row["matched"] / len(tokens) for row in rows}


async def _near(reading: Reading, asked: _Asked) -> tuple[dict[int, float], dict[int, _Read]]:
    """The share of exact tokens by chunk; the candidates that hold some, and those whose vectors are near."""
    searching = asked.means.query(asked.vector, asked.language)
    query = VectorQuery(
        vector=searching / np.float32(max(float(np.linalg.norm(searching)), 1e-6)),
        text=asked.question,
        means={space.language: asked.means.passage_mean(space.language) for space in asked.spaces},
        scopes=asked.scopes,
    )
    hits, exact = await asyncio.gather(
        providers().index.search(reading.tenant_id, query, limit=CANDIDATES),
        _exact(reading, asked.question, asked.scopes),
    )
    # Which of the words are rare is not known yet.
    lexemes = lexical_lane.perhaps_rare(reading.tenant_id, asked.spaces, asked.scopes)
    return exact, await _candidates(reading, asked, {*(hit.chunk_id for hit in hits), *exact}, lexemes)


async def _sharing(reading: Reading, asked: _Asked) -> tuple[Nominated, dict[int, _Read]]:
    """The candidates that share rare words with the question."""
    nominated = await nominate(reading, asked.spaces, asked.scopes)
    return nominated, await _candidates(reading, asked, nominated.chunk_ids, nominated.lexemes)


async def _candidates(
    reading: Reading, asked: _Asked, chunk_ids: Collection[int], lexemes: Sequence[str]
) -> dict[int, _Read]:
    """By chunk; scored at once, while the other lane waits for the database."""
    if not chunk_ids:
        return {}
    model, words = providers().embedder.model, any_of(lexemes)
    rows = await reading.records(_CANDIDATES, list(chunk_ids), model, asked.scopes, lexemes, words)
    candidates = [_candidate(row, len(asked.vector)) for row in rows]
    scores = dense(asked.vector, asked.language, candidates, asked.means)
    return {each.chunk_id: _Read(row, each, score) for row, each, score in zip(rows, candidates, scores, strict=True)}


async def _ranked(
    reading: Reading,
    asked: _Asked,
    read: Mapping[int, _Read],
    exact: Mapping[int, float],
    nominated: Nominated,
    limit: int,
) -> Search:
    """Rank the candidates; of the best alone the texts are read."""
    lexical, model = lexical_lane.scores((each.row for each in read.values()), nominated), providers().embedder.model
    scores = [each.score for each in read.values()]
    hits = fuse(scores, lexical, exact, asked.language, asked.means.chunks, recipe(model), limit)
    texts = {row["id"]: row for row in await reading.records(_FOUND, [hit.chunk_id for hit in hits], model)}
    # A passage may have been deleted between the two statements.
    hits = [hit for hit in hits if hit.chunk_id in texts]
    chunks = tuple(_found(texts[hit.chunk_id], hit, read[hit.chunk_id].candidate) for hit in hits)
    return Search(asked.question, asked.language, asked.vector, asked.means, tuple(hits), chunks)


def _candidate(row: Record, dimensions: int) -> Candidate:
    """Its vectors as they are stored, of half precision; zeros where the chunk is not embedded yet."""
    stored: bytes = row["vectors"] or bytes(2 * dimensions)
    return Candidate(row["id"], row["language"], np.frombuffer(stored, dtype=np.float16).reshape(-1, dimensions))


def _found(row: Record, hit: Hit, candidate: Candidate) -> FoundChunk:
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
        vectors=candidate.vectors.astype(np.float32),
    )

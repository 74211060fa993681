"""From passages to what searches them: vectors of chunks and of their sentences, and the sums that centring needs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import structlog

from core.errors import ModelUnavailable, Unavailable
from integrations.embeddings.port import Vector
from integrations.vectors.port import VectorRecord
from services.extraction import Sentence, sentences
from services.providers import providers
from services.unit_of_work import Row, UnitOfWork

logger = structlog.get_logger(__name__)

_ADD_TO_SPACES = """
INSERT INTO knowledge_spaces AS space (tenant_id, scope, language, model, chunks, lexemes, total)
SELECT v.tenant_id, v.scope, v.language, v.model, count(*), sum(length(c.search)), sum(v.embedding)
FROM chunk_vectors v JOIN knowledge_chunks c ON c.id = v.chunk_id
WHERE v.tenant_id = $1 AND v.chunk_id = ANY ($2::bigint[])
GROUP BY v.tenant_id, v.scope, v.language, v.model
ORDER BY v.scope, v.language
ON CONFLICT (tenant_id, scope, language, model) DO UPDATE SET
    chunks = space.chunks + EXCLUDED.chunks,
    lexemes = space.lexemes + EXCLUDED.lexemes,
    total = space.total + EXCLUDED.total
"""
_TAKE_FROM_SPACES = """
WITH gone AS (
    SELECT v.scope, v.language, v.model, count(*) AS chunks, sum(length(c.search)) AS lexemes, sum(v.embedding) AS total
    FROM chunk_vectors v JOIN knowledge_chunks c ON c.id = v.chunk_id
    WHERE v.tenant_id = $1 AND v.chunk_id = ANY ($2::bigint[])
    GROUP BY v.scope, v.language, v.model
)
UPDATE knowledge_spaces AS space SET
    chunks = space.chunks - gone.chunks, lexemes = space.lexemes - gone.lexemes, total = space.total - gone.total
FROM gone
WHERE space.tenant_id = $1 AND space.scope = gone.scope AND space.language = gone.language AND space.model = gone.model
"""
_PUT_SENTENCES = """
INSERT INTO chunk_sentences (tenant_id, chunk_id, model, spans, vectors)
SELECT $1, chunk_id, $2, spans::int[], vectors
FROM unnest($3::bigint[], $4::text[], $5::bytea[]) AS chunk (chunk_id, spans, vectors)
ON CONFLICT (tenant_id, chunk_id)
DO UPDATE SET model = EXCLUDED.model, spans = EXCLUDED.spans, vectors = EXCLUDED.vectors
"""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors of one passage: its own (d,), and one row (n, d) per sentence whose spans are in ``sentences``."""

    vector: Vector
    sentences: Sequence[Sentence]
    sentence_vectors: Vector


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded of a chunk: the content that is quoted and the heading that gives it its subject."""

    content: str
    heading: str = ""
    parts: Sequence[Sentence] = field(default_factory=tuple)

    @classmethod
    def of(cls, content: str, heading: str = "") -> "Passage":
        return cls(content, heading, tuple(sentences(content)))

    @property
    def text(self) -> str:
        return f"{self.heading}\n{self.content}" if self.heading else self.content


_BATCH = 32


async def embed(passages: Sequence[Passage], *, until: float | None = None) -> list[Embedded | None]:
    """Vectors of passages, None for those of a batch that the embedding endpoint refused. Not in a unit of work.

    The answer is shorter than ``passages`` where ``until``, a moment of ``time.monotonic``, came first.
    """
    found: list[Embedded | None] = []
    for start in range(0, len(passages), _BATCH):
        if until is not None and time.monotonic() >= until:
            break
        batch = passages[start : start + _BATCH]
        try:
            found += await _embed_batch(batch)
        except ModelUnavailable as error:
            logger.warning("embedding_failed", passages=len(batch), error=error.message)
            found += [None] * len(batch)
    return found


async def _embed_batch(batch: Sequence[Passage]) -> list[Embedded]:
    texts: list[str] = [passage.text for passage in batch]
    spans: list[range] = []
    for passage in batch:
        spans.append(range(len(texts), len(texts) + len(passage.parts)))
        texts += [part.text for part in passage.parts]
    # A passage of one sentence is that sentence: equal texts are embedded once.
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    distinct = await providers().embedder.passages(list(places))
    vectors = distinct[[places[text] for text in texts]]
    return [
        Embedded(vectors[number], passage.parts, vectors[span.start : span.stop])
        for number, (passage, span) in enumerate(zip(batch, spans, strict=True))
    ]


async def put(uow: UnitOfWork, chunks: Sequence[tuple[Row, Embedded]]) -> None:
    """Store vectors of new current chunks (rows with id, source_id, scope, language, content) and count them."""
    model = providers().embedder.model
    await providers().archive.put(uow.tenant_id, [record(row, embedded.vector) for row, embedded in chunks])
    ids = [row["id"] for row, _ in chunks]
    spans = [_array(embedded.sentences) for _, embedded in chunks]
    vectors = [np.vstack([each.vector, each.sentence_vectors]).astype(np.float16).tobytes() for _, each in chunks]
    await uow.rows(_PUT_SENTENCES, uow.tenant_id, model, ids, spans, vectors)
    await uow.rows(_ADD_TO_SPACES, uow.tenant_id, ids)


def _array(parts: Sequence[Sentence]) -> str:
    """Start, end, start, end … as PostgreSQL writes an array: lists of different lengths make no array of arrays."""
    return "{" + ",".join(f"{part.start},{part.end}" for part in parts) + "}"


async def forget(uow: UnitOfWork, chunk_ids: Sequence[int]) -> None:
    """Remove the vectors of chunks that are no longer current, and what they counted for."""
    await uow.rows(_TAKE_FROM_SPACES, uow.tenant_id, list(chunk_ids))
    await uow.rows("DELETE FROM chunk_sentences WHERE chunk_id = ANY ($1::bigint[])", list(chunk_ids))
    await providers().archive.delete(uow.tenant_id, list(chunk_ids))


async def publish(tenant_id: int, chunks: Sequence[tuple[Row, Embedded]]) -> None:
    """Make committed chunks searchable in a store outside PostgreSQL. A failure is left to the job that follows."""
    if not providers().indexed_elsewhere or not chunks:
        return
    try:
        await providers().index.put(tenant_id, [record(row, embedded.vector) for row, embedded in chunks])
    except Unavailable as error:
        logger.warning("index_unavailable", chunks=len(chunks), error=error.message)


def record(row: Row, vector: Vector) -> VectorRecord:
    return VectorRecord(
        chunk_id=row["id"],
        source_id=row["source_id"],
        language=row["language"],
        text=row["content"],
        vector=vector,
        scope=row["scope"],
    )

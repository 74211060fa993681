"""Storing chunks of one source: which are new, which replace an older version, which stay.

Embedding happens between two units of work: the first tells what is new, the second stores it with its vectors at
once, so that a passage is searchable from the moment it exists.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from core.actor import Actor
from core.errors import Conflict
from core.events import ChunksRemoved, KnowledgeChanged
from integrations.vectors.port import SHARED
from services import indexing
from services.documents.exact_tokens import exact_tokens
from services.indexing import Embedded, Passage
from services.language import identify
from services.providers import providers
from services.unit_of_work import Row, UnitOfWork, unit_of_work

_TRIES = 3
PATIENCE_S = 25.0
"""How long a request embeds, below the half minute that many clients wait; a job goes on from there."""

_SOURCE = """
INSERT INTO knowledge_sources (tenant_id, assistant_id, name, mime_type, sha256, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, now(), now())
ON CONFLICT (tenant_id, assistant_id, name) DO UPDATE SET
    mime_type = coalesce(EXCLUDED.mime_type, knowledge_sources.mime_type),
    sha256 = coalesce(EXCLUDED.sha256, knowledge_sources.sha256),
    updated_at = now()
RETURNING id
"""
_CURRENT = """
SELECT c.id, c.identity, c.content, c.heading
FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id
WHERE s.tenant_id = $1 AND s.assistant_id IS NOT DISTINCT FROM $2::bigint AND s.name = $3
    AND c.is_current AND ($4::text[] IS NULL OR c.identity = ANY ($4))
"""
_INSERT_CHUNKS = """
INSERT INTO knowledge_chunks
    (tenant_id, source_id, scope, identity, version, is_current,
     heading, content, language, metadata, exact_tokens, created_at)
SELECT $1, $2, $4, n.identity,
    coalesce((SELECT max(o.version) FROM knowledge_chunks o WHERE o.source_id = $2 AND o.identity = n.identity), 0) + 1,
    true, n.heading, n.content, n.language, n.metadata,
    ARRAY(SELECT jsonb_array_elements_text(n.exact_tokens)), now()
FROM jsonb_to_recordset($3::jsonb)
    AS n(identity text, heading text, content text, language text, metadata jsonb, exact_tokens jsonb)
RETURNING id, identity, source_id, scope, language, content
"""
_RETIRE = """
WITH retired AS (
    UPDATE knowledge_chunks SET is_current = false WHERE id = ANY ($1::bigint[]) RETURNING id, scope
)
SELECT scope, array_agg(id ORDER BY id) AS ids FROM retired GROUP BY scope
"""
Effect = Callable[[UnitOfWork], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class NewChunk:
    content: str
    metadata: dict[str, Any] = field(default_factory=dict)
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ChunkReport:
    """``embedded``, ``failed`` and ``pending`` count the created and updated chunks.

    A failed one was refused by the embedding endpoint, a pending one was not reached in time. Both are found by their
    words at once, and by their meaning when a job has embedded them.
    """

    created: int
    updated: int
    skipped: int
    embedded: int
    failed: int
    pending: int

    def __add__(self, other: "ChunkReport") -> "ChunkReport":
        return ChunkReport(
            self.created + other.created,
            self.updated + other.updated,
            self.skipped + other.skipped,
            self.embedded + other.embedded,
            self.failed + other.failed,
            self.pending + other.pending,
        )


NOTHING = ChunkReport(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Chunks of one source by identity.

    ``replaces`` is a prefix of identities: current chunks below it that the batch does not hold are retired; None
    retires nothing. ``assistant_id`` names the assistant that alone knows the source, None where all of the tenant do.
    """

    source: str
    chunks: Mapping[str, NewChunk]
    replaces: str | None = None
    mime_type: str | None = None
    sha256: str | None = None
    assistant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is computed of one fresh chunk before a transaction is opened for it."""

    columns: dict[str, Any]
    vectors: Embedded | None
    pending: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a transaction wrote; ``ready`` is to be published when it has committed."""

    report: ChunkReport
    ready: Sequence[tuple[Row, Embedded]]


async def store(
    actor: Actor, batch: Batch, *, patience_s: float | None = PATIENCE_S, first: Effect | None = None
) -> ChunkReport:
    """Embed what is new, then store it; again where another writer changed the source in between.

    What is not embedded within ``patience_s`` is left to a job. ``first`` comes first in the transaction that stores:
    its effects are undone where that is, and what it raises undoes that. Raises Conflict where others change the source
    time after time.
    """
    until = None if patience_s is None else time.monotonic() + patience_s
    vectors: dict[Passage, Embedded | None] = {}
    for _ in range(_TRIES):
        async with unit_of_work(actor) as uow:
            fresh = _fresh(batch, await _current(uow, batch))
        prepared = await prepare(fresh, until=until, known=vectors)
        with suppress(_Outdated):
            async with unit_of_work(actor) as uow:
                written = await _written(uow, batch, prepared, first)
            await indexing.publish(actor.tenant_id, written.ready)
            return written.report
    raise Conflict(f"The source {batch.source} is being changed by others; try again", field="source")


class _Outdated(Exception):
    """The source changed since the batch was compared with it."""


async def _written(uow: UnitOfWork, batch: Batch, prepared: Mapping[str, Prepared], first: Effect | None) -> Written:
    if first is not None:
        await first(uow)
    written = await write(uow, batch, prepared)
    if written is None:
        raise _Outdated
    return written


async def prepare(
    chunks: Mapping[str, NewChunk], *, until: float | None = None, known: dict[Passage, Embedded | None] | None = None
) -> dict[str, Prepared]:
    """Embed chunks by identity and compute the rest of their columns. Not in a unit of work.

    ``until`` is a moment of ``time.monotonic``; ``known`` remembers vectors from one try to the next.
    """
    vectors = {} if known is None else known
    # Sentences, language and tokens of a long document take seconds, which other requests must not wait for.
    passages, columns = await asyncio.to_thread(_computed, chunks)
    missing = [passage for passage in dict.fromkeys(passages.values()) if passage not in vectors]
    vectors |= dict(zip(missing, await indexing.embed(missing, until=until), strict=False))
    return {
        identity: Prepared(columns[identity], vectors.get(passage), passage not in vectors)
        for identity, passage in passages.items()
    }


async def retire(uow: UnitOfWork, chunk_ids: Sequence[int]) -> None:
    """Take chunks out of the current knowledge: they are not found any more."""
    if chunk_ids:
        await indexing.forget(uow, chunk_ids)
        retired = await uow.rows(_RETIRE, list(chunk_ids))
        if providers().indexed_elsewhere:
            uow.emit(*(ChunksRemoved(tuple(row["ids"]), row["scope"]) for row in retired))


async def source_of(uow: UnitOfWork, batch: Batch) -> int:
    """The batch's source, made where it is new; locked until the unit of work ends."""
    (source,) = await uow.rows(_SOURCE, *_whose(uow, batch), batch.mime_type, batch.sha256)
    return int(source["id"])


def _whose(uow: UnitOfWork, batch: Batch) -> tuple[int, int | None, str]:
    return uow.tenant_id, batch.assistant_id, batch.source


async def _current(uow: UnitOfWork, batch: Batch) -> dict[str, Row]:
    """The current chunks that the batch may concern."""
    named = list(batch.chunks) if batch.replaces is None else None
    return {row["identity"]: row for row in await uow.rows(_CURRENT, *_whose(uow, batch), named)}


def _fresh(batch: Batch, current: Mapping[str, Row]) -> dict[str, NewChunk]:
    """Chunks that are not there, or there with other words."""
    return {
        identity: chunk
        for identity, chunk in batch.chunks.items()
        if identity not in current
        or (chunk.content, chunk.heading) != (current[identity]["content"], current[identity]["heading"])
    }


def _computed(fresh: Mapping[str, NewChunk]) -> tuple[dict[str, Passage], dict[str, dict[str, Any]]]:
    passages = {identity: Passage.of(chunk.content, chunk.heading) for identity, chunk in fresh.items()}
    return passages, {identity: _columns(identity, chunk) for identity, chunk in fresh.items()}


async def write(uow: UnitOfWork, batch: Batch, prepared: Mapping[str, Prepared]) -> Written | None:
    """Store what is fresh of a batch; None where more is fresh than was prepared: the source changed meanwhile."""
    # The source's row lock makes writers of one source follow one another.
    source_id = await source_of(uow, batch)
    current = await _current(uow, batch)
    fresh = _fresh(batch, current)
    if not fresh.keys() <= prepared.keys():
        return None
    updated = [identity for identity in fresh if identity in current]
    await retire(uow, [current[identity]["id"] for identity in (*updated, *_dropped(batch, current))])
    ready = await _insert(uow, source_id, batch.assistant_id, [prepared[identity] for identity in fresh])
    if len(ready) < len(fresh) or (fresh and providers().indexed_elsewhere):
        uow.emit(KnowledgeChanged(source_id))
    return Written(_report(batch, prepared, fresh, updated, ready), ready)


def _report(
    batch: Batch,
    prepared: Mapping[str, Prepared],
    fresh: Mapping[str, NewChunk],
    updated: Sequence[str],
    ready: Sequence[tuple[Row, Embedded]],
) -> ChunkReport:
    pending = sum(prepared[identity].pending for identity in fresh)
    return ChunkReport(
        created=len(fresh) - len(updated),
        updated=len(updated),
        skipped=len(batch.chunks) - len(fresh),
        embedded=len(ready),
        failed=len(fresh) - len(ready) - pending,
        pending=pending,
    )


def _dropped(batch: Batch, current: Mapping[str, Row]) -> list[str]:
    if batch.replaces is None:
        return []
    return [name for name in current if name.startswith(batch.replaces) and name not in batch.chunks]


async def _insert(
    uow: UnitOfWork, source_id: int, assistant_id: int | None, chunks: Sequence[Prepared]
) -> list[tuple[Row, Embedded]]:
    """Insert the chunks and the vectors of those that have one; the latter are returned."""
    columns = [chunk.columns for chunk in chunks]
    scope = SHARED if assistant_id is None else assistant_id
    rows = await uow.rows(_INSERT_CHUNKS, uow.tenant_id, source_id, orjson.dumps(columns).decode(), scope)
    vectors = {chunk.columns["identity"]: chunk.vectors for chunk in chunks}
    ready = [(row, found) for row in rows if (found := vectors[row["identity"]]) is not None]
    await indexing.put(uow, ready)
    return ready


def _columns(identity: str, chunk: NewChunk) -> dict[str, Any]:
    return {
        "identity": identity,
        "heading": chunk.heading[:512],
        "content": chunk.content,
        "language": identify(chunk.content),
        "metadata": chunk.metadata,
        "exact_tokens": exact_tokens(f"{chunk.heading}\n{chunk.content}"),
    }

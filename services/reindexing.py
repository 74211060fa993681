"""Vectors made anew: of chunks whose embedding failed, after a change of model, or for another store."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.actor import Actor, system_actor
from core.errors import ModelUnavailable
from core.events import KnowledgeChanged
from services import indexing, jobs
from services.indexing import Passage
from services.jobs import RunningJob
from services.providers import providers
from services.unit_of_work import Row, UnitOfWork, unit_of_work

_BATCH = 64
_JOB_BUDGET_S = 600.0
_PENDING = """
SELECT c.id, c.source_id, c.scope, c.language, c.content, c.heading
FROM knowledge_chunks c
WHERE c.tenant_id = $1 AND c.is_current AND c.id > $2 AND ($3::bigint IS NULL OR c.source_id = $3)
    AND ($4 OR NOT EXISTS (SELECT 1 FROM chunk_vectors v WHERE v.chunk_id = c.id AND v.model = $5))
ORDER BY c.id LIMIT $6
"""
_STORED = """
SELECT c.id, c.source_id, c.scope, c.language, c.content, v.embedding::real[] AS vector
FROM knowledge_chunks c JOIN chunk_vectors v ON v.chunk_id = c.id
WHERE c.tenant_id = $1 AND c.is_current AND c.source_id = $2 AND c.id > $3
ORDER BY c.id LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """``left`` says that time ran out before all were looked at."""

    success: int
    failed: int
    left: bool = False


async def reindex(
    actor: Actor, source_id: int | None, *, everything: bool = True, budget_s: float | None = None
) -> ReindexReport:
    """Embed current chunks again, or with ``everything`` false those without a vector of the present model."""
    until = None if budget_s is None else time.monotonic() + budget_s
    success = failed = after = 0
    while rows := await _pending(actor, source_id, after, everything):
        if until is not None and time.monotonic() >= until:
            return ReindexReport(success, failed, left=True)
        after = rows[-1]["id"]
        passages = await asyncio.to_thread(_passages, rows)
        found = zip(rows, await indexing.embed(passages), strict=True)
        ready = [(row, embedded) for row, embedded in found if embedded is not None]
        async with unit_of_work(actor) as uow:
            current = await _still_current(uow, [row["id"] for row, _ in ready])
            ready = [(row, embedded) for row, embedded in ready if row["id"] in current]
            await indexing.forget(uow, [row["id"] for row, _ in ready])
            await indexing.put(uow, ready)
        await indexing.publish(actor.tenant_id, ready)
        success, failed = success + len(ready), failed + len(rows) - len(ready)
    return ReindexReport(success, failed)


async def index_source(job: RunningJob, source_id: int) -> None:
    """A job: complete what a source lacks, and bring a store outside PostgreSQL up to date. Raises Unavailable.

    What it does not manage in its time it leaves to a job of its own kind, so that no document is too long for one.
    """
    actor = system_actor(job.tenant_id)
    report = await reindex(actor, source_id, everything=False, budget_s=_JOB_BUDGET_S)
    if report.failed:
        raise ModelUnavailable(f"{report.failed} chunks could not be embedded")
    if providers().indexed_elsewhere:
        await _copy(actor, source_id)
    async with unit_of_work(actor) as uow:
        if report.left:
            uow.emit(KnowledgeChanged(source_id))
        await jobs.finish(uow, job)


def _passages(rows: Sequence[Row]) -> list[Passage]:
    return [Passage.of(row["content"], row["heading"]) for row in rows]


async def forget_chunks(job: RunningJob, chunk_ids: list[int], scope: int) -> None:
    """A job: remove chunks from a store outside PostgreSQL. Raises Unavailable."""
    if providers().indexed_elsewhere:
        await providers().index.delete(job.tenant_id, chunk_ids, scope=scope)
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await jobs.finish(uow, job)


async def _pending(actor: Actor, source_id: int | None, after: int, everything: bool) -> list[Row]:
    model = providers().embedder.model
    async with unit_of_work(actor) as uow:
        return await uow.rows(_PENDING, uow.tenant_id, after, source_id, everything, model, _BATCH)


async def _still_current(uow: UnitOfWork, chunk_ids: list[int]) -> set[int]:
    """Those of the chunks that nobody replaced while they were embedded; locked until the unit of work ends."""
    rows = await uow.rows(
        "SELECT id FROM knowledge_chunks WHERE id = ANY ($1::bigint[]) AND is_current FOR UPDATE", chunk_ids
    )
    return {row["id"] for row in rows}


async def _copy(actor: Actor, source_id: int) -> None:
    after = 0
    while True:
        async with unit_of_work(actor) as uow:
            rows = await uow.rows(_STORED, uow.tenant_id, source_id, after, _BATCH)
        if not rows:
            return
        after = rows[-1]["id"]
        vectors = [np.asarray(row["vector"], dtype=np.float32) for row in rows]
        await providers().index.put(
            actor.tenant_id, [indexing.record(row, vector) for row, vector in zip(rows, vectors, strict=True)]
        )

"""A request embeds for so long; what is left of a long document is found by its words, and embedded by jobs."""

import pytest

from core.actor import Actor
from models.tenants import Tenant
from services import ingestion, reindexing, retrieval
from services.ingestion import Batch, NewChunk
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser
from tests.fixtures.work import DrainJobs
from tests.knowledge.shelf import admin_of

LONG = {
    f"#{number}": NewChunk(f"Paragraph {number} tells of apparatus X-{number:04} in detail.") for number in range(70)
}


async def without_vector(actor: Actor) -> int:
    async with unit_of_work(actor) as uow:
        (row,) = await uow.rows(
            "SELECT count(*) AS n FROM knowledge_chunks c WHERE is_current"
            " AND NOT EXISTS (SELECT 1 FROM chunk_vectors v WHERE v.chunk_id = c.id)"
        )
    return int(row["n"])


async def test_what_is_not_embedded_in_time_is_stored_and_left_to_a_job(
    tenant: Tenant, make_user: MakeUser, drain_jobs: DrainJobs
) -> None:
    actor = await admin_of(tenant, make_user)
    report = await ingestion.store(actor, Batch("long.md", LONG), patience_s=0)
    assert (report.created, report.embedded, report.failed, report.pending) == (70, 0, 0, 70)
    assert await without_vector(actor) == 70
    found = await retrieval.search(actor, "Where is apparatus X-0042?")
    assert "X-0042" in found.chunks[0].content
    await drain_jobs(tenant)
    assert await without_vector(actor) == 0


async def test_a_job_that_runs_out_of_time_is_followed_by_another(
    tenant: Tenant, make_user: MakeUser, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await admin_of(tenant, make_user)
    await ingestion.store(actor, Batch("long.md", LONG), patience_s=0)
    monkeypatch.setattr(reindexing, "_JOB_BUDGET_S", 1e-9)
    monkeypatch.setattr(reindexing, "_BATCH", 40)
    with pytest.raises(AssertionError, match="without end"):
        await drain_jobs(tenant)
    monkeypatch.undo()
    await drain_jobs(tenant)
    assert await without_vector(actor) == 0

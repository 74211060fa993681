"""Tasks that call third parties: what they look up first is looked up in the transaction that claims the job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from config.database import transaction
from models.tenants import Tenant
from services import jobs, unit_of_work
from services.jobs import SENT_LEASE_S
from tests.workers import tasks
from tests.workers.conftest import Enqueue, effects, rows, states, until
from workers import attempts
from workers.attempts import run_job
from workers.begun import Backlog
from workers.task import FRESH_S, TASKS

assert tasks.LEASE_S
STEPS = TASKS["tests.steps"]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Whose transactions were begun, one after the other."""
    tenants: list[int | None] = []

    @asynccontextmanager
    async def counted(tenant_id: int | None, **options: Any) -> AsyncIterator[Any]:
        tenants.append(tenant_id)
        async with transaction(tenant_id, **options) as client:
            yield client

    monkeypatch.setattr(jobs, "transaction", counted)
    monkeypatch.setattr(unit_of_work, "transaction", counted)
    return tenants


async def row_of(job_id: int) -> dict[str, Any]:
    (row,) = await rows(
        "SELECT state, attempts, last_error, run_after > now() AS later FROM jobs WHERE id = $1", job_id
    )
    return row


async def test_an_attempt_takes_two_transactions(enqueue: Enqueue, tenant: Tenant, begun: list[int]) -> None:
    (job_id,) = await enqueue(STEPS.name)
    begun.clear()
    await run_job(STEPS, job_id, tenant.id)
    assert begun == [tenant.id] * 2
    assert await states([job_id]) == {"done": 1}
    assert [len(await effects([job_id], kind)) for kind in ("look", "effect")] == [1, 1]


async def test_where_nothing_is_left_to_do_it_takes_one(enqueue: Enqueue, tenant: Tenant, begun: list[int]) -> None:
    (job_id,) = await enqueue(STEPS.name, nothing=True)
    begun.clear()
    await run_job(STEPS, job_id, tenant.id)
    assert begun == [tenant.id]
    assert await states([job_id]) == {"done": 1}
    assert await effects([job_id]) == []


async def test_a_task_that_ends_its_job_itself_is_not_looked_at_again(
    enqueue: Enqueue, tenant: Tenant, begun: list[int]
) -> None:
    (job_id,) = await enqueue("tests.work")
    begun.clear()
    await run_job(TASKS["tests.work"], job_id, tenant.id)
    assert len(begun) == 3, "the claim, what the task says first, its effect with the mark"


async def test_echoes_at_the_same_time_do_it_once(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue(STEPS.name, looks=0.1)
    await asyncio.gather(*(run_job(STEPS, job_id, tenant.id) for _ in range(4)))
    assert [len(await effects([job_id], kind)) for kind in ("look", "effect")] == [1, 1]


async def test_a_first_step_that_fails_is_an_attempt_and_leaves_nothing(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue(STEPS.name, refuse=True)
    await run_job(STEPS, job_id, tenant.id)
    told = "SERVICE_UNAVAILABLE: It was refused"
    assert await row_of(job_id) == {"state": "pending", "attempts": 1, "last_error": told, "later": True}
    assert await effects([job_id], "look") == []


async def test_a_job_whose_turn_has_not_come_is_put_back_by_two_transactions_more(
    enqueue: Enqueue, tenant: Tenant, begun: list[int]
) -> None:
    (job_id,) = await enqueue(STEPS.name, wait=60)
    begun.clear()
    await run_job(STEPS, job_id, tenant.id)
    assert len(begun) == 3
    row = await row_of(job_id)
    assert (row["state"], row["attempts"], row["later"]) == ("pending", 1, True)
    assert await effects([job_id], "look") == []


async def make_late(*job_ids: int) -> None:
    await rows(
        "UPDATE jobs SET state = 'sent', attempts = 0, lease_until = now() + make_interval(secs => $2)"
        " WHERE id = ANY($1) RETURNING id",
        list(job_ids),
        SENT_LEASE_S - FRESH_S - 1.0,
    )


async def counted_while_it_looks(job_id: int, tenant: Tenant) -> bool:
    """Whether the claim is there for all to see before the first step has ended; the worker stops in the middle."""
    stopping = asyncio.create_task(run_job(STEPS, job_id, tenant.id))

    async def is_held() -> bool:
        free = await rows("SELECT id FROM jobs WHERE id = $1 AND state = 'sent' FOR UPDATE SKIP LOCKED", job_id)
        return not free

    await until(is_held, 30.0)
    counted = bool(await rows("SELECT id FROM jobs WHERE id = $1 AND attempts = 1", job_id))
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    return counted


async def test_what_may_have_killed_its_worker_is_claimed_before_it_is_begun(
    enqueue: Enqueue, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "BACKLOG", Backlog())
    (job_id,) = await enqueue(STEPS.name, looks=60)
    await make_late(job_id)
    assert await counted_while_it_looks(job_id, tenant)


async def test_in_a_backlog_jobs_take_two_transactions_once(
    redis: Redis, enqueue: Enqueue, tenant: Tenant, begun: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "BACKLOG", Backlog())
    first, second = await enqueue(STEPS.name, count=2)
    taken = []
    for job_id in (first, second, second):
        await make_late(job_id)
        begun.clear()
        await run_job(STEPS, job_id, tenant.id)
        taken.append(len(begun))
        assert await states([job_id]) == {"done": 1}
    assert taken == [3, 2, 3], "the first tells of the backlog, the last comes again"

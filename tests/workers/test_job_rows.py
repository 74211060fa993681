"""A job's row decides: claims, leases, attempts, backoff, the dead."""

import pytest

from core.actor import Actor, Role, system_actor
from core.errors import Forbidden, InvalidTransition, NotFound
from core.paging import CursorPage
from core.refusals.transactions import JobSuperseded
from models.tenants import Tenant
from services import dispatch, jobs
from services.jobs import RunningJob
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant
from tests.workers import tasks
from tests.workers.conftest import Enqueue, effects, rows, states
from workers.attempts import run_job
from workers.task import TASKS

ADMIN = Role.ADMIN


async def claimed(enqueue: Enqueue, tenant: Tenant, *, lease_s: float = 60.0) -> RunningJob:
    (job_id,) = await enqueue("tests.work")
    job = await jobs.claim(job_id, tenant.id, lease_s=lease_s)
    assert job is not None
    return job


async def make_due(job_id: int) -> None:
    await rows("UPDATE jobs SET run_after = now() WHERE id = $1 RETURNING id", job_id)


async def test_one_of_two_claims_wins(enqueue: Enqueue, tenant: Tenant) -> None:
    job = await claimed(enqueue, tenant)
    assert job.attempt == 1
    assert await jobs.claim(job.id, tenant.id, lease_s=60) is None


async def test_a_job_of_another_tenant_cannot_be_claimed(enqueue: Enqueue, make_tenant: MakeTenant) -> None:
    (job_id,) = await enqueue("tests.work")
    assert await jobs.claim(job_id, (await make_tenant()).id, lease_s=60) is None
    assert await states([job_id]) == {"pending": 1}


async def test_an_attempt_that_was_replaced_can_neither_finish_nor_renew_nor_fail(
    enqueue: Enqueue, tenant: Tenant
) -> None:
    first = await claimed(enqueue, tenant, lease_s=-1)
    second = await jobs.claim(first.id, tenant.id, lease_s=60)
    assert second is not None
    assert second.attempt == 2
    with pytest.raises(JobSuperseded):
        await _finish(first)
    assert not await jobs.renew(first, lease_s=60)
    await jobs.fail(first, "late", max_attempts=1)
    assert await states([first.id]) == {"running": 1}
    await _finish(second)
    assert await states([first.id]) == {"done": 1}


async def _finish(job: RunningJob) -> None:
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await jobs.finish(uow, job)


async def test_effects_of_a_superseded_attempt_roll_back(enqueue: Enqueue, tenant: Tenant) -> None:
    job = await claimed(enqueue, tenant)
    await _finish(job)
    with pytest.raises(JobSuperseded):
        await _record_and_finish(job)
    assert await effects([job.id]) == []


async def _record_and_finish(job: RunningJob) -> None:
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await uow.rows("INSERT INTO test_effects VALUES ($1, 'effect', 1, 1)", job.id)
        await jobs.finish(uow, job)


async def test_the_sweeper_returns_what_nobody_renewed_and_buries_what_was_tried_too_often(
    enqueue: Enqueue, tenant: Tenant
) -> None:
    lapsed, spent = await claimed(enqueue, tenant, lease_s=-1), await claimed(enqueue, tenant, lease_s=-1)
    alive = await claimed(enqueue, tenant)
    await rows("UPDATE jobs SET attempts = 5 WHERE id = $1 RETURNING id", spent.id)
    await dispatch.sweep([dispatch.Limit("tests.work", 5)])
    assert await states([lapsed.id]) == {"pending": 1}
    assert await states([spent.id]) == {"dead": 1}
    assert await states([alive.id]) == {"running": 1}


async def test_the_death_of_a_job_in_the_sweep_is_followed_by_its_amends(enqueue: Enqueue, tenant: Tenant) -> None:
    spent = await claimed(enqueue, tenant, lease_s=-1)
    limits = [dispatch.Limit("tests.work", 1, amends="tests.amends")]
    await dispatch.sweep(limits)
    await dispatch.sweep(limits)
    followers = await rows("SELECT state, args FROM jobs WHERE task = 'tests.amends' AND tenant_id = $1", tenant.id)
    assert [row["state"] for row in followers] == ["pending"]
    assert await states([spent.id]) == {"dead": 1}


async def test_a_failing_job_backs_off_then_rests_with_its_reason(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue("tests.refuse")
    await run_job(TASKS["tests.refuse"], job_id, tenant.id)
    assert await states([job_id]) == {"pending": 1}
    assert await jobs.claim(job_id, tenant.id, lease_s=60) is None
    await make_due(job_id)
    await run_job(TASKS["tests.refuse"], job_id, tenant.id)
    (row,) = await rows("SELECT state, attempts, last_error FROM jobs WHERE id = $1", job_id)
    expected = {"state": "dead", "attempts": 2, "last_error": "SERVICE_UNAVAILABLE: The bank does not answer"}
    assert row == expected


async def test_what_another_attempt_cannot_mend_rests_at_once(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue("tests.refuse", final=True)
    await run_job(TASKS["tests.refuse"], job_id, tenant.id)
    assert await states([job_id]) == {"dead": 1}


async def test_no_secret_is_kept_with_a_failure(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue("tests.refuse", unexpected=True)
    await run_job(TASKS["tests.refuse"], job_id, tenant.id)
    (row,) = await rows("SELECT last_error FROM jobs WHERE id = $1", job_id)
    assert row["last_error"].startswith("ValueError: ")
    assert "abcdefgh" not in row["last_error"]


async def test_a_task_that_leaves_the_mark_to_the_runner_is_done_once(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue("tests.simple")
    for _ in range(3):
        await run_job(TASKS["tests.simple"], job_id, tenant.id)
    assert len(await effects([job_id])) == 1


async def test_a_long_task_keeps_its_lease(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue("tests.work", seconds=tasks.LEASE_S * 1.4)
    await run_job(TASKS["tests.work"], job_id, tenant.id)
    assert await states([job_id]) == {"done": 1}
    assert [row["attempt"] for row in await effects([job_id])] == [1]


async def test_an_admin_sees_and_retries_the_dead_of_their_tenant_alone(
    enqueue: Enqueue, tenant: Tenant, make_tenant: MakeTenant
) -> None:
    (job_id,) = await enqueue("tests.refuse", final=True)
    await run_job(TASKS["tests.refuse"], job_id, tenant.id)
    async with unit_of_work(Actor((await make_tenant()).id, ADMIN)) as uow:
        assert (await jobs.list_dead(uow, CursorPage(10))).rows == []
        with pytest.raises(NotFound):
            await jobs.retry(uow, job_id)
    async with unit_of_work(Actor(tenant.id, ADMIN)) as uow:
        assert [job.id for job in (await jobs.list_dead(uow, CursorPage(10))).rows] == [job_id]
        await jobs.retry(uow, job_id)
    assert await states([job_id]) == {"pending": 1}


async def test_only_admins_retry_and_only_the_dead(enqueue: Enqueue, tenant: Tenant) -> None:
    (job_id,) = await enqueue("tests.work")
    async with unit_of_work(Actor(tenant.id, Role.AGENT)) as uow:
        with pytest.raises(Forbidden):
            await jobs.retry(uow, job_id)
    async with unit_of_work(Actor(tenant.id, ADMIN)) as uow:
        with pytest.raises(InvalidTransition):
            await jobs.retry(uow, job_id)
    assert await states([job_id]) == {"pending": 1}


def test_the_backoff_grows_and_is_bounded() -> None:
    assert 0.5 <= jobs.backoff_s(1) <= 1.5
    assert 4 <= jobs.backoff_s(4) <= 12
    assert jobs.backoff_s(60) <= 450

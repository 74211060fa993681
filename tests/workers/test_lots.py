"""Tasks that only change rows: jobs that share a message and a transaction."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from dramatiq.brokers.redis import RedisBroker
from redis.asyncio import Redis

from config.settings import Settings
from core.actor import Actor, Role
from models.tenants import Tenant
from services import jobs
from services.dispatch import TakenJob
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant
from tests.workers import tasks
from tests.workers.conftest import Enqueue, effects, rows, states, until
from tests.workers.processes import running, workers_of
from workers.broker import make_broker, messages, send
from workers.lots import LOT, run_lot
from workers.task import FRESH_S, TASKS

assert tasks.LEASE_S
ROWS = TASKS["tests.rows"]


@pytest.fixture
async def broker(settings: Settings, redis: Redis) -> AsyncIterator[RedisBroker]:
    broker = make_broker(settings, {ROWS.name: ROWS})
    yield broker
    await asyncio.to_thread(broker.flush, ROWS.queue)
    broker.close()


async def mark_sent(job_ids: list[int], seconds_ago: float) -> None:
    await rows(
        "UPDATE jobs SET state = 'sent', lease_until = clock_timestamp() + make_interval(secs => $2)"
        " WHERE id = ANY($1) RETURNING id",
        job_ids,
        jobs.SENT_LEASE_S - seconds_ago,
    )


async def transactions(job_ids: list[int]) -> int:
    """In how many transactions the effects were left."""
    found = await rows("SELECT DISTINCT xmin::text FROM test_effects WHERE job_id = ANY($1)", job_ids)
    return len(found)


async def test_jobs_of_a_lot_are_done_in_one_transaction(enqueue: Enqueue, tenant: Tenant) -> None:
    job_ids = await enqueue(ROWS.name, count=7)
    await run_lot(ROWS, job_ids, tenant.id)
    assert await states(job_ids) == {"done": 7}
    assert [row["job_id"] for row in await effects(job_ids)] == job_ids
    assert await transactions(job_ids) == 1


async def test_a_lot_that_comes_twice_is_done_once(enqueue: Enqueue, tenant: Tenant) -> None:
    job_ids = await enqueue(ROWS.name, count=5)
    await asyncio.gather(*(run_lot(ROWS, job_ids, tenant.id) for _ in range(4)))
    assert [row["job_id"] for row in await effects(job_ids)] == job_ids


async def test_one_that_fails_takes_no_neighbour_with_it(enqueue: Enqueue, tenant: Tenant) -> None:
    good, bad = await enqueue(ROWS.name, count=3), await enqueue(ROWS.name, refuse=True)
    await run_lot(ROWS, sorted([*good, *bad]), tenant.id)
    assert await states(good) == {"done": 3}
    assert [row["job_id"] for row in await effects([*good, *bad])] == good
    (row,) = await rows("SELECT state, attempts, last_error FROM jobs WHERE id = ANY($1)", bad)
    assert row == {"state": "pending", "attempts": 1, "last_error": "SERVICE_UNAVAILABLE: It was refused"}


async def test_one_that_fails_for_good_becomes_a_dead_letter_that_can_be_retried(
    enqueue: Enqueue, tenant: Tenant
) -> None:
    (job_id,) = await enqueue(ROWS.name, refuse=True, final=True)
    await run_lot(ROWS, [job_id], tenant.id)
    assert await states([job_id]) == {"dead": 1}
    async with unit_of_work(Actor(tenant.id, Role.ADMIN)) as uow:
        await jobs.retry(uow, job_id)
    assert await states([job_id]) == {"pending": 1}


async def test_what_was_tried_before_is_claimed_and_counted(enqueue: Enqueue, tenant: Tenant) -> None:
    job_ids = await enqueue(ROWS.name, count=2)
    await rows("UPDATE jobs SET attempts = 2 WHERE id = $1 RETURNING id", job_ids[0])
    await run_lot(ROWS, job_ids, tenant.id)
    assert [row["attempt"] for row in await effects(job_ids)] == [3, 1]


async def test_jobs_that_waited_long_in_the_queue_are_done_together(
    redis: Redis, enqueue: Enqueue, tenant: Tenant
) -> None:
    job_ids = await enqueue(ROWS.name, count=7)
    await mark_sent(job_ids, FRESH_S + 1.0)
    await run_lot(ROWS, job_ids, tenant.id)
    assert await states(job_ids) == {"done": 7}
    assert await transactions(job_ids) == 1


async def test_the_echo_of_a_message_that_may_have_killed_its_worker_is_counted(
    redis: Redis, enqueue: Enqueue, tenant: Tenant
) -> None:
    job_ids = await enqueue(ROWS.name, count=3, seconds=5)
    await mark_sent(job_ids, FRESH_S + 1.0)
    dies = asyncio.create_task(run_lot(ROWS, job_ids, tenant.id))
    await until(lambda: _at_work(job_ids))
    dies.cancel()
    await asyncio.gather(dies, return_exceptions=True)
    await rows("""UPDATE jobs SET args = '{"seconds": 0}' WHERE id = ANY($1) RETURNING id""", job_ids)
    await mark_sent(job_ids, FRESH_S + 1.0)
    await run_lot(ROWS, job_ids, tenant.id)
    assert await states(job_ids) == {"done": 3}
    assert await transactions(job_ids) == 3


async def test_without_redis_jobs_that_waited_long_are_done_alone(
    redis: Redis, enqueue: Enqueue, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, stale = await enqueue(ROWS.name), await enqueue(ROWS.name, count=2)
    await mark_sent(fresh, 0.0)
    await mark_sent(stale, FRESH_S + 1.0)

    async def away(*_: object, **__: object) -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(redis, "set", away)
    await run_lot(ROWS, [*fresh, *stale], tenant.id)
    assert await states([*fresh, *stale]) == {"done": 3}
    assert await transactions(stale) == 2


async def test_jobs_of_another_tenant_are_left_alone(enqueue: Enqueue, make_tenant: MakeTenant) -> None:
    job_ids = await enqueue(ROWS.name, count=2)
    await run_lot(ROWS, job_ids, (await make_tenant()).id)
    assert await states(job_ids) == {"pending": 2}
    assert await effects(job_ids) == []


async def test_a_lot_that_is_cancelled_is_given_back_without_effects(enqueue: Enqueue, tenant: Tenant) -> None:
    job_ids = await enqueue(ROWS.name, count=3, seconds=5)
    await mark_sent(job_ids, 0.0)
    lot = asyncio.create_task(run_lot(ROWS, job_ids, tenant.id))
    await asyncio.sleep(0.3)
    lot.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lot
    assert await states(job_ids) == {"pending": 3}
    assert await effects(job_ids) == []


def test_a_message_carries_a_lot_of_one_task_and_tenant() -> None:
    taken = [TakenJob(number, 1 + number % 2, ROWS.name) for number in range(LOT * 3)]
    alone = [TakenJob(1000 + number, 1, "tests.work") for number in range(2)]
    carried = [message.args for message in messages(TASKS, [*taken, *alone])]
    lots = [args for args in carried if isinstance(args[0], list)]
    assert sorted(len(job_ids) for job_ids, _ in lots) == [LOT // 2, LOT // 2, LOT, LOT]
    assert all(job_id % 2 == tenant_id - 1 for job_ids, tenant_id in lots for job_id in job_ids)
    assert [args for args in carried if isinstance(args[0], int)] == [(1000, 1), (1001, 1)]


async def test_messages_are_stored_as_dramatiq_reads_them(redis: Redis, broker: RedisBroker) -> None:
    taken = [TakenJob(number, 1, ROWS.name) for number in range(LOT + 1)]
    assert await send(redis, broker, TASKS, taken) == {ROWS.queue: 2}
    consumer = broker.consume(ROWS.queue, prefetch=2, timeout=1)
    read = [message for _ in range(2) if (message := await asyncio.to_thread(next, consumer))]
    assert [len(message.args[0]) for message in read] == [LOT, 1]
    for message in read:
        consumer.ack(message)
    assert await asyncio.to_thread(broker.do_qsize, ROWS.queue) == 0


@pytest.mark.timeout(60)
async def test_a_worker_killed_in_a_lot_leaves_nothing_of_it_and_it_is_done_once(
    environment: dict[str, str], enqueue: Enqueue, tenant: Tenant
) -> None:
    with running("scheduler", environment), running("worker", environment, OPORA_WORKER_PROCESSES="1") as process:
        job_ids = await enqueue(ROWS.name, count=3, seconds=0.4)
        await until(lambda: _at_work(job_ids))
        os.kill(workers_of(process)[0], signal.SIGKILL)
        assert await effects(job_ids) == []
        await until(lambda: _all_done(job_ids))
    assert [row["job_id"] for row in await effects(job_ids)] == job_ids


async def _at_work(job_ids: list[int]) -> bool:
    """Whether a transaction holds the jobs."""
    free = await rows("SELECT id FROM jobs WHERE id = ANY($1) FOR UPDATE SKIP LOCKED", job_ids)
    return not free


async def _all_done(job_ids: list[int]) -> bool:
    return await states(job_ids) == {"done": len(job_ids)}

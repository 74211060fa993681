"""The relay: bounded queues, jobs sent again when Redis lost them, any number of relays."""

import asyncio
import contextvars
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from dramatiq.brokers.redis import RedisBroker
from redis.asyncio import Redis

import workers.relay
from config.settings import Settings
from models.tenants import Tenant
from services import dispatch, jobs
from tests.workers import tasks
from tests.workers.conftest import Enqueue, rows, states, until
from workers.broker import make_broker, queue_key
from workers.relay import Relay
from workers.task import TASKS

TESTS = {name: task for name, task in TASKS.items() if name.startswith("tests.")}
assert tasks.LEASE_S


@pytest.fixture
async def broker(settings: Settings, redis: Redis) -> AsyncIterator[RedisBroker]:
    broker = make_broker(settings, TESTS)
    await rows("UPDATE jobs SET state = 'done' WHERE task LIKE 'tests.%' AND state <> 'done' RETURNING id")
    await redis.delete(queue_key(broker, "tests"), queue_key(broker, "tests") + ".msgs")
    yield broker
    await redis.delete(queue_key(broker, "tests"), queue_key(broker, "tests") + ".msgs")
    broker.close()


@asynccontextmanager
async def relaying(redis: Redis, broker: RedisBroker) -> AsyncIterator[Relay]:
    relay = Relay(redis, broker, TESTS)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until_sent(job_ids: list[int]) -> None:
    async def sent() -> bool:
        return await states(job_ids) == {"sent": len(job_ids)}

    await until(sent)


async def test_two_relays_send_each_job_once(enqueue: Enqueue, redis: Redis, broker: RedisBroker) -> None:
    job_ids = await enqueue("tests.work", count=120)
    async with relaying(redis, broker), relaying(redis, broker):
        await until_sent(job_ids)
    assert await redis.llen(queue_key(broker, "tests")) == len(job_ids)


async def test_no_more_wait_in_a_queue_than_it_has_room_for(
    enqueue: Enqueue, redis: Redis, broker: RedisBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.relay, "QUEUE_ROOM", 20)
    job_ids = await enqueue("tests.work", count=50)
    async with relaying(redis, broker):
        await asyncio.sleep(1.5)
        assert await states(job_ids) == {"sent": 20, "pending": 30}
        await redis.ltrim(queue_key(broker, "tests"), 15, -1)
        await asyncio.sleep(1.2)
        assert await states(job_ids) == {"sent": 35, "pending": 15}


async def test_jobs_that_redis_lost_are_sent_again_at_once(enqueue: Enqueue, redis: Redis, broker: RedisBroker) -> None:
    job_ids = await enqueue("tests.work", count=10)
    async with relaying(redis, broker):
        await until_sent(job_ids)
        await redis.flushall()

        async def again() -> bool:
            return bool(await redis.llen(queue_key(broker, "tests")) == len(job_ids))

        assert await until(again) < jobs.SENT_LEASE_S / 3


async def test_a_send_that_fails_leaves_the_job_pending(
    enqueue: Enqueue, redis: Redis, broker: RedisBroker, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_ids = await enqueue("tests.work", count=3)

    def refuse(*_: object) -> None:
        raise OSError("Redis is full")

    monkeypatch.setattr(workers.relay, "send", refuse)
    relay = Relay(redis, broker, TESTS)
    await relay._room.measure(redis, workers.relay.QUEUE_ROOM)
    with pytest.raises(OSError, match="full"):
        await relay.relay(tenant.id)
    assert await states(job_ids) == {"pending": 3}


async def test_a_message_that_overtakes_the_relays_commit_is_claimed_all_the_same(
    enqueue: Enqueue, tenant: Tenant
) -> None:
    (job_id,) = await enqueue("tests.work")
    async with dispatch.hold(tenant.id) as holding:
        assert holding is not None
        await holding.take_jobs(["tests.work"], 1, lease_s=30)
        # A context of its own, as another process is: here the relay's transaction is the current one.
        claiming = asyncio.create_task(jobs.claim(job_id, tenant.id, lease_s=30), context=_fresh())
        await asyncio.sleep(0.1)
        assert not claiming.done()
    claimed = await claiming
    assert claimed is not None
    assert await states([job_id]) == {"running": 1}


def _fresh() -> contextvars.Context:
    return contextvars.Context()


async def test_a_tenant_has_one_owner_at_a_time(tenant: Tenant, database: None) -> None:
    async with dispatch.hold(tenant.id) as first:
        assert first is not None
        assert await asyncio.create_task(_can_hold(tenant.id), context=_fresh()) is False
    assert await _can_hold(tenant.id)


async def _can_hold(tenant_id: int) -> bool:
    async with dispatch.hold(tenant_id) as holding:
        return holding is not None


async def test_tasks_nobody_knows_are_left_alone(enqueue: Enqueue, redis: Redis, broker: RedisBroker) -> None:
    unknown = await enqueue("tests.from_the_future")
    known = await enqueue("tests.work")
    async with relaying(redis, broker):
        await until_sent(known)
    assert await states(unknown) == {"pending": 1}
    await rows("UPDATE jobs SET state = 'done' WHERE id = ANY($1) RETURNING id", [*unknown, *known])

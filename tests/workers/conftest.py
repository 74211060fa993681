"""Jobs of test tasks, and what they left behind."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from app.embedded.valkey import EmbeddedValkey
from config.redis import close_redis, open_redis
from config.settings import Settings
from core.actor import system_actor
from models.tenants import Tenant
from services.unit_of_work import Row, SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.servers import execute
from tests.workers.own_postgres import own_database, own_postgres  # noqa: F401  # fixtures

_ADD = """
INSERT INTO jobs (tenant_id, task, args, state, attempts, run_after, created_at)
SELECT $1, $2, $3::text::jsonb, 'pending', 0, clock_timestamp(), clock_timestamp() FROM generate_series(1, $4)
RETURNING id
"""
_EFFECTS = """
CREATE TABLE IF NOT EXISTS test_effects (job_id bigint, kind text, attempt int, pid int);
GRANT SELECT, INSERT ON test_effects TO opora_app, opora_system
"""

Enqueue = Callable[..., Awaitable[list[int]]]


async def rows(sql: str, *args: Any) -> list[Row]:
    """A look across tenants."""
    async with system_unit_of_work(SystemReason.COMMAND_LINE) as statements:
        return await statements.rows(sql, *args)


async def effects(jobs: Sequence[int], kind: str = "effect") -> list[Row]:
    """What the jobs left behind, in the order of jobs."""
    return await rows(
        "SELECT * FROM test_effects WHERE job_id = ANY($1) AND kind = $2 ORDER BY job_id", list(jobs), kind
    )


async def states(jobs: Sequence[int]) -> dict[str, int]:
    """How many of the jobs are in which state."""
    found = await rows("SELECT state, count(*) AS n FROM jobs WHERE id = ANY($1) GROUP BY state", list(jobs))
    return {row["state"]: row["n"] for row in found}


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 45.0) -> float:
    """Wait until it holds; returns the seconds it took. Fails after ``seconds``."""
    started = time.monotonic()
    while not await condition():
        assert time.monotonic() - started < seconds, "it did not happen in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


async def until_done(jobs: Sequence[int], seconds: float = 45.0) -> float:
    async def done() -> bool:
        return (await states(jobs)) == {"done": len(jobs)}

    return await until(done, seconds)


async def make_effects(owner_url: str) -> None:
    """The table that test tasks write to."""
    await execute(owner_url, _EFFECTS)


async def add_jobs(tenant_id: int, task: str, count: int, args: dict[str, object]) -> list[int]:
    async with unit_of_work(system_actor(tenant_id)) as uow:
        added = await uow.rows(_ADD, tenant_id, task, orjson.dumps(args).decode(), count)
    return [row["id"] for row in added]


@pytest.fixture
async def redis(settings: Settings, valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    client = open_redis(settings)
    yield client
    await close_redis()


@pytest.fixture
async def enqueue(database_url: str, database: None, tenant: Tenant) -> Enqueue:
    """`await enqueue("tests.work", seconds=1, count=5)`: pending jobs of the test's tenant; their ids."""
    await make_effects(database_url)

    async def add(task: str, *, count: int = 1, **args: object) -> list[int]:
        return await add_jobs(tenant.id, task, count, args)

    return add

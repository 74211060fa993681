"""Dramatiq as its guide has it, beside Opora's jobs: ``python -m dramatiq benchmarks.jobs_bare``.

Its own defaults: retries of the message, which is acknowledged after the actor returned. What
it carries is delivered at least once and lies in Redis alone.
"""

import asyncio
import os

import asyncpg
import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO

from benchmarks.jobs_work import EFFECT

NAMESPACE, QUEUE = "bare", "bare"
_CONNECTIONS = 8
broker = RedisBroker(url=os.environ.get("OPORA_REDIS_URL"), namespace=NAMESPACE)  # type: ignore[no-untyped-call]
broker.add_middleware(AsyncIO())
dramatiq.set_broker(broker)
_pools: list[asyncpg.Pool] = []
_making = asyncio.Lock()


async def _pool() -> asyncpg.Pool:
    """Connections of Dramatiq's event loop, made once."""
    async with _making:
        if not _pools:
            size = _CONNECTIONS
            _pools.append(await asyncpg.create_pool(os.environ["OPORA_DATABASE_URL"], min_size=size, max_size=size))
    return _pools[0]


@dramatiq.actor(queue_name=QUEUE)
def nothing(number: int) -> None:
    """Do nothing."""


@dramatiq.actor(queue_name=QUEUE)
async def insert(number: int) -> None:
    """The row that Opora's jobs leave."""
    await (await _pool()).execute(EFFECT, number)

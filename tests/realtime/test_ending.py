"""What runs for ever ends when it is told to, at whatever moment that is."""

import asyncio
import random

from redis.asyncio import Redis

from config.settings import Settings
from realtime.hub import Hub
from tests.realtime.conftest import Access
from workers.broker import make_broker
from workers.relay import Relay
from workers.schedule import Schedule


async def test_relay_hub_and_schedule_end_at_any_moment(
    settings: Settings, redis: Redis, database: None, access: Access
) -> None:
    broker, chance = make_broker(settings, {}), random.Random(5)
    for _ in range(40):
        works = (Relay(redis, broker, {}).run(), Hub(access.still_valid).run(), Schedule(settings, ()).run())
        running = [asyncio.create_task(work) for work in works]
        await asyncio.sleep(chance.random() * 0.03)
        for task in running:
            task.cancel()
        _, left = await asyncio.wait(running, timeout=5)
        assert not left
    broker.close()

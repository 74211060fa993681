"""The client of Redis leaves nothing open behind."""

import asyncio

import pytest
import redis

from app.embedded.valkey import EmbeddedValkey
from config.redis import close_redis, open_redis
from config.settings import Settings


async def test_who_connects_while_all_is_closed_stays_unconnected(settings: Settings, valkey: EmbeddedValkey) -> None:
    client = open_redis(settings)
    asking = asyncio.ensure_future(client.ping())
    # Until it waits for the server.
    await asyncio.sleep(0)
    await close_redis()
    with pytest.raises(redis.ConnectionError, match="closed meanwhile"):
        await asking

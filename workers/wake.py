"""Telling the relay at once that something was committed."""

import asyncio
import contextvars

import structlog
from redis.exceptions import RedisError

from config.redis import get_redis, namespace

logger = structlog.get_logger(__name__)


def wake_channel() -> str:
    return f"{namespace()}:wake"


class Waker:
    """Publishes the tenants that committed something: never waited for, never raises, many commits in one message.

    What does not arrive costs half a second: the relay looks by itself.
    """

    def __init__(self) -> None:
        self._tenants: set[int] = set()
        self._sending: asyncio.Task[None] | None = None

    def __call__(self, tenant_id: int) -> None:
        self._tenants.add(tenant_id)
        if self._sending is None or self._sending.done():
            # A context of its own: the caller's may hold a transaction that is about to end.
            loop = asyncio.get_running_loop()
            self._sending = loop.create_task(self._send(), context=contextvars.Context())

    async def _send(self) -> None:
        while self._tenants:
            tenants, self._tenants = self._tenants, set()
            try:
                await get_redis().publish(wake_channel(), ",".join(map(str, tenants)))
            except (RedisError, OSError, RuntimeError) as error:
                logger.debug("relay_not_woken", reason=str(error))

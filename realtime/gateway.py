"""The WebSockets that are open in all processes, as the health of the installation shows them.

Each process tells Redis its own number now and then, with the time; what a killed process told grows old and is left
out. While Redis does not answer a process knows of its own alone.
"""

import asyncio
import contextlib
import contextvars
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from config.redis import get_redis, namespace

_TELL_S = 15.0
_FRESH_S = 45.0
_PATIENCE_S = 0.5
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class GatewayFigures:
    """``total`` counts all that were ever opened, as long as Redis kept its memory."""

    open: int
    total: int


class Gateway:
    """The sockets of one process."""

    def __init__(self) -> None:
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._open = 0
        self._opened = 0
        """Since Redis was last told."""
        self._telling: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Count a socket as open for as long as the block lasts."""
        self._open += 1
        self._opened += 1
        if self._telling is None or self._telling.done():
            loop = asyncio.get_running_loop()
            self._telling = loop.create_task(self._keep_telling(), context=contextvars.Context())
        try:
            yield
        finally:
            self._open -= 1

    async def figures(self) -> GatewayFigures:
        """Of all processes; of this one where Redis does not answer."""
        try:
            await self._tell()
            async with asyncio.timeout(_PATIENCE_S), get_redis().pipeline(transaction=True) as pipe:
                pipe.hgetall(_open_key())
                pipe.get(_total_key())
                told, total = await pipe.execute()
        except (RedisError, OSError) as error:
            logger.info("sockets_counted_without_redis", error=type(error).__name__)
            return GatewayFigures(self._open, self._opened)
        states = [value.decode().split(":") for value in told.values()]
        fresh = [int(count) for count, at in states if float(at) > time.time() - _FRESH_S]
        return GatewayFigures(sum(fresh), int(total or 0))

    async def _keep_telling(self) -> None:
        """Until the last socket has closed and Redis knows it."""
        while self._open:
            await asyncio.sleep(_TELL_S)
            with contextlib.suppress(RedisError, OSError):
                await self._tell()

    async def _tell(self) -> None:
        opened, self._opened = self._opened, 0
        try:
            async with asyncio.timeout(_PATIENCE_S), get_redis().pipeline(transaction=True) as pipe:
                pipe.hset(_open_key(), self._name, f"{self._open}:{time.time():.0f}")
                pipe.expire(_open_key(), 3600)
                pipe.incrby(_total_key(), opened)
                await pipe.execute()
        except BaseException:
            self._opened += opened
            raise


GATEWAY = Gateway()
"""That of this process."""


def _open_key() -> str:
    # In braces, so that a cluster keeps in one place what one transaction touches.
    return "{" + namespace() + ":sockets}:open"


def _total_key() -> str:
    return "{" + namespace() + ":sockets}:total"

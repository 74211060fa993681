"""The one Redis subscription of a process: channels come and go with what its sockets watch."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.redis import Subscription, namespace

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
_PING_AFTER_S = 5.0
_DEAF_AFTER_S = 12.0
"""A connection that says nothing for so long, not even to a ping, is lost."""
logger = structlog.get_logger(__name__)


def event_channel(tenant_id: int, topic: str) -> str:
    return f"{namespace()}:events:{tenant_id}:{topic}"


def ephemeral_channel(tenant_id: int, topic: str) -> str:
    return f"{namespace()}:live:{tenant_id}:{topic}"


class Channels:
    """Keeps one connection subscribed to the wanted channels.

    ``on_message(channel, data)`` is called for each message, in order; ``on_uncertain()`` whenever messages may have
    been missed: after each connection, and again and again while there is none.
    """

    def __init__(
        self, client: Redis, on_message: Callable[[str, bytes], None], on_uncertain: Callable[[], None]
    ) -> None:
        self._redis = client
        self._on_message = on_message
        self._on_uncertain = on_uncertain
        self._wanted: dict[str, asyncio.Event] = {}
        self._late: set[str] = set()
        self._order = asyncio.Lock()
        self._line: Subscription | None = None
        self._pulse = f"{namespace()}:pulse"

    @property
    def connected(self) -> bool:
        return self._line is not None

    async def open(self, channel: str, *, patience_s: float = 1.0) -> None:
        """Receive a channel from now on. Returns when Redis has confirmed it, or when patience ends: the caller's
        ``on_uncertain`` is called as long as that is so.
        """
        confirmed = self._wanted.get(channel)
        if confirmed is None:
            confirmed = self._wanted[channel] = asyncio.Event()
            await self._tell("subscribe", channel)
        try:
            async with asyncio.timeout(patience_s if self.connected else 0.05):
                await confirmed.wait()
        except TimeoutError:
            self._late.add(channel)
            logger.info("channel_not_confirmed", channel=channel)

    async def close(self, channel: str) -> None:
        self._late.discard(channel)
        if self._wanted.pop(channel, None) is not None:
            await self._tell("unsubscribe", channel)

    async def run(self) -> None:
        """Connect, listen, and do so again for ever. Raises nothing but CancelledError."""
        pause = _FIRST_PAUSE_S
        while True:
            started = time.monotonic()
            try:
                async with Subscription(self._redis.connection_pool) as line:
                    await self._converse(line)
            except (RedisError, OSError, RuntimeError) as error:
                logger.info("channels_lost", reason=str(error) or type(error).__name__)
            except Exception:
                logger.exception("channels_failed")
            finally:
                self._hang_up()
            pause = _FIRST_PAUSE_S if time.monotonic() - started > 10 else min(pause * 2, _LONGEST_PAUSE_S)
            self._on_uncertain()
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311

    async def _tell(self, command: str, channel: str) -> None:
        # In the order in which they were decided: a channel that is closed and opened again stays open.
        async with self._order:
            try:
                if self._line is not None:
                    await getattr(self._line, command)(channel)
            except (RedisError, OSError, RuntimeError):
                logger.info("channel_command_failed", command=command)

    def _hang_up(self) -> None:
        self._line = None
        for confirmed in self._wanted.values():
            confirmed.clear()

    async def _converse(self, line: Subscription) -> None:
        await line.subscribe(self._pulse)
        self._line = line
        wanted = list(self._wanted)
        if wanted:
            await line.subscribe(*wanted)
        unconfirmed = set(wanted)
        if not unconfirmed:
            self._on_uncertain()
        heard = time.monotonic()
        while True:
            message = await line.get_message(timeout=_PING_AFTER_S)
            if message is not None:
                heard = time.monotonic()
                self._take(message)
                if unconfirmed and message["type"] == "subscribe":
                    unconfirmed.discard(message["channel"].decode())
                    if not unconfirmed:
                        self._on_uncertain()
            elif time.monotonic() - heard > _DEAF_AFTER_S:
                raise OSError("Redis does not answer")
            else:
                await line.ping()

    def _take(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode() if message["channel"] else ""
        if message["type"] == "message":
            self._on_message(channel, message["data"])
        elif message["type"] == "subscribe" and channel in self._wanted:
            self._wanted[channel].set()
            if channel in self._late:
                self._late.discard(channel)
                self._on_uncertain()

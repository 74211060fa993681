"""The Redis client of this process. Redis is a courier: nothing that is only there may matter."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import redis
import redis.asyncio
from redis.asyncio.client import PubSub
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from config.settings import Settings, get_settings
from core.errors import Unavailable

_CONNECT_S = 2.0
_ANSWER_S = 5.0
_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": _CONNECT_S,
    "socket_timeout": _ANSWER_S,
    "socket_keepalive": True,
    "protocol": 2,
}
_open: list[redis.asyncio.Redis] = []


class _CancellableConnection(AbstractConnection):
    """A connection whose user may be cancelled at any await.

    It closes when it is cancelled while it connects: the client would leave it open, half-way through its handshake,
    and where the pool is closed already nobody would ever close it. It bounds sending by ``asyncio.timeout``: the
    client's ``asyncio.wait_for`` may lose a cancellation that arrives as the send ends, before Python 3.12.
    """

    is_over = False
    """Of all connections of a client, once that is closed."""

    async def connect_check_health(self, check_health: bool = True, retry_socket_connect: bool = True) -> None:
        """Raises redis.ConnectionError, redis.TimeoutError."""
        try:
            await super().connect_check_health(check_health, retry_socket_connect)
            if self.is_over:
                raise redis.ConnectionError("Redis was closed meanwhile")
        except BaseException:
            self._close()  # type: ignore[no-untyped-call]  # without waiting, which a cancelled task cannot
            raise

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Raises redis.TimeoutError, redis.ConnectionError."""
        patience, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(patience):
                await super().send_packed_command(command, check_health)
        except TimeoutError:
            raise redis.TimeoutError("Timeout writing to socket") from None
        finally:
            self.socket_timeout = patience


class Subscription(PubSub):
    """A subscription that fails for good when its connection is lost. The client's own would reconnect without a
    word, and what was published in between would be missed without a trace.
    """

    async def connect(self) -> None:
        """Connect once. Raises redis.ConnectionError when called for a connection that was lost."""
        present = getattr(self, "connection", None)
        if present is not None and not present.is_connected:
            raise redis.ConnectionError("The connection of the subscription was lost")
        await super().connect()  # type: ignore[no-untyped-call]  # it has no types

    async def on_connect(self, connection: AbstractConnection) -> None:
        """Called for a second connection only. Raises redis.ConnectionError."""
        raise redis.ConnectionError("The connection of the subscription was lost")

    async def _reconnect(
        self, conn: AbstractConnection, error: BaseException | None = None, *_: Any, **__: Any
    ) -> None:
        # One task reads and others subscribe: a reconnection by one would read beside the other.
        await conn.disconnect(nowait=True)
        raise redis.ConnectionError("The connection of the subscription was lost") from error


def redis_url(settings: Settings | None = None) -> str:
    """Raises Unavailable where no server is configured."""
    url = (settings or get_settings()).redis.url
    if url is None:
        raise Unavailable("OPORA_REDIS_URL is not set; `opora up` starts an embedded server")
    return url.get_secret_value()


def namespace(settings: Settings | None = None) -> str:
    """What all our keys and channels begin with.

    It holds the number of the database in the address, because channels know no databases: installations that share
    a server take a number each.
    """
    number = urlsplit(redis_url(settings)).path.strip("/")
    return "opora" if number in ("", "0") else f"opora{number}"


def new_client(settings: Settings | None = None) -> redis.asyncio.Redis:
    """A client of its own, with short timeouts and one retry for connections that went stale."""
    retry = AsyncRetry(ConstantBackoff(0.02), 1)
    client = redis.asyncio.Redis.from_url(redis_url(settings), retry=retry, **_OPTIONS)
    make_cancellable(client.connection_pool)
    return client


def make_cancellable(pool: redis.asyncio.ConnectionPool) -> None:
    """Let the pool's connections be given up at any await, without one that stays open unseen."""
    plain = pool.connection_class
    pool.connection_class = type(plain.__name__, (_CancellableConnection, plain), {})


def new_blocking_client(settings: Settings | None = None) -> redis.Redis:
    """As :func:`new_client`, for threads: the job broker's."""
    retry = Retry(ConstantBackoff(0.02), 1)
    return redis.Redis.from_url(redis_url(settings), retry=retry, **_OPTIONS)


def open_redis(settings: Settings | None = None) -> redis.asyncio.Redis:
    """Prepare this process's client; connections are made at first use."""
    _open.append(new_client(settings))
    return _open[-1]


def get_redis() -> redis.asyncio.Redis:
    """The process's client. Raises RuntimeError before :func:`open_redis`."""
    if not _open:
        raise RuntimeError("Redis is not open")
    return _open[-1]


@dataclass(frozen=True, slots=True)
class RedisState:
    """``memory_bytes`` is what the server uses, ``clients`` who is connected to it."""

    memory_bytes: int
    clients: int


async def redis_state() -> RedisState:
    """Ask the server how it is. Raises Unavailable where it does not answer."""
    try:
        async with asyncio.timeout(_CONNECT_S):
            told = await get_redis().info()
    except (redis.RedisError, OSError) as error:
        raise Unavailable("Redis does not answer") from error
    return RedisState(int(told["used_memory"]), int(told["connected_clients"]))


async def close_redis() -> None:
    """Close the process's client. Who asks it still gets redis.ConnectionError, and opens nothing any more."""
    client = _open.pop()
    client.connection_pool.connection_class.is_over = True  # type: ignore[attr-defined]  # `make_cancellable` made it
    await client.aclose()

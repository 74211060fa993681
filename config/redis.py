"""The Redis client of this process. Redis is a courier: nothing that is only there may matter."""

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


class Subscription(PubSub):
    """A subscription that fails when its connection is lost. The client's own would reconnect without a word, and
    what was published in between would be missed without a trace.
    """

    async def on_connect(self, connection: AbstractConnection) -> None:
        raise redis.ConnectionError("The connection of the subscription was lost")


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
    return redis.asyncio.Redis.from_url(redis_url(settings), retry=retry, **_OPTIONS)


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


async def close_redis() -> None:
    await _open.pop().aclose()

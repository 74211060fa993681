"""Rate limits by the library `limits`: a moving window in Redis, counted by all processes together.

While Redis does not answer each process counts by itself: never an error, never unlimited.
"""

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from config.redis import make_cancellable
from config.settings import Settings, get_settings
from services.rate_limits import UNLIMITED, Bucket, Decision

logger = structlog.get_logger(__name__)

_PATIENCE_S = 0.25
_PAUSE_S = 2.0
"""How long Redis is left alone after a failure: no request waits for it in between."""


class RateLimits:
    """The :class:`services.rate_limits.RateLimiter` of a process."""

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or get_settings()
        self._enabled = settings.limits.rate_limits
        self._items = _items(settings)
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        url = settings.redis.url
        self._pool = None if url is None else _pool(url.get_secret_value())
        self._redis = None if self._pool is None else MovingWindowRateLimiter(_storage(self._pool))
        self._redis_again_at = 0.0

    async def check(self, bucket: Bucket, *identities: str) -> Decision:
        """Count one request against each identity; the tightest decision holds. Never raises."""
        if not self._enabled or not identities:
            return UNLIMITED
        decisions = [await self._count(bucket, identity) for identity in identities]
        return _tightest(decisions)

    async def close(self) -> None:
        """Let go of the connections to Redis."""
        if self._pool is not None:
            await self._pool.disconnect()

    async def _count(self, bucket: Bucket, identity: str) -> Decision:
        decisions = [await self._within(item, counted, identity) for item, counted in self._items[bucket]]
        return _tightest(decisions or [UNLIMITED])

    async def _within(self, item: RateLimitItem, bucket: Bucket, identity: str) -> Decision:
        if self._redis is not None and time.monotonic() >= self._redis_again_at:
            try:
                return await _decide(self._redis, item, bucket, identity)
            except (RedisError, OSError, TimeoutError) as error:
                self._redis_again_at = time.monotonic() + _PAUSE_S
                logger.warning("rate_limits_without_redis", error=type(error).__name__)
        return await _decide(self._memory, item, bucket, identity)


def _tightest(decisions: Sequence[Decision]) -> Decision:
    return min(decisions, key=lambda one: (one.allowed, one.remaining, -one.retry_after))


async def _decide(limiter: MovingWindowRateLimiter, item: RateLimitItem, bucket: Bucket, identity: str) -> Decision:
    allowed = await limiter.hit(item, bucket, identity)
    window = await limiter.get_window_stats(item, bucket, identity)
    wait = window.reset_time - time.time()
    return Decision(
        allowed=allowed,
        limit=item.amount,
        remaining=max(0, window.remaining) if allowed else 0,
        reset=math.ceil(window.reset_time),
        retry_after=0 if allowed else max(1, math.ceil(wait)),
    )


def _items(settings: Settings) -> Mapping[Bucket, Sequence[tuple[RateLimitItem, Bucket]]]:
    """What a request of each kind counts in: the window, and whose count it is."""
    limits = settings.limits
    other = (RateLimitItemPerMinute(limits.other_per_minute), Bucket.OTHER)
    return {
        Bucket.AUTH: [(RateLimitItemPerMinute(limits.auth_per_minute), Bucket.AUTH)],
        Bucket.LOGIN: [(RateLimitItemPerMinute(limits.login_per_5_minutes, 5), Bucket.LOGIN)],
        Bucket.RESEND: [
            (RateLimitItemPerMinute(limits.resend_per_minute), Bucket.RESEND),
            (RateLimitItemPerDay(limits.resend_per_day), Bucket.RESEND),
        ],
        Bucket.AGENT: [(RateLimitItemPerMinute(limits.agent_per_minute), Bucket.AGENT)],
        Bucket.HANDOFF: [(RateLimitItemPerMinute(limits.handoff_per_minute), Bucket.HANDOFF)],
        Bucket.TOP_UP: [(RateLimitItemPerMinute(limits.top_up_per_10_minutes, 10), Bucket.TOP_UP), other],
        Bucket.UPLOAD: [(RateLimitItemPerMinute(limits.uploads_per_5_minutes, 5), Bucket.UPLOAD), other],
        Bucket.OTHER: [other],
        Bucket.WEBHOOK: [],
        Bucket.GRAPHQL: [(RateLimitItemPerMinute(limits.graphql_per_minute), Bucket.GRAPHQL)],
        Bucket.WEBSOCKET: [(RateLimitItemPerMinute(limits.websocket_per_minute), Bucket.WEBSOCKET)],
    }


def _pool(url: str) -> ConnectionPool:
    pool = ConnectionPool.from_url(
        url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S, retry=Retry(NoBackoff(), 0)
    )
    make_cancellable(pool)
    return pool


def _storage(pool: ConnectionPool) -> RedisStorage:
    # The pool says where Redis is; of the address the library reads only which client to use.
    options: dict[str, Any] = {"connection_pool": pool}
    return RedisStorage("async+redis://", implementation="redispy", key_prefix="opora:limits", **options)

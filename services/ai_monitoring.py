"""How the pool of AI tokens does: its endpoints by priority, and how often a request had to go on to another."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from config.settings import get_settings
from core.actor import Actor
from core.errors import Forbidden
from services.ai_tries import CUT_OFF
from services.unit_of_work import Row, SystemReason, system_unit_of_work

WINDOW_DAYS = 30
_HEALTHY_PERCENT = 90.0
# Requests in flight for each token, on average over the last minute (Little's law).
_MEDIUM_LOAD, _HIGH_LOAD = 0.5, 2.0
_POOLS = """
WITH days AS (
    SELECT token_id, sum(requests) AS requests, sum(failures) AS failures, sum(total_ms) AS total_ms
    FROM ai_token_days WHERE day > (now() AT TIME ZONE 'UTC')::date - $2::int GROUP BY token_id
), busy AS (
    SELECT token_id, sum(duration_ms) / 60000.0 AS in_flight FROM ai_usage
    WHERE created_at > now() - interval '1 minute' AND token_id IS NOT NULL GROUP BY token_id
)
SELECT coalesce(t.base_url, $1, '') AS base_url, t.priority, count(*) FILTER (WHERE t.is_active) AS active,
       count(*) FILTER (WHERE t.is_active AND t.rests_until > now()) AS resting,
       coalesce(sum(d.requests), 0)::bigint AS requests, coalesce(sum(d.failures), 0)::bigint AS failures,
       coalesce(sum(d.total_ms), 0)::bigint AS total_ms, coalesce(sum(b.in_flight), 0)::float AS in_flight
FROM ai_tokens t LEFT JOIN days d ON d.token_id = t.id LEFT JOIN busy b ON b.token_id = t.id
GROUP BY 1, 2 ORDER BY 2, 1
"""
_FAILOVERS = """
SELECT count(*) AS total, max(created_at) AS last, mode() WITHIN GROUP (ORDER BY error) AS error
FROM ai_usage WHERE created_at > now() - make_interval(days => $1) AND error IS NOT NULL AND error <> $2
"""


class PoolStatus(StrEnum):
    """``degraded``: some tokens rest, or fewer than nine of ten requests succeed; ``down``: none can be asked."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"


class Load(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Pool:
    """Tokens of one endpoint and priority, over the last 30 days. ``success_rate`` is in percent, times in ms."""

    pool_id: str
    status: PoolStatus
    active_tokens: int
    total_requests: int
    success_rate: float
    avg_response_time: int
    current_load: Load


@dataclass(frozen=True, slots=True)
class Failovers:
    """Requests that failed and, where somebody was left, went on to another token, over the last 30 days."""

    total: int
    last_at: datetime | None
    most_common_error: str | None


async def pools(actor: Actor) -> list[Pool]:
    """The pool's parts, first choice first. Raises Forbidden for all but a superadmin."""
    _check(actor)
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        rows = await statements.rows(_POOLS, get_settings().llm.base_url, WINDOW_DAYS)
    return [_pool(row) for row in rows]


async def failovers(actor: Actor) -> Failovers:
    """Raises Forbidden for all but a superadmin."""
    _check(actor)
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        row = await statements.row(_FAILOVERS, WINDOW_DAYS, CUT_OFF)
    return Failovers(row["total"], row["last"], row["error"]) if row else Failovers(0, None, None)


def _check(actor: Actor) -> None:
    if not actor.is_superadmin:
        raise Forbidden


def _pool(row: Row) -> Pool:
    requests = row["requests"]
    succeeded = 100.0 * (requests - row["failures"]) / requests if requests else 100.0
    return Pool(
        pool_id=f"{urlsplit(row['base_url']).netloc or 'unset'}-{row['priority']}",
        status=_status(row["active"], row["resting"], succeeded),
        active_tokens=row["active"],
        total_requests=requests,
        success_rate=round(succeeded, 1),
        avg_response_time=round(row["total_ms"] / requests) if requests else 0,
        current_load=_load(row["in_flight"] / max(1, row["active"])),
    )


def _status(active: int, resting: int, succeeded: float) -> PoolStatus:
    if active == resting:
        return PoolStatus.DOWN
    return PoolStatus.DEGRADED if resting or succeeded < _HEALTHY_PERCENT else PoolStatus.HEALTHY


def _load(in_flight: float) -> Load:
    return Load.HIGH if in_flight >= _HIGH_LOAD else Load.MEDIUM if in_flight >= _MEDIUM_LOAD else Load.LOW

"""🔧 Мониторинг AI прокси: how the pool of AI tokens does, over the last 30 days."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from core.actor import Actor, Role
from rest.operations import Examples, Group
from rest.replyx import ai_tokens_examples as examples
from rest.replyx.words import moment
from services import ai_monitoring
from services.ai_monitoring import Failovers, Pool
from services.rate_limits import Bucket

group = Group("Административные API", Bucket.OTHER)

_ERRORS: Mapping[str, str] = {"rate_limited": "rate_limit_exceeded", "timed_out": "timeout"}
"""Errors that the document, or the provider's reference, calls otherwise."""


class ProxyPoolView(msgspec.Struct):
    """Tokens of one endpoint and priority. ``success_rate`` in percent, ``avg_response_time`` in milliseconds."""

    pool_id: str
    status: str
    active_tokens: int
    total_requests: int
    success_rate: float
    avg_response_time: int
    current_load: str

    @classmethod
    def of(cls, pool: Pool) -> "ProxyPoolView":
        return cls(
            pool_id=pool.pool_id,
            status=pool.status.value,
            active_tokens=pool.active_tokens,
            total_requests=pool.total_requests,
            success_rate=pool.success_rate,
            avg_response_time=pool.avg_response_time,
            current_load=pool.current_load.value,
        )


class FailoverView(msgspec.Struct):
    total_failovers: int
    last_failover: datetime | None
    most_common_error: str | None

    @classmethod
    def of(cls, told: Failovers) -> "FailoverView":
        error = told.most_common_error
        last = None if told.last_at is None else moment(told.last_at)
        return cls(told.total, last, None if error is None else _ERRORS.get(error, error))


class ProxyMonitoringView(msgspec.Struct):
    proxy_pools: list[ProxyPoolView]
    failover_stats: FailoverView


@group.get(
    "/admin/proxy/monitoring", "Мониторинг AI прокси системы", role=Role.SUPERADMIN,
    examples=Examples(response=examples.MONITORING),
)  # fmt: skip
async def watch_proxy(actor: Actor) -> ProxyMonitoringView:
    """Пулы: токены одного адреса и приоритета. Все цифры за последние 30 дней."""
    pools = [ProxyPoolView.of(pool) for pool in await ai_monitoring.pools(actor)]
    return ProxyMonitoringView(pools, FailoverView.of(await ai_monitoring.failovers(actor)))

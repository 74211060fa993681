"""The dashboard: health, its history, alerts, the log."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from core.paging import CursorPage
from realtime.monitoring import alert_of, watch_monitoring
from resolvers.policy import Requires, query, subscription
from schema.types.context import Info
from schema.types.monitoring import (
    Alert,
    AlertChange,
    AlertChanged,
    HealthSampled,
    LogFilter,
    LogRecord,
    MonitoringEvent,
    SystemHealth,
    SystemMetrics,
)
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import BigInt
from services import alerts, log_records, monitoring
from services.events import StoredEvent
from services.monitoring import MOST_HOURS
from services.unit_of_work import unit_of_work

Hours = Annotated[int, strawberry.argument(description=f"How far back, 1 to {MOST_HOURS}.")]
OnlyOpen = Annotated[
    bool | None, strawberry.argument(description="True: those that are open; false: those that closed; absent: all.")
]


@strawberry.type
class MonitoringQuery:
    @query(Requires.MONITORING_READ)
    async def system_health(self, info: Info) -> SystemHealth:
        """The machine as it was last sampled, and what is open."""
        async with unit_of_work(info.context.actor) as uow:
            return SystemHealth.of(await monitoring.health(uow))

    @query(Requires.MONITORING_READ)
    async def system_metrics(self, info: Info, hours: Hours = 24) -> SystemMetrics:
        """How the machine did, in 500 points at most."""
        async with unit_of_work(info.context.actor) as uow:
            return SystemMetrics.of(*await monitoring.series(uow, hours=hours))

    @query(Requires.MONITORING_READ)
    async def alerts(
        self, info: Info, first: First = 20, after: After = None, open: OnlyOpen = None
    ) -> Connection[Alert]:
        """Alerts of the installation, newest first."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await alerts.page_alerts(uow, page, is_open=open)
        return connection(rows, node=Alert.of, key=lambda alert: alert.id, after=after)

    @query(Requires.MONITORING_READ)
    async def logs(
        self, info: Info, first: First = 20, after: After = None, filter: LogFilter | None = None
    ) -> Connection[LogRecord]:
        """Lines of the log about the tenant, newest first; the default tenant has those about none as well."""
        page, chosen = CursorPage.checked(first, after), _chosen(filter or LogFilter())
        async with unit_of_work(info.context.actor) as uow:
            rows = await log_records.page_lines(uow, chosen, page)
        return connection(rows, node=LogRecord.of, key=lambda line: line.id, after=after)


@strawberry.type
class MonitoringSubscription:
    @subscription(Requires.MONITORING_READ)
    async def monitoring_events(self, info: Info, after: BigInt | None = None) -> AsyncGenerator[MonitoringEvent, None]:
        """The figures at once and every period, and alerts as they change: those behind `after`, then live ones."""
        async with aclosing(watch_monitoring(info.context.actor, after=after)) as items:
            async for item in items:
                yield (
                    await _shown(item) if isinstance(item, StoredEvent) else HealthSampled(health=SystemHealth.of(item))
                )


async def _shown(event: StoredEvent) -> AlertChanged:
    row = await alert_of(event)
    return AlertChanged(
        seq=BigInt(event.seq),
        at=event.at,
        change=AlertChange(event.kind),
        alert=None if row is None else Alert.of(row),
    )


def _chosen(given: LogFilter) -> log_records.LogFilter:
    return log_records.LogFilter(given.level, given.source)

"""The dashboard: health, its history, the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor, Role
from core.languages import Language
from core.paging import CursorPage
from models.monitoring import Alert, LogLevel, LogRecord, Metric, Severity
from rest.itdesk import dashboard_examples as examples
from rest.itdesk.tickets import TicketView
from rest.itdesk.words import moment, moment_or_none
from rest.operations import Examples, Group
from rest.shapes import any_case, words
from services import alerts, categories, log_records, monitoring
from services.log_records import LONGEST_SOURCE, LogFilter
from services.monitoring import MOST_HOURS, Health, Metrics, Point
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Dashboard", Bucket.OTHER)

MOST_LINES = 100
_SOURCE = words(LONGEST_SOURCE, blank=True)
_LEVEL = {"pattern": any_case(*LogLevel)}


class HealthView(msgspec.Struct):
    """Usages are percentages of the machine as it was last sampled; tickets those of the caller's tenant."""

    cpu_usage: float
    memory_usage: float
    disk_usage: float
    uptime_hours: float
    active_alerts: int
    open_tickets: int

    @classmethod
    def of(cls, health: Health) -> "HealthView":
        return cls(
            health.cpu, health.memory, health.disk, health.uptime_hours, health.active_alerts, health.open_tickets
        )


class PointView(msgspec.Struct):
    timestamp: datetime
    value: float


class AlertView(msgspec.Struct):
    id: int
    hostname: str
    metric: Metric
    severity: Severity
    message: str
    value: float
    threshold: float
    state: Literal["opened", "closed"]
    created_at: datetime
    resolved_at: datetime | None

    @classmethod
    def of(cls, alert: Alert) -> "AlertView":
        return cls(
            id=alert.id,
            hostname=alert.host,
            metric=alert.metric,
            severity=alert.severity,
            message=alerts.message(alert, Language.ENGLISH),
            value=round(alert.value, 1),
            threshold=alert.threshold,
            state="opened" if alert.closed_at is None else "closed",
            created_at=moment(alert.opened_at),
            resolved_at=moment_or_none(alert.closed_at),
        )


class MetricsView(msgspec.Struct):
    """Each history is oldest first and has 500 points at most."""

    system_health: HealthView
    cpu_history: list[PointView]
    memory_history: list[PointView]
    disk_history: list[PointView]
    recent_alerts: list[AlertView]
    recent_tickets: list[TicketView]

    @classmethod
    def of(cls, found: Metrics, recent_tickets: list[TicketView]) -> "MetricsView":
        return cls(
            HealthView.of(found.health),
            _history(found.history, Metric.CPU),
            _history(found.history, Metric.MEMORY),
            _history(found.history, Metric.DISK),
            [AlertView.of(alert) for alert in found.recent_alerts],
            recent_tickets,
        )


class LogLineView(msgspec.Struct):
    """``metadata`` is a JSON object as text."""

    id: int
    level: str
    message: str
    source: str
    hostname: str
    timestamp: datetime
    metadata: str

    @classmethod
    def of(cls, line: LogRecord) -> "LogLineView":
        metadata = msgspec.json.encode(line.metadata).decode()
        logged_at = moment(line.logged_at)
        return cls(line.id, line.level, line.message, line.source, line.hostname, logged_at, metadata)


class MetricsQuery(msgspec.Struct):
    hours: Annotated[int, msgspec.Meta(ge=1, le=MOST_HOURS, description="Number of hours of historical data")] = 24


class LogQuery(msgspec.Struct):
    """``level`` in any case; ``source`` is the whole name. What is left blank does not narrow."""

    level: Annotated[str, msgspec.Meta(description="Log level filter", extra_json_schema=_LEVEL)] | UnsetType = UNSET
    source: Annotated[str, msgspec.Meta(description="Log source filter", extra_json_schema=_SOURCE)] | UnsetType = UNSET
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_LINES, description="Maximum number of logs")] = MOST_LINES

    @property
    def chosen(self) -> LogFilter:
        """Raises InvalidInput naming the levels for an unknown one."""
        return LogFilter(log_records.level_named(self.level) if self.level else None, self.source or None)


@group.get(
    "/dashboard/health", "Get current system health metrics", role=Role.AGENT,
    examples=Examples(response=examples.HEALTH),
)  # fmt: skip
async def system_health(actor: Actor) -> HealthView:
    async with unit_of_work(actor) as uow:
        return HealthView.of(await monitoring.health(uow))


@group.get(
    "/dashboard/metrics", "Get comprehensive dashboard metrics", role=Role.AGENT,
    examples=Examples(response=examples.METRICS),
)  # fmt: skip
async def dashboard_metrics(actor: Actor, query: MetricsQuery) -> MetricsView:
    async with unit_of_work(actor) as uow:
        found = await monitoring.metrics(uow, hours=query.hours)
        known = {category.id: category for category in await categories.ensure_builtin(uow)}
        return MetricsView.of(found, [TicketView.of(ticket, known) for ticket in found.recent_tickets])


@group.get(
    "/dashboard/logs", "Get system logs with optional filtering", role=Role.AGENT,
    examples=Examples(response=[examples.LOG_LINE]),
)  # fmt: skip
async def system_logs(actor: Actor, query: LogQuery) -> list[LogLineView]:
    """Newest first: lines about the caller's tenant; the default tenant's are those about the installation as well."""
    async with unit_of_work(actor) as uow:
        found = await log_records.page_lines(uow, query.chosen, CursorPage(query.limit))
    return [LogLineView.of(line) for line in found.rows]


def _history(points: Sequence[Point], metric: Metric) -> list[PointView]:
    return [PointView(moment(point.at), getattr(point, metric.value)) for point in points]

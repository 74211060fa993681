"""The health of the installation."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Self, Union

import strawberry

from models.monitoring import Alert as AlertRow
from models.monitoring import LogLevel, Metric, Severity
from models.monitoring import LogRecord as LogRow
from schema.types.context import computed
from schema.types.languages import Language
from schema.types.rows import copier, shown_id
from schema.types.scalars import BigInt, JSONObject
from services import alerts, monitoring

strawberry.enum(Metric, name="AlertMetric", description="What an alert is about.")
strawberry.enum(Severity, name="AlertSeverity", description="How bad it is.")
strawberry.enum(LogLevel, description="How grave a line is.")

_HEALTH = copier("host", "taken_at", "uptime_hours", "active_alerts", "open_tickets")
_ALERT = copier("host", "metric", "severity", "value", "threshold", "opened_at", "closed_at")
_LINE = copier("message", "source", "hostname", "logged_at")


@strawberry.type(description="The machine as it was last sampled; usages are percentages.")
class SystemHealth:
    host: str
    taken_at: datetime
    cpu_usage: float
    memory_usage: float
    disk_usage: float = strawberry.field(description="Of the file system that holds the data folder.")
    uptime_hours: float
    active_alerts: int
    open_tickets: int = strawberry.field(description="Tickets of the caller's tenant that are not finished.")

    @classmethod
    def of(cls, row: monitoring.Health) -> Self:
        return cls(cpu_usage=row.cpu, memory_usage=row.memory, disk_usage=row.disk, **_HEALTH(row))


@strawberry.type(description="Percentages, as means over one step that begins `at`.")
class MetricPoint:
    at: datetime
    cpu_usage: float
    memory_usage: float
    disk_usage: float


@strawberry.type(description="How the machine did, oldest first; steps without a sample have no point.")
class SystemMetrics:
    step_seconds: int
    points: list[MetricPoint]

    @classmethod
    def of(cls, step_s: int, history: Sequence[monitoring.Point]) -> Self:
        points = [
            MetricPoint(at=point.at, cpu_usage=point.cpu, memory_usage=point.memory, disk_usage=point.disk)
            for point in history
        ]
        return cls(step_seconds=step_s, points=points)


@strawberry.type(description="A metric of a machine that stayed at its threshold. It closes by itself.")
class Alert:
    id: strawberry.ID
    host: str
    metric: Metric
    severity: Severity
    value: float = strawberry.field(description="The percentage with which it opened or became more severe.")
    threshold: float
    opened_at: datetime
    closed_at: datetime | None = strawberry.field(description="Null while it is open.")
    row: strawberry.Private[AlertRow]

    @computed("What it says to people.")
    async def message(self, language: Language = Language.ENGLISH) -> str:
        return alerts.message(self.row, language)

    @classmethod
    def of(cls, row: AlertRow) -> Self:
        return cls(id=shown_id(row.id), row=row, **_ALERT(row))


@strawberry.type(description="A line of the application's log. It holds no secrets.")
class LogRecord:
    id: strawberry.ID
    level: LogLevel
    message: str
    source: str
    hostname: str
    metadata: JSONObject
    logged_at: datetime

    @classmethod
    def of(cls, row: LogRow) -> Self:
        return cls(id=shown_id(row.id), level=LogLevel(row.level), metadata=JSONObject(row.metadata), **_LINE(row))


@strawberry.input(description="Which lines; what is left out does not narrow.")
class LogFilter:
    level: LogLevel | None = None
    source: str | None = strawberry.field(default=None, description="The whole name of what logged it.")


@strawberry.type(description="Fresh figures, once every period.")
class HealthSampled:
    health: SystemHealth


@strawberry.enum(description="What became of an alert.")
class AlertChange(Enum):
    OPENED = "alert.opened"
    RAISED = "alert.raised"
    CLOSED = "alert.closed"


@strawberry.type(description="An alert opened, became more severe, or closed.")
class AlertChanged:
    seq: BigInt = strawberry.field(description="Give the last one as `after` to go on behind it.")
    at: datetime
    change: AlertChange
    alert: Alert | None = strawberry.field(description="As it is now; null once it is forgotten.")


MonitoringEvent = Annotated[
    Union[HealthSampled, AlertChanged],  # noqa: UP007  # strawberry names unions by Union
    strawberry.union("MonitoringEvent", description="What dashboards watch."),
]

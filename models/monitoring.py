"""The health of the installation: samples of its machines, alerts, and its log.

Samples and alerts are the installation's and belong to no tenant; a line of the log belongs to the tenant it is about,
and to the default tenant where it is about none.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Metric(StrEnum):
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"


class Severity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class MetricSample(Model):
    """Percentages at a moment, or their means over ``period_s`` seconds from it on."""

    id = fields.BigIntField(primary_key=True)
    host = fields.CharField(max_length=255)
    taken_at: datetime = fields.DatetimeField()
    period_s = fields.IntField()
    cpu = fields.FloatField()
    memory = fields.FloatField()
    disk = fields.FloatField()
    uptime_s = fields.BigIntField()

    class Meta:
        app = "opora"
        table = "metric_samples"
        unique_together = (("host", "period_s", "taken_at"),)
        indexes = (Index(fields=["taken_at"]),)


class Alert(Model):
    """A threshold that is passed. A metric of a host has one open alert at most."""

    id = fields.BigIntField(primary_key=True)
    host = fields.CharField(max_length=255)
    metric = fields.CharEnumField(Metric, max_length=16)
    severity = fields.CharEnumField(Severity, max_length=16)
    message = fields.TextField()
    value = fields.FloatField()
    threshold = fields.FloatField()
    opened_at: datetime = fields.DatetimeField()
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        app = "opora"
        table = "alerts"
        indexes = (Index(fields=["opened_at"]),)


class LogRecord(Model):
    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    level = fields.CharField(max_length=8)
    message = fields.TextField()
    source = fields.CharField(max_length=128)
    hostname = fields.CharField(max_length=255)
    metadata: dict[str, Any] = fields.JSONField(default=dict)
    logged_at: datetime = fields.DatetimeField()

    class Meta:
        app = "opora"
        table = "log_records"
        indexes = (
            Index(fields=["tenant_id", "id"]),
            Index(fields=["tenant_id", "level", "id"]),
            Index(fields=["logged_at"]),
        )

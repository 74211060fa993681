"""The event log: append-only, per topic, with gapless numbers."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.events import Visibility


class EventTopic(Model):
    """The counter of one topic; its row lock hands out the numbers. Key: (tenant, topic), set by the migrations."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    topic = fields.CharField(max_length=64)
    last_seq = fields.BigIntField()

    class Meta:
        app = "opora"
        table = "event_topics"
        unique_together = (("tenant_id", "topic"),)


class EventRecord(Model):
    """One event of one topic."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    topic = fields.CharField(max_length=64)
    seq = fields.BigIntField()
    kind = fields.CharField(max_length=48)
    visibility = fields.CharEnumField(Visibility, max_length=8)
    payload: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "events"
        unique_together = (("tenant_id", "topic", "seq"),)
        indexes = (Index(fields=["created_at"]),)


class EventOutbox(Model):
    """Events that the relay has still to publish."""

    event_id: int = fields.BigIntField(primary_key=True, generated=False)
    tenant_id: int = fields.BigIntField()
    trace: str | None = fields.TextField(null=True)

    class Meta:
        app = "opora"
        table = "event_outbox"
        indexes = (Index(fields=["tenant_id", "event_id"]),)

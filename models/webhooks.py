"""Webhooks: a company's own servers that hear of what happens, what they are told, and how that went."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.ids import new_uuid


class DeliveryState(StrEnum):
    PENDING = "pending"
    """Waits for its first or next attempt."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """No attempt is left; it can be replayed."""


class WebhookEndpoint(Model):
    """Where to send. ``events`` None means all; ``sealed_previous`` signs beside the secret until ``previous_until``.

    ``failing_since`` is the first failed attempt after the last success. ``disabled_at`` is set where we gave it up:
    one that a person switched off has none.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    url = fields.CharField(max_length=2048)
    description = fields.CharField(max_length=255, default="")
    events: list[str] | None = fields.JSONField(null=True)
    sealed_secret = fields.TextField()
    sealed_previous: str | None = fields.TextField(null=True)
    previous_until: datetime | None = fields.DatetimeField(null=True)
    is_active = fields.BooleanField(default=True)
    failing_since: datetime | None = fields.DatetimeField(null=True)
    disabled_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "webhook_endpoints"
        indexes = (Index(fields=["tenant_id", "id"]),)


class WebhookMessage(Model):
    """What happened, once for all endpoints. ``public_id`` is the ``webhook-id``, the same at each attempt."""

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    event = fields.CharField(max_length=64)
    body: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "webhook_messages"
        indexes = (Index(fields=["tenant_id", "created_at", "id"]), Index(fields=["created_at"]))


class WebhookDelivery(Model):
    """One message to one endpoint. ``tries`` counts the attempts of this round, ``attempts`` holds the latest ones.

    An attempt is ``{"at", "status", "excerpt", "error", "ms"}``: the response's code and the beginning of its body,
    or the code of what kept it from coming.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    endpoint_id: int = fields.BigIntField()
    message_id: int = fields.BigIntField()
    state = fields.CharEnumField(DeliveryState, max_length=16, default=DeliveryState.PENDING)
    round = fields.IntField(default=0)
    tries = fields.IntField(default=0)
    attempts: list[dict[str, Any]] = fields.JSONField(default=list)
    next_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    finished_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        app = "opora"
        table = "webhook_deliveries"
        unique_together = (("endpoint_id", "message_id"),)
        indexes = (Index(fields=["endpoint_id", "id"]), Index(fields=["message_id"]))

"""What clients tell of their first steps in the product."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class AnalyticsEvent(Model):
    """``user_id`` is who sent it, by their token; ``claimed_user_id`` what an unknown client says of itself."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    event_type = fields.CharField(max_length=64)
    user_id: int | None = fields.BigIntField(null=True)
    claimed_user_id: int | None = fields.BigIntField(null=True)
    session_id = fields.CharField(max_length=128, default="")
    properties: dict[str, Any] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "analytics_events"
        indexes = (Index(fields=["tenant_id", "id"]), Index(fields=["created_at"]))

"""Handoffs of dialogs to operators, and which operators are there to take them."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.fields import Field
from tortoise.indexes import Index
from tortoise.models import Model


class HandoffState(StrEnum):
    """requested → active → released, requested → cancelled; an operator who is gone gives active back to requested."""

    REQUESTED = "requested"
    ACTIVE = "active"
    RELEASED = "released"
    CANCELLED = "cancelled"


class HandoffPriority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class OperatorStatus(StrEnum):
    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"


class Handoff(Model):
    """One request for a person. ``request_id`` is the client's: asked again, it is answered as the first time.

    ``queue_position`` and ``estimated_wait_s`` are what that first answer said. ``rank`` orders the queue by priority,
    0 first. ``operator_id`` is the holder while active, and who released it; ``offered_to_id`` whom routing chose.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    dialog_id: int = fields.BigIntField()
    assistant_id: int = fields.BigIntField()
    request_id = fields.CharField(max_length=64)
    state = fields.CharEnumField(HandoffState, max_length=16, default=HandoffState.REQUESTED)
    reason = fields.CharField(max_length=64)
    priority = fields.CharEnumField(HandoffPriority, max_length=8, default=HandoffPriority.NORMAL)
    rank: int = fields.SmallIntField()
    last_user_text: str = fields.TextField(default="")
    queue_position: int = fields.IntField()
    estimated_wait_s: int = fields.IntField()
    offered_to_id: int | None = fields.BigIntField(null=True)
    operator_id: int | None = fields.BigIntField(null=True)
    operator_comment: str = fields.TextField(default="")
    resolution = fields.CharField(max_length=64, null=True)
    cancel_reason = fields.CharField(max_length=64, null=True)
    requested_at: datetime = fields.DatetimeField()
    taken_at: datetime | None = fields.DatetimeField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        app = "opora"
        table = "handoffs"
        unique_together = (("dialog_id", "request_id"),)
        indexes = (Index(fields=["tenant_id", "id"]), Index(fields=["dialog_id", "id"]))


class Operator(Model):
    """The presence of somebody who answers dialogs. ``assistant_ids`` None means those of every assistant.

    ``heartbeat_at`` None says that they never sent a heartbeat, so that none can stop. ``lost_at`` is when the duty
    found that theirs had stopped.
    """

    user_id: int = fields.BigIntField(primary_key=True, generated=False)
    tenant_id: int = fields.BigIntField(db_index=True)
    status = fields.CharEnumField(OperatorStatus, max_length=16, default=OperatorStatus.AVAILABLE)
    max_capacity: int = fields.IntField()
    assistant_ids: Field[list[int] | None] = fields.JSONField(null=True)
    heartbeat_at: datetime | None = fields.DatetimeField(null=True)
    lost_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "operators"

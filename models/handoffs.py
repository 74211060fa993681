"""Handoffs of dialogs to operators, and which operators are there to take them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.fields import Field
from tortoise.indexes import Index
from tortoise.models import Model

from core.errors import InvalidTransition
from models.dialogs import HandoffStatus


class HandoffState(StrEnum):
    """requested → active → released, requested → cancelled; an operator who is gone gives active back to requested."""

    REQUESTED = "requested"
    ACTIVE = "active"
    RELEASED = "released"
    CANCELLED = "cancelled"

    @property
    def of_dialog(self) -> HandoffStatus:
        """What a dialog's own status says while its latest handoff is in this state."""
        return HandoffStatus.NONE if self is HandoffState.CANCELLED else HandoffStatus(self.value)


MOVES: Mapping[HandoffState, frozenset[HandoffState]] = {
    HandoffState.REQUESTED: frozenset({HandoffState.ACTIVE, HandoffState.CANCELLED}),
    HandoffState.ACTIVE: frozenset({HandoffState.RELEASED, HandoffState.REQUESTED}),
    HandoffState.RELEASED: frozenset(),
    HandoffState.CANCELLED: frozenset(),
}
OPEN = (HandoffState.REQUESTED, HandoffState.ACTIVE)
"""A dialog has one handoff in these states at most."""


class HandoffPriority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """Its place in the queue: 0 is first."""
        return list(reversed(HandoffPriority)).index(self)


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
    called_at: datetime | None = fields.DatetimeField(null=True)
    """When staff were called by e-mail, because nobody was there to take it."""
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        app = "opora"
        table = "handoffs"
        unique_together = (("dialog_id", "request_id"),)
        indexes = (Index(fields=["tenant_id", "id"]), Index(fields=["dialog_id", "id"]))

    def move(self, state: HandoffState) -> None:
        """Raises InvalidTransition for a move that the table does not hold."""
        if state not in MOVES[self.state]:
            raise InvalidTransition("handoff", self.state, state)
        self.state = state


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

"""Tickets: a conversation with a title, a status and somebody who owes an answer."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from tortoise import fields
from tortoise.fields import Field
from tortoise.indexes import Index
from tortoise.models import Model
from tortoise.queryset import QuerySet

from core.actor import Actor
from core.clock import now
from core.errors import InvalidTransition
from core.events import EscalationReason
from core.ids import new_uuid


class TicketStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    PENDING_CUSTOMER = "pending_customer"
    PENDING_AGENT = "pending_agent"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"


class TicketPriority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Sentiment(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class TicketSource(StrEnum):
    WEB = "web"
    EMAIL = "email"
    API = "api"
    TELEGRAM = "telegram"
    CHATBOT = "chatbot"


ACTIVE = frozenset(
    {
        TicketStatus.OPEN,
        TicketStatus.IN_PROGRESS,
        TicketStatus.PENDING_CUSTOMER,
        TicketStatus.PENDING_AGENT,
        TicketStatus.ESCALATED,
    }
)
FINISHED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.CANCELLED})

MOVES: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    **{status: (ACTIVE | FINISHED) - {status} for status in ACTIVE},
    TicketStatus.RESOLVED: frozenset({TicketStatus.CLOSED, TicketStatus.REOPENED}),
    TicketStatus.CLOSED: frozenset({TicketStatus.REOPENED}),
    TicketStatus.CANCELLED: frozenset({TicketStatus.REOPENED}),
    TicketStatus.REOPENED: ACTIVE | FINISHED,
}


class Ticket(Model):
    """``id`` is the conversation's id. ``description`` is the ticket's own text, not a message."""

    id: int = fields.BigIntField(primary_key=True, generated=False)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    title = fields.CharField(max_length=255)
    description: str = fields.TextField(default="")
    status = fields.CharEnumField(TicketStatus, max_length=16, default=TicketStatus.OPEN)
    priority = fields.CharEnumField(TicketPriority, max_length=8, default=TicketPriority.MEDIUM)
    source = fields.CharEnumField(TicketSource, max_length=16, default=TicketSource.WEB)
    created_by_id: int = fields.BigIntField()
    assigned_to_id: int | None = fields.BigIntField(null=True)
    escalation_reason: Field[EscalationReason | None] = fields.CharEnumField(  # type: ignore[assignment]  # null=True
        EscalationReason, max_length=32, null=True
    )
    escalated_at: datetime | None = fields.DatetimeField(null=True)
    resolved_at: datetime | None = fields.DatetimeField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)
    category_id: int | None = fields.BigIntField(null=True)
    auto_categorized = fields.BooleanField(default=False)
    category_confidence: float | None = fields.FloatField(null=True)
    """From 0 to 1, calibrated; None where a person chose the category."""
    sentiment: Field[Sentiment | None] = fields.CharEnumField(  # type: ignore[assignment]  # null=True
        Sentiment, max_length=8, null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    active_at = fields.DatetimeField(auto_now_add=True)
    """When something was last said in it, or its status moved."""

    class Meta:
        app = "opora"
        table = "tickets"
        indexes = (
            Index(fields=["tenant_id", "id"]),
            Index(fields=["tenant_id", "status", "id"]),
            Index(fields=["tenant_id", "created_by_id", "id"]),
            Index(fields=["assigned_to_id"]),
            Index(fields=["tenant_id", "category_id", "id"]),
        )

    @classmethod
    def readable_by(cls, actor: Actor) -> QuerySet[Self]:
        """Tickets that the actor may see: staff all of the tenant, customers their own."""
        tickets = cls.filter(tenant_id=actor.tenant_id)
        return tickets if actor.is_staff else tickets.filter(created_by_id=actor.user_id)

    @property
    def own_text(self) -> str:
        """What it says before its messages: once where the customer has written the same in both fields."""
        if self.title.strip() == self.description.strip():
            return self.title.strip()
        return f"{self.title}\n{self.description}".strip()

    def move(self, status: TicketStatus) -> bool:
        """Change the status; False where it is the present one. Raises InvalidTransition."""
        if status is self.status:
            return False
        if status not in MOVES[self.status]:
            raise InvalidTransition("Ticket", self.status, status)
        self.status = status
        self.active_at = now()
        self._note_end(self.active_at)
        return True

    def _note_end(self, moment: datetime) -> None:
        if self.status is not TicketStatus.CLOSED:
            # A resolved ticket that is closed stays one that was resolved then.
            self.resolved_at = moment if self.status is TicketStatus.RESOLVED else None
        self.closed_at = moment if self.status in (TicketStatus.CLOSED, TicketStatus.CANCELLED) else None

    def escalate(self, reason: EscalationReason) -> bool:
        """Call for a person; False where the ticket already waits for one. Raises InvalidTransition."""
        if not self.move(TicketStatus.ESCALATED):
            return False
        self.escalation_reason = reason
        self.escalated_at = now()
        return True

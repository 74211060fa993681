"""Facts that services tell. Each is an event of some topics, a reason for jobs, or both.

An event carries ids and the words of the fact, never rows: whoever renders it reads the present row, so that a
message which became internal, or was deleted, does not live on in the log.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Visibility(StrEnum):
    """Who may receive an event of a topic that they may watch."""

    PUBLIC = "public"
    STAFF = "staff"


class EscalationReason(StrEnum):
    """Why a person has to take over."""

    CUSTOMER_REQUEST = "customer_request"
    NO_GROUND = "no_ground"
    UNGROUNDED_ANSWER = "ungrounded_answer"
    PROVIDER_FAILED = "provider_failed"
    MANUAL = "manual"
    """Staff set the status by hand."""


def ticket_topic(ticket_id: int) -> str:
    return f"ticket:{ticket_id}"


def queue_topic(tenant_id: int) -> str:
    """All tickets of a tenant, as its staff see them arrive and change."""
    return f"tenant:{tenant_id}:queue"


def user_topic(user_id: int) -> str:
    """What concerns one person's access: live connections watch it."""
    return f"user:{user_id}"


def own_tickets_topic(user_id: int) -> str:
    """How the tickets of one customer move, as that customer sees it."""
    return f"user:{user_id}:tickets"


@dataclass(frozen=True)
class Event:
    """Base of all facts. ``kind`` is the stable name under which it is stored and sent."""

    kind: ClassVar[str]

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        """The topics whose log records this fact; none for a fact that only starts jobs."""
        return ()

    @property
    def visibility(self) -> Visibility:
        return Visibility.PUBLIC

    def payload(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class StaffEvent(Event):
    """Customers who watch its topic are not told."""

    @property
    def visibility(self) -> Visibility:
        return Visibility.STAFF


@dataclass(frozen=True)
class TicketEvent(Event):
    ticket_id: int

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return ticket_topic(self.ticket_id), queue_topic(tenant_id)


@dataclass(frozen=True)
class TicketCreated(TicketEvent):
    kind = "ticket.created"


@dataclass(frozen=True)
class TicketUpdated(TicketEvent):
    """Any change but that of the status."""

    kind = "ticket.updated"


@dataclass(frozen=True)
class TicketStatusChanged(TicketEvent):
    """``changed_by_id`` is None where the system moved it."""

    kind = "ticket.status_changed"
    status: str
    previous: str
    owner_id: int | None = None
    changed_by_id: int | None = None

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        own = () if self.owner_id is None else (own_tickets_topic(self.owner_id),)
        return (*super().topics(tenant_id), *own)


@dataclass(frozen=True)
class TicketEscalated(TicketEvent):
    kind = "ticket.escalated"
    reason: EscalationReason


@dataclass(frozen=True)
class TicketDeleted(TicketEvent):
    kind = "ticket.deleted"


@dataclass(frozen=True)
class MessageAdded(TicketEvent):
    kind = "message.added"
    message_id: int
    internal: bool = False

    @property
    def visibility(self) -> Visibility:
        return Visibility.STAFF if self.internal else Visibility.PUBLIC


@dataclass(frozen=True)
class ReplyRequested(Event):
    """A customer's turn waits for an answer. ``message_id`` is None where the turn is the ticket's own text."""

    kind = "reply.requested"
    ticket_id: int
    message_id: int | None = None


@dataclass(frozen=True)
class AccessChanged(StaffEvent):
    """A session was revoked, a role changed or a user deactivated: live connections must ask again."""

    kind = "access.changed"
    user_id: int

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return (user_topic(self.user_id),)


@dataclass(frozen=True)
class KnowledgeChanged(Event):
    """Chunks of a source were added, replaced or removed: vectors that live elsewhere must follow."""

    kind = "knowledge.changed"
    source_id: int


@dataclass(frozen=True)
class ChunksRemoved(Event):
    """Chunks are gone or no longer current: a vector store outside the database must forget them."""

    kind = "knowledge.chunks_removed"
    chunk_ids: tuple[int, ...]
    scope: int = 0


def all_events() -> tuple[type[Event], ...]:
    """Every concrete fact, for the fan-out table's completeness check and for decoding."""

    def leaves(kind: type[Event]) -> list[type[Event]]:
        below = kind.__subclasses__()
        return [leaf for child in below for leaf in leaves(child)] or [kind]

    return tuple(leaves(Event))

"""Tickets."""

from datetime import datetime

import strawberry

from core.actor import Actor
from core.paging import CursorPage
from models.tickets import MOVES, Sentiment, TicketPriority, TicketSource, TicketStatus
from schema.types.categories import Category, category_of
from schema.types.context import Info, computed
from schema.types.escalations import EscalationReason
from schema.types.languages import Language
from schema.types.messages import Message, MessagePreview, last_message_of
from schema.types.paging import After, Connection, First, connection
from schema.types.people import Person, assignee_of, author_of
from schema.types.rows import view
from schema.types.scalars import BigInt
from services.ticket_list import MessageKey
from services.ticket_rows import TICKET, TicketRow

strawberry.enum(TicketStatus, description="Where a ticket stands.")
strawberry.enum(TicketPriority, description="How urgent a ticket is.")
strawberry.enum(TicketSource, description="How a ticket came in.")
strawberry.enum(Sentiment, description="The tone of a text.")


@strawberry.type(description="A customer's request and the conversation about it.")
class Ticket:
    id: strawberry.ID
    title: str
    description: str
    status: TicketStatus
    priority: TicketPriority
    source: TicketSource
    escalation_reason: EscalationReason | None = strawberry.field(
        description="Why a person was last called; null where none ever was."
    )
    escalated_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    updated_at: datetime
    category: Category | None = strawberry.field(description="Null until somebody, or the classifier, has chosen one.")
    auto_categorized: bool = strawberry.field(description="Whether the classifier chose the category.")
    category_confidence: float | None = strawberry.field(
        description="The classifier's, from 0 to 1, calibrated; null where a person chose."
    )
    sentiment: Sentiment | None = strawberry.field(description="The tone of its text; null until it was looked at.")
    language: Language | None = strawberry.field(description="What the customer last wrote in.")
    author: Person | None = strawberry.field(description="Null for somebody of another tenant.")
    assignee: Person | None
    last_message: MessagePreview | None = strawberry.field(description="The newest that the caller may see.")
    message_count: int | None = strawberry.field(description="How many messages the caller may see.")
    last_seq: BigInt | None = strawberry.field(
        description="The number of its last event: `ticketEvents(after:)` with it misses nothing that is not here."
    )

    @computed("Where it may move from its status.")
    async def next_statuses(self) -> list[TicketStatus]:
        return [status for status in TicketStatus if status in MOVES[self.status]]

    @computed("Its messages, oldest first; customers see no internal ones.")
    async def messages(self, info: Info, first: First = 20, after: After = None) -> Connection[Message]:
        key = MessageKey(int(self.id), CursorPage.checked(first, after))
        rows = await info.context.loaders.messages.load(key)
        return connection(rows, node=Message.of, key=lambda view: view.message.id, after=after)

    @staticmethod
    def of(row: TicketRow, actor: Actor) -> "Ticket":
        """As ``actor`` sees it."""
        return _listed(row, actor)


_listed = view(
    Ticket,
    TICKET,
    category=lambda row, _: category_of(row),
    author=author_of,
    assignee=assignee_of,
    last_message=lambda row, _: last_message_of(row),
)


@strawberry.input(description="Which tickets; what is left out does not narrow.")
class TicketFilter:
    status: list[TicketStatus] | None = None
    priority: list[TicketPriority] | None = None
    assigned_to: strawberry.ID | None = None
    unassigned: bool = strawberry.field(default=False, description="Only tickets that nobody has.")
    author: strawberry.ID | None = strawberry.field(default=None, description="Only tickets that this user opened.")
    category: list[strawberry.ID] | None = None
    sentiment: list[Sentiment] | None = None


@strawberry.input(description="A new ticket of the caller.")
class CreateTicketInput:
    title: str = strawberry.field(description="1 to 255 characters.")
    description: str = ""
    priority: TicketPriority = TicketPriority.MEDIUM
    source: TicketSource = TicketSource.API
    category_id: strawberry.ID | None = strawberry.field(
        default=None, description="An active category; without one the classifier looks for one, a moment later."
    )
    auto_respond: bool = strawberry.field(default=True, description="Whether the assistant answers the description.")


@strawberry.input(description="What to change of a ticket; what is left out stays.")
class UpdateTicketInput:
    title: strawberry.Maybe[str]
    description: strawberry.Maybe[str]
    status: strawberry.Maybe[TicketStatus]
    priority: strawberry.Maybe[TicketPriority]
    assigned_to: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="A member of staff; null takes the ticket from whoever has it."
    )
    category_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="An active category. Where staff change it, the classifier learns from that."
    )


@strawberry.type
class DeleteTicketPayload:
    id: strawberry.ID

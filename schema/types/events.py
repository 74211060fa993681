"""What subscribers of tickets and of the queue receive."""

from datetime import datetime
from typing import Annotated, Union

import strawberry

from models.tickets import TicketStatus
from schema.types.context import Info, computed
from schema.types.escalations import EscalationReason
from schema.types.messages import Message
from schema.types.people import Person
from schema.types.scalars import BigInt
from schema.types.tickets import Ticket


@strawberry.interface(description="A numbered fact about a ticket.")
class TicketEvent:
    seq: BigInt = strawberry.field(
        description="Rises strictly within the subscribed topic: give the last one as `after` to go on behind it."
        " Customers see gaps where staff have notes of their own."
    )
    at: datetime
    ticket_id: strawberry.ID

    @computed("The ticket as it is now; null once it is deleted.")
    async def ticket(self, info: Info) -> Ticket | None:
        row = await info.context.loaders.tickets.load(int(self.ticket_id))
        return None if row is None else Ticket.of(row, info.context.actor)


@strawberry.type(description="A customer opened a ticket.")
class TicketCreated(TicketEvent):
    pass


@strawberry.type(description="Title, description, priority or assignee changed.")
class TicketUpdated(TicketEvent):
    pass


@strawberry.type(description="The status moved.")
class TicketStatusChanged(TicketEvent):
    status: TicketStatus
    previous: TicketStatus
    changed_by_id: strawberry.Private[int | None]

    @computed("Who moved it; null for the system, and for somebody of another tenant.")
    async def changed_by(self, info: Info) -> Person | None:
        if self.changed_by_id is None:
            return None
        return Person.of_or_none(await info.context.loaders.users.load(self.changed_by_id), info.context.actor)


@strawberry.type(description="A person has to take over.")
class TicketEscalated(TicketEvent):
    reason: EscalationReason


@strawberry.type(description="The ticket and its messages are gone.")
class TicketDeleted(TicketEvent):
    pass


@strawberry.type(description="Somebody wrote.")
class MessageAdded(TicketEvent):
    message_id: strawberry.ID
    message: Message | None = strawberry.field(description="Null where it has been deleted since.")


EVENT_TYPES = (TicketCreated, TicketUpdated, TicketStatusChanged, TicketEscalated, TicketDeleted, MessageAdded)


@strawberry.type(description="The assistant began to answer; text of an earlier attempt is void.")
class AnswerStarted:
    turn: strawberry.ID = strawberry.field(description="The message that is answered; 0 is the ticket's own text.")
    attempt: int


@strawberry.type(description="A piece of the answer that is being written.")
class AnswerDelta:
    turn: strawberry.ID
    attempt: int
    offset: int = strawberry.field(description="Characters before it. 0 begins anew.")
    text: str


@strawberry.type(description="The answer is stored: this is it, whatever the pieces were.")
class AnswerFinished:
    turn: strawberry.ID
    message: Message


@strawberry.type(description="This attempt failed; another one follows, or a person takes over.")
class AnswerFailed:
    turn: strawberry.ID
    attempt: int


AnswerEvent = Annotated[
    Union[AnswerStarted, AnswerDelta, AnswerFinished, AnswerFailed],  # noqa: UP007  # strawberry names unions by Union
    strawberry.union("AnswerEvent", description="A step of an answer that is being written."),
]

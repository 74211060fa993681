"""Changes of many rows at once: what was changed, and why the rest was not."""

from typing import Self

import strawberry

from models.tickets import TicketPriority, TicketStatus
from schema.types.dialogs import Dialog
from schema.types.rows import shown_id
from schema.types.tickets import Ticket
from services.bulk import MOST, BulkResult
from services.bulk import BulkFailure as FailureRow

IDS = f"1 to {MOST}; each is changed by itself, so that one that is refused stops no other."


@strawberry.type(description="A row that was left as it is.")
class BulkFailure:
    id: strawberry.ID
    code: str = strawberry.field(description="As `extensions.code` of errors.")
    message: str

    @classmethod
    def of(cls, row: FailureRow) -> Self:
        return cls(id=shown_id(row.id), code=row.code, message=row.message)


def failures_of(result: BulkResult) -> list[BulkFailure]:
    return [BulkFailure.of(row) for row in result.failures]


@strawberry.type
class UpdateTicketsPayload:
    tickets: list[Ticket]
    failures: list[BulkFailure]


@strawberry.type
class DialogsPayload:
    dialogs: list[Dialog]
    failures: list[BulkFailure]


@strawberry.type
class DeleteTicketsPayload:
    ids: list[strawberry.ID]
    failures: list[BulkFailure]


@strawberry.input(description="What to change of each ticket; what is left out stays.")
class UpdateTicketsInput:
    status: strawberry.Maybe[TicketStatus]
    priority: strawberry.Maybe[TicketPriority]
    assigned_to: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="A member of staff; null takes the tickets from whoever has them."
    )
    category_id: strawberry.Maybe[strawberry.ID | None]

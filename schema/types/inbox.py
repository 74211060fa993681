"""The inbox: tickets and dialogs in one list."""

from datetime import datetime
from typing import Any, Self

import strawberry

from core.actor import Actor
from models.dialogs import DialogPlatform
from models.tickets import Sentiment, TicketPriority, TicketSource, TicketStatus
from schema.types.dialogs import Dialog
from schema.types.languages import Language
from schema.types.paging import PageInfo
from schema.types.rows import copier, shown_id
from schema.types.scalars import row_id, row_id_or_none
from schema.types.tickets import Ticket
from services.inbox import HIGHLIGHT, InboxPage, InboxRow
from services.inbox import InboxCounts as CountRow
from services.inbox_filter import LONGEST_SEARCH, InboxKind, Stage
from services.inbox_filter import InboxFilter as Chosen

strawberry.enum(InboxKind, description="What a conversation of the inbox is.")
strawberry.enum(
    Stage,
    name="InboxStage",
    description="Where a conversation stands: not done; not done and waiting for a person; done or put aside.",
)

_COUNTS = copier("open", "waiting", "mine", "unassigned")


@strawberry.type(description="A piece of an excerpt.")
class SnippetPart:
    text: str
    matched: bool = strawberry.field(description="Whether it is what was searched for.")


@strawberry.type(description="A ticket or a dialog: exactly one of them is there, unless it was just deleted.")
class InboxItem:
    id: strawberry.ID = strawberry.field(description="That of the ticket or the dialog; the two never coincide.")
    kind: InboxKind
    active_at: datetime = strawberry.field(description="When something was last said or done in it.")
    ticket: Ticket | None
    dialog: Dialog | None

    @classmethod
    def of(cls, row: InboxRow, actor: Actor) -> Self:
        return cls(
            id=shown_id(row.place.id),
            kind=InboxKind.DIALOG if row.dialog else InboxKind.TICKET,
            active_at=row.place.moment,
            ticket=None if row.ticket is None else Ticket.of(row.ticket, actor),
            dialog=None if row.dialog is None else Dialog.of(row.dialog),
        )


@strawberry.type(description="One conversation of a page, and where a search found it.")
class InboxEdge:
    node: InboxItem
    cursor: str
    snippet: list[SnippetPart] | None = strawberry.field(
        description="An excerpt with what was searched for; null where it stands in a name or a number."
    )

    @classmethod
    def of(cls, row: InboxRow, actor: Actor) -> Self:
        return cls(node=InboxItem.of(row, actor), cursor=row.place.cursor(), snippet=_parts(row.snippet))


@strawberry.type(description="One page of the inbox.")
class InboxConnection:
    edges: list[InboxEdge]
    page_info: PageInfo

    @classmethod
    def of(cls, page: InboxPage, actor: Actor, *, after: str | None) -> Self:
        edges = [InboxEdge.of(row, actor) for row in page.rows]
        info = PageInfo(
            has_next_page=page.has_more,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return cls(edges=edges, page_info=info)


@strawberry.type(description="How many conversations there are; none is counted beyond 1,000.")
class InboxCounts:
    open: int
    waiting: int
    mine: int = strawberry.field(description="Open ones that the caller has.")
    unassigned: int = strawberry.field(description="Open ones that nobody has.")

    @classmethod
    def of(cls, row: CountRow) -> Self:
        return cls(**_COUNTS(row))


@strawberry.input(
    description="Which conversations; what is left out does not narrow. What only tickets or only dialogs have leaves"
    " the other kind out."
)
class InboxFilter:
    kinds: list[InboxKind] | None = None
    stage: Stage | None = None
    assigned_to: strawberry.ID | None = strawberry.field(
        default=None, description="Who has the ticket, or the dialog at present."
    )
    unassigned: bool = strawberry.field(
        default=False, description="Only what nobody has; of dialogs those that wait for an operator."
    )
    customer: strawberry.ID | None = strawberry.field(
        default=None, description="The user whose conversations they are."
    )
    language: Language | None = strawberry.field(default=None, description="What the customer last wrote in.")
    created_from: datetime | None = None
    created_before: datetime | None = None
    search: str | None = strawberry.field(
        default=None,
        description=f"Words of messages, titles and descriptions, their beginnings, a part of the customer's name, or"
        f" the number; at most {LONGEST_SEARCH} characters.",
    )
    status: list[TicketStatus] | None = None
    priority: list[TicketPriority] | None = None
    category: list[strawberry.ID] | None = None
    sentiment: list[Sentiment] | None = None
    source: list[TicketSource] | None = None
    platform: list[DialogPlatform] | None = None
    assistant: list[strawberry.ID] | None = None

    def chosen(self) -> Chosen:
        """Raises InvalidInput for ids that no row can have."""
        return Chosen(
            **_PLAIN(self),
            **_lists(self),
            assigned_to_id=row_id_or_none(self.assigned_to, "filter.assignedTo"),
            customer_id=row_id_or_none(self.customer, "filter.customer"),
            category_ids=[row_id(each, "filter.category") for each in self.category or ()],
            assistant_ids=[row_id(each, "filter.assistant") for each in self.assistant or ()],
        )


_PLAIN = copier("stage", "unassigned", "language", "created_from", "created_before", "search")
_LISTS = {
    "kinds": "kinds",
    "status": "statuses",
    "priority": "priorities",
    "sentiment": "sentiments",
    "source": "sources",
    "platform": "platforms",
}


def _lists(given: InboxFilter) -> dict[str, Any]:
    return {many: getattr(given, one) or () for one, many in _LISTS.items()}


def _parts(snippet: str | None) -> list[SnippetPart] | None:
    if snippet is None:
        return None
    start, stop = HIGHLIGHT
    first, *others = snippet.split(start)
    parts = [(first, False)]
    for other in others:
        matched, _, rest = other.partition(stop)
        parts += [(matched, True), (rest, False)]
    return [SnippetPart(text=text, matched=matched) for text, matched in parts if text]

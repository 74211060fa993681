"""Tickets, with automatic categories, and their summary."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from core.paging import OffsetPage
from models.categories import Category
from models.tickets import Ticket, TicketPriority, TicketSource
from realtime.frames.itdesk import ItdeskStatus
from rest.itdesk import ticket_examples as examples
from rest.itdesk.ticket_words import CATEGORIES, STATUSES, ItdeskCategory, asked_status, shown_category
from rest.itdesk.words import meant_statuses, moment, moment_or_none, shown_status
from rest.operations import Examples, Group, Id
from rest.shapes import NOT_BLANK
from services import categories, ticket_analytics, tickets, triaging
from services.rate_limits import Bucket
from services.ticket_analytics import TicketAnalytics
from services.tickets import TicketChanges
from services.unit_of_work import UnitOfWork, unit_of_work

group = Group("Tickets", Bucket.OTHER)

MOST_ROWS = 100
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=255, extra_json_schema=NOT_BLANK)]
Description = Annotated[str, msgspec.Meta(max_length=100_000)]


class TicketView(msgspec.Struct):
    """``confidence_score`` is the classifier's where ``auto_categorized``, else null."""

    id: int
    title: str
    description: str
    priority: TicketPriority
    status: ItdeskStatus
    category: ItdeskCategory
    created_by: int
    assigned_to: int | None
    auto_categorized: bool
    confidence_score: float | None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None

    @classmethod
    def of(cls, ticket: Ticket, known: Mapping[int | None, Category]) -> "TicketView":
        confidence = ticket.category_confidence
        return cls(
            id=ticket.id,
            title=ticket.title,
            description=ticket.description,
            priority=ticket.priority,
            status=shown_status(ticket.status),
            category=_shown(known, ticket.category_id),
            created_by=ticket.created_by_id,
            assigned_to=ticket.assigned_to_id,
            auto_categorized=ticket.auto_categorized,
            confidence_score=None if confidence is None else round(confidence, 4),
            created_at=moment(ticket.created_at),
            updated_at=moment(ticket.updated_at),
            resolved_at=moment_or_none(ticket.resolved_at),
        )


class TicketQuery(msgspec.Struct):
    skip: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="Number of tickets to skip")] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS, description="Maximum number of tickets")] = MOST_ROWS
    status: Annotated[ItdeskStatus, msgspec.Meta(description="Filter by status")] | UnsetType = UNSET
    priority: Annotated[TicketPriority, msgspec.Meta(description="Filter by priority")] | UnsetType = UNSET
    assigned_to: Annotated[Id, msgspec.Meta(description="Filter by assignee")] | UnsetType = UNSET


class NewTicket(msgspec.Struct):
    """Without ``category`` the classifier chooses it."""

    title: Title
    description: Description = ""
    priority: TicketPriority = TicketPriority.MEDIUM
    category: ItdeskCategory | None = None


class TicketPut(msgspec.Struct):
    """What to change; ``assigned_to`` null takes the ticket from whoever has it."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    status: ItdeskStatus | UnsetType = UNSET
    category: ItdeskCategory | UnsetType = UNSET
    assigned_to: Id | UnsetType | None = UNSET

    def changes(self, present: Ticket, known: Mapping[int | None, Category]) -> TicketChanges:
        """What differs from the ``present`` ticket as it is shown: what a client sends back unread changes nothing."""
        status = None if self.status is UNSET else asked_status(self.status, present.status)
        same_assignee = self.assigned_to == present.assigned_to_id
        stays = self.category in (UNSET, _shown(known, present.category_id))
        return TicketChanges(
            title=unset.UNSET if self.title is UNSET else self.title,
            description=unset.UNSET if self.description is UNSET else self.description,
            priority=unset.UNSET if self.priority is UNSET else self.priority,
            status=unset.UNSET if status is None else status,
            category_id=unset.UNSET if stays else _id_of(self.category, known.values()),
            assigned_to_id=unset.UNSET if self.assigned_to is UNSET or same_assignee else self.assigned_to,
        )


class MessageView(msgspec.Struct):
    message: str


class SummaryView(msgspec.Struct):
    """Every key is there, zeros included. ``other`` counts tickets without category, or in one of the tenant's own."""

    status_counts: dict[ItdeskStatus, int]
    priority_counts: dict[TicketPriority, int]
    category_counts: dict[ItdeskCategory, int]
    total_tickets: int
    avg_resolution_time_hours: Annotated[float, msgspec.Meta(description="0 where no ticket is resolved")]

    @classmethod
    def of(cls, found: TicketAnalytics) -> "SummaryView":
        statuses = dict.fromkeys(STATUSES, 0)
        for status, count in found.statuses.items():
            statuses[shown_status(status)] += count
        sorted_by = dict.fromkeys(CATEGORIES, 0)
        for each in found.categories:
            sorted_by[shown_category(each.category.key if each.category else None)] += each.count
        hours = found.average_resolution_hours or 0.0
        return cls(statuses, dict(found.priorities), sorted_by, found.total, round(hours, 2))


@group.get("/tickets", "Get tickets with optional filtering", examples=Examples(response=[examples.LISTED]))
async def list_tickets(actor: Actor, query: TicketQuery) -> list[TicketView]:
    """Newest first; customers see their own."""
    async with unit_of_work(actor) as uow:
        known = await _known(uow)
        found = await tickets.list_tickets(
            uow,
            page=OffsetPage.checked(query.skip, query.limit, most=MOST_ROWS),
            statuses=None if query.status is UNSET else meant_statuses(query.status),
            priorities=None if query.priority is UNSET else [query.priority],
            assigned_to_id=None if query.assigned_to is UNSET else query.assigned_to,
        )
        return [TicketView.of(ticket, known) for ticket in found]


@group.post("/tickets", "Create a new ticket", status=201, examples=Examples(examples.NEW_TICKET, examples.TICKET))
async def create_ticket(actor: Actor, body: NewTicket) -> TicketView:
    chosen = None if body.category else await triaging.choose(actor, body.title, body.description)
    async with unit_of_work(actor) as uow:
        known = await _known(uow)
        ticket = await tickets.create(
            uow,
            title=body.title,
            description=body.description,
            priority=body.priority,
            source=TicketSource.API,
            # The document knows no messages of a ticket: nobody could read the assistant's reply.
            auto_respond=False,
            category_id=_id_of(body.category, known.values()) if body.category else None,
            chosen=chosen,
        )
        return TicketView.of(ticket, known)


@group.get(
    "/tickets/analytics/summary", "Get ticket analytics summary", role=Role.AGENT,
    examples=Examples(response=examples.SUMMARY),
)  # fmt: skip
async def summary(actor: Actor) -> SummaryView:
    async with unit_of_work(actor) as uow:
        return SummaryView.of(await ticket_analytics.summary(uow))


@group.get(
    "/tickets/{ticket_id}", "Get a specific ticket", errors=(403, 404), examples=Examples(response=examples.TICKET)
)
async def get_ticket(actor: Actor, ticket_id: Id) -> TicketView:
    async with unit_of_work(actor) as uow:
        return TicketView.of(await tickets.get(uow, ticket_id), await _known(uow))


@group.put(
    "/tickets/{ticket_id}", "Update a ticket", errors=(400, 403, 404),
    examples=Examples(examples.CHANGES, examples.UPDATED),
)  # fmt: skip
async def update_ticket(actor: Actor, ticket_id: Id, body: TicketPut) -> TicketView:
    async with unit_of_work(actor) as uow:
        present = await tickets.get_locked(uow, ticket_id)
        known = await _known(uow)
        return TicketView.of(await tickets.update(uow, ticket_id, body.changes(present, known)), known)


@group.delete(
    "/tickets/{ticket_id}", "Delete a ticket (admin only)", role=Role.ADMIN, errors=(403, 404),
    examples=Examples(response=examples.DELETED),
)  # fmt: skip
async def delete_ticket(actor: Actor, ticket_id: Id) -> MessageView:
    async with unit_of_work(actor) as uow:
        await tickets.delete(uow, ticket_id)
    return MessageView("Ticket deleted successfully")


async def _known(uow: UnitOfWork) -> dict[int | None, Category]:
    return {category.id: category for category in await categories.ensure_builtin(uow)}


def _id_of(word: str | UnsetType, known: Iterable[Category]) -> int:
    return {category.key: int(category.id) for category in known}[str(word)]


def _shown(known: Mapping[int | None, Category], category_id: int | None) -> ItdeskCategory:
    category = known.get(category_id)
    return shown_category(category.key if category else None)

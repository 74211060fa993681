"""Tickets: reading, writing, watching."""

from collections.abc import AsyncGenerator
from operator import itemgetter

import strawberry

from core.events import queue_topic, ticket_topic
from core.paging import CursorPage
from core.unset import UNSET, UnsetType
from resolvers.events import shown_event
from resolvers.feeds import feed
from resolvers.lookahead import included
from resolvers.policy import Requires, mutation, query, subscription
from schema.types.context import ID, Info
from schema.types.events import TicketEvent
from schema.types.messages import AddMessageInput, Message
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import BigInt, row_id, row_id_or_none
from schema.types.ticket_analytics import TicketAnalytics
from schema.types.tickets import CreateTicketInput, DeleteTicketPayload, Ticket, TicketFilter, UpdateTicketInput
from services import messages, ticket_analytics, ticket_list, tickets
from services.unit_of_work import LoneRead, unit_of_work


@strawberry.type
class TicketQuery:
    @query(Requires.TICKET_READ)
    async def ticket(self, info: Info, id: ID) -> Ticket:
        """One ticket. Errors: NOT_FOUND; FORBIDDEN where it is another customer's."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            row = await ticket_list.get(uow, row_id(id), included(info, below=()))
        return Ticket.of(row, actor)

    @query(Requires.TICKET_READ)
    async def tickets(
        self, info: Info, first: First = 20, after: After = None, filter: TicketFilter | None = None
    ) -> Connection[Ticket]:
        """Tickets, newest first. Customers see their own, staff all of the tenant."""
        actor, page = info.context.actor, CursorPage.checked(first, after)
        rows = await ticket_list.page_tickets(
            LoneRead(actor), _chosen(filter or TicketFilter()), page, included(info, below=("edges", "node"))
        )
        return connection(rows, node=lambda row: Ticket.of(row, actor), key=itemgetter("id"), after=after)

    @query(Requires.TICKET_ANALYTICS)
    async def ticket_analytics(self, info: Info) -> TicketAnalytics:
        """The tenant's tickets, counted, for its staff."""
        async with unit_of_work(info.context.actor) as uow:
            return TicketAnalytics.of(await ticket_analytics.summary(uow))


@strawberry.type
class TicketMutation:
    @mutation(Requires.TICKET_WRITE)
    async def create_ticket(self, info: Info, input: CreateTicketInput) -> Ticket:
        """Open a ticket; with `autoRespond` the assistant answers its text."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            ticket = await tickets.create(
                uow,
                title=input.title,
                description=input.description,
                priority=input.priority,
                source=input.source,
                auto_respond=input.auto_respond,
                category_id=row_id_or_none(input.category_id, "category_id"),
            )
            return Ticket.of(await ticket_list.get(uow, ticket.id, included(info, below=())), actor)

    @mutation(Requires.TICKET_WRITE, names={"assigned_to_id": "assigned_to"})
    async def update_ticket(self, info: Info, id: ID, input: UpdateTicketInput) -> Ticket:
        """Change a ticket. Errors: INVALID_TRANSITION names both statuses; FORBIDDEN where a customer assigns."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            ticket = await tickets.update(uow, row_id(id), _changes(input))
            return Ticket.of(await ticket_list.get(uow, ticket.id, included(info, below=())), actor)

    @mutation(Requires.TICKET_DELETE)
    async def delete_ticket(self, info: Info, id: ID) -> DeleteTicketPayload:
        """Remove a ticket with its messages."""
        async with unit_of_work(info.context.actor) as uow:
            await tickets.delete(uow, row_id(id))
        return DeleteTicketPayload(id=id)

    @mutation(Requires.TICKET_WRITE, names={"content": "text", "client_id": "clientId"})
    async def add_message(self, info: Info, ticket_id: ID, input: AddMessageInput) -> Message:
        """Write to a ticket; `internal` makes it a note among staff."""
        async with unit_of_work(info.context.actor) as uow:
            message = await messages.add(
                uow,
                row_id(ticket_id, "ticket_id"),
                text=input.text,
                author=input.author,
                internal=input.internal,
                auto_respond=input.auto_respond,
                attachments=input.attachments,
                client_id=input.client_id,
            )
            return Message.of((await messages.views(uow, [message.id]))[message.id])


@strawberry.type
class TicketSubscription:
    @subscription(Requires.TICKET_READ)
    def ticket_events(self, info: Info, id: ID, after: BigInt | None = None) -> AsyncGenerator[TicketEvent, None]:
        """What happens to a ticket: every event behind `after`, then live ones, none twice, none left out.

        Without `after` it begins with what comes next. Errors: RESUME_EXPIRED where `after` is too old, RESUME_FROM
        (`extensions.seq`) for a reader too slow, ACCESS_REVOKED.
        """
        return feed(info, ticket_topic(row_id(id)), shown_event, after=after)

    @subscription(Requires.QUEUE_WATCH)
    def inbox_events(self, info: Info, after: BigInt | None = None) -> AsyncGenerator[TicketEvent, None]:
        """What happens to all tickets of the tenant, for its staff. Resumes as `ticketEvents` does."""
        return feed(info, queue_topic(info.context.actor.tenant_id), shown_event, after=after)


def _chosen(given: TicketFilter) -> ticket_list.TicketFilter:
    return ticket_list.TicketFilter(
        statuses=given.status or (),
        priorities=given.priority or (),
        assigned_to_id=row_id_or_none(given.assigned_to, "filter.assigned_to"),
        unassigned=given.unassigned,
        category_ids=[row_id(category, "filter.category") for category in given.category or ()],
        sentiments=given.sentiment or (),
        author_id=row_id_or_none(given.author, "filter.author"),
    )


def _changes(given: UpdateTicketInput) -> tickets.TicketChanges:
    return tickets.TicketChanges(
        title=given.title.value if given.title else UNSET,
        description=given.description.value if given.description else UNSET,
        status=given.status.value if given.status else UNSET,
        priority=given.priority.value if given.priority else UNSET,
        assigned_to_id=_row_id(given.assigned_to, "assigned_to"),
        category_id=_row_id(given.category_id, "category_id"),
    )


def _row_id(given: strawberry.Maybe[ID | None], field: str) -> int | UnsetType | None:
    return row_id_or_none(given.value, field) if given else UNSET

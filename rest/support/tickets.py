"""🎫 Tickets API."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from models.tickets import Ticket, TicketPriority, TicketSource, TicketStatus
from rest.operations import Examples, Group, Id
from rest.shapes import Title
from rest.support import examples
from rest.support.words import (
    PageQuery,
    SupportSource,
    SupportStatus,
    meant_statuses,
    moment,
    shown_source,
    shown_status,
)
from services import tickets
from services.rate_limits import Bucket
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work

group = Group("Tickets", Bucket.OTHER)

Description = Annotated[str, msgspec.Meta(max_length=100_000, description="Описание проблемы")]


class TicketView(msgspec.Struct):
    """A ticket as the document shows one, and why it was escalated."""

    id: int
    tenant_id: int
    title: str
    description: str
    status: SupportStatus
    priority: TicketPriority
    source: SupportSource
    assigned_to: int | None
    created_by_id: int
    created_at: datetime
    updated_at: datetime
    escalation_reason: str | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketView":
        return cls(
            id=ticket.id,
            tenant_id=ticket.tenant_id,
            title=ticket.title,
            description=ticket.description,
            status=shown_status(ticket.status),
            priority=ticket.priority,
            source=shown_source(ticket.source),
            assigned_to=ticket.assigned_to_id,
            created_by_id=ticket.created_by_id,
            created_at=moment(ticket.created_at),
            updated_at=moment(ticket.updated_at),
            escalation_reason=ticket.escalation_reason,
        )


class TicketQuery(PageQuery):
    """``status`` `closed` finds cancelled tickets too, which are shown as closed."""

    status: Annotated[SupportStatus, msgspec.Meta(description="Фильтр по статусу")] | UnsetType = UNSET


class NewTicket(msgspec.Struct):
    title: Title
    description: Description | None = None
    priority: TicketPriority | None = None
    source: SupportSource | None = None
    auto_respond: Annotated[bool, msgspec.Meta(description="Автоответ AI")] = True


class TicketPatch(msgspec.Struct):
    """What to change; ``assigned_to`` null takes the ticket from whoever has it."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    status: SupportStatus | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    assigned_to: Id | UnsetType | None = UNSET

    def changes(self, present: TicketStatus) -> TicketChanges:
        """What is asked of a ticket in the ``present`` status: the status that it shows already changes nothing."""
        stays = self.status == shown_status(present)
        return TicketChanges(
            title=unset.UNSET if self.title is UNSET else self.title,
            description=unset.UNSET if self.description is UNSET else self.description,
            status=unset.UNSET if self.status is UNSET or stays else TicketStatus(self.status),
            priority=unset.UNSET if self.priority is UNSET else self.priority,
            assigned_to_id=unset.UNSET if self.assigned_to is UNSET else self.assigned_to,
        )


@group.get("/tickets", "Список тикетов", examples=Examples(response=[examples.TICKET]))
async def list_tickets(actor: Actor, query: TicketQuery) -> list[TicketView]:
    """Newest first; customers see their own."""
    statuses = None if query.status is UNSET else meant_statuses(query.status)
    async with unit_of_work(actor) as uow:
        return [TicketView.of(row) for row in await tickets.list_tickets(uow, statuses=statuses, page=query.page)]


@group.post("/tickets", "Создание тикета", status=201, examples=Examples(examples.NEW_TICKET, examples.TICKET))
async def create_ticket(actor: Actor, body: NewTicket) -> TicketView:
    async with unit_of_work(actor) as uow:
        ticket = await tickets.create(
            uow,
            title=body.title,
            description=body.description or "",
            priority=body.priority or TicketPriority.MEDIUM,
            source=TicketSource(body.source or "web"),
            auto_respond=body.auto_respond,
        )
        return TicketView.of(ticket)


@group.get("/tickets/{ticket_id}", "Получение тикета", errors=(403, 404), examples=Examples(response=examples.TICKET))
async def get_ticket(actor: Actor, ticket_id: Id) -> TicketView:
    async with unit_of_work(actor) as uow:
        return TicketView.of(await tickets.get(uow, ticket_id))


@group.patch(
    "/tickets/{ticket_id}", "Обновление тикета", errors=(400, 403, 404),
    examples=Examples(examples.TICKET_PATCH, examples.PATCHED_TICKET),
)  # fmt: skip
async def update_ticket(actor: Actor, ticket_id: Id, body: TicketPatch) -> TicketView:
    async with unit_of_work(actor) as uow:
        present = await tickets.get_locked(uow, ticket_id)
        return TicketView.of(await tickets.update(uow, ticket_id, body.changes(present.status)))


@group.delete("/tickets/{ticket_id}", "Удаление тикета", role=Role.ADMIN, status=204, errors=(403, 404))
async def delete_ticket(actor: Actor, ticket_id: Id) -> None:
    """Deletes its messages and attachments too."""
    async with unit_of_work(actor) as uow:
        await tickets.delete(uow, ticket_id)

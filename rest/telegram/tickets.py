"""🎫 Тикеты."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from models.tickets import FINISHED, TicketSource, TicketStatus
from realtime.frames.telegram import TelegramStatus
from rest.operations import Examples, Group
from rest.shapes import Title
from rest.telegram import ticket_examples as examples
from rest.telegram.people import CustomerView, PersonView
from rest.telegram.words import (
    PageQuery,
    PublicId,
    TelegramPriority,
    meant_priority,
    meant_statuses,
    moment,
    moment_or_none,
    shown_priority,
    shown_status,
)
from services import categories, people, ticket_pages, tickets
from services.rate_limits import Bucket
from services.ticket_pages import CategoryCard, PageFilter, TicketCard
from services.tickets import TicketChanges
from services.unit_of_work import UnitOfWork, unit_of_work

group = Group("Тикеты", Bucket.OTHER)

Description = Annotated[str, msgspec.Meta(max_length=100_000, description="Подробное описание проблемы")]

_ASKED: dict[TelegramStatus, TicketStatus] = {
    "OPEN": TicketStatus.OPEN,
    "IN_PROGRESS": TicketStatus.IN_PROGRESS,
    "WAITING_RESPONSE": TicketStatus.PENDING_CUSTOMER,
    "RESOLVED": TicketStatus.RESOLVED,
    "CLOSED": TicketStatus.CLOSED,
}


class TicketCategoryView(msgspec.Struct):
    id: UUID
    name: str
    icon: str
    color: str

    @classmethod
    def of_or_none(cls, card: CategoryCard | None) -> "TicketCategoryView | None":
        return None if card is None else cls(card.public_id, card.name, card.icon, card.color)


class TelegramTicketView(msgspec.Struct):
    """A ticket as the lists of the document and its single one show it, in one shape.

    ``messages_count`` counts what the caller may read. ``last_message_at`` is the creation until somebody writes.
    """

    id: UUID
    title: str
    description: str
    status: TelegramStatus
    priority: TelegramPriority
    category: TicketCategoryView | None
    user: CustomerView
    assigned_to: PersonView | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    messages_count: int
    last_message_at: datetime

    @classmethod
    def of(cls, card: TicketCard) -> "TelegramTicketView":
        return cls(
            id=card.public_id,
            title=card.title,
            description=card.description,
            status=shown_status(card.status),
            priority=shown_priority(card.priority),
            category=TicketCategoryView.of_or_none(card.category),
            user=CustomerView.of(card.author),
            assigned_to=None if card.assignee is None else PersonView.of(card.assignee),
            created_at=moment(card.created_at),
            updated_at=moment(card.updated_at),
            closed_at=moment_or_none(card.closed_at),
            messages_count=card.messages_count,
            last_message_at=moment(card.last_message_at),
        )


class CreatedTicketView(msgspec.Struct):
    id: UUID
    title: str
    description: str
    status: TelegramStatus
    priority: TelegramPriority
    category_id: UUID | None
    user_id: UUID
    created_at: datetime

    @classmethod
    def of(cls, card: TicketCard) -> "CreatedTicketView":
        return cls(
            id=card.public_id,
            title=card.title,
            description=card.description,
            status=shown_status(card.status),
            priority=shown_priority(card.priority),
            category_id=card.category.public_id if card.category else None,
            user_id=CustomerView.of(card.author).id,
            created_at=moment(card.created_at),
        )


class TelegramTicketPage(msgspec.Struct):
    items: list[TelegramTicketView]
    total: int
    page: int
    size: int
    pages: int


class TelegramTicketQuery(PageQuery):
    """What is not given does not narrow; of an unknown category or person there are no tickets."""

    status: Annotated[TelegramStatus, msgspec.Meta(description="Статус тикета")] | UnsetType = UNSET
    category_id: Annotated[PublicId, msgspec.Meta(description="ID категории")] | UnsetType = UNSET
    priority: Annotated[TelegramPriority, msgspec.Meta(description="Приоритет")] | UnsetType = UNSET
    assigned_to: Annotated[PublicId, msgspec.Meta(description="ID назначенного пользователя")] | UnsetType = UNSET

    @property
    def chosen(self) -> PageFilter:
        return PageFilter(
            statuses=() if self.status is UNSET else tuple(meant_statuses(self.status)),
            priorities=() if self.priority is UNSET else (meant_priority(self.priority),),
            category=None if self.category_id is UNSET else self.category_id,
            assigned_to=None if self.assigned_to is UNSET else self.assigned_to,
        )


class TelegramNewTicket(msgspec.Struct):
    """Without a category one is found for the ticket."""

    title: Title
    description: Description | None = None
    category_id: PublicId | None = None
    priority: TelegramPriority | None = None


class TelegramTicketChanges(msgspec.Struct):
    """What to change; ``assigned_to`` null takes the ticket from whoever has it."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    status: TelegramStatus | UnsetType = UNSET
    priority: TelegramPriority | UnsetType = UNSET
    category_id: PublicId | UnsetType | None = UNSET
    assigned_to: PublicId | UnsetType | None = UNSET

    async def changes(self, uow: UnitOfWork, present: TicketStatus) -> TicketChanges:
        """What is asked of a ticket in the ``present`` status. Raises NotFound, InvalidInput."""
        given: dict[str, Any] = {
            "title": self.title,
            "description": self.description,
            "status": self._status(present),
            "priority": meant_priority(self.priority) if self.priority is not UNSET else UNSET,
        }
        if self.category_id is not UNSET:
            given["category_id"] = await _category_number(uow, self.category_id)
        if (who := self.assigned_to) is not UNSET:
            given["assigned_to_id"] = who and await people.id_of(uow, who, field="assigned_to")
        return TicketChanges(**{name: unset.UNSET if value is UNSET else value for name, value in given.items()})

    def _status(self, present: TicketStatus) -> TicketStatus | UnsetType:
        """What it shows already stays as it is; `OPEN` opens a finished ticket again."""
        if self.status is UNSET or self.status == shown_status(present):
            return UNSET
        return TicketStatus.REOPENED if self.status == "OPEN" and present in FINISHED else _ASKED[self.status]


class Told(msgspec.Struct):
    message: str


@group.get("/tickets", "Список тикетов", examples=Examples(response=examples.TICKET_PAGE))
async def list_tickets(actor: Actor, query: TelegramTicketQuery) -> TelegramTicketPage:
    """Новые сверху; клиенты видят свои."""
    async with unit_of_work(actor) as uow:
        found = await ticket_pages.page(uow, query.chosen, query.rows)
    rows = [TelegramTicketView.of(card) for card in found.rows]
    return TelegramTicketPage(rows, found.total, query.page, query.size, query.pages(found.total))


@group.post(
    "/tickets", "Создание тикета", status=201, errors=(404,),
    examples=Examples(examples.NEW_TICKET, examples.CREATED_TICKET),
)  # fmt: skip
async def create_ticket(actor: Actor, body: TelegramNewTicket) -> CreatedTicketView:
    async with unit_of_work(actor) as uow:
        ticket = await tickets.create(
            uow,
            title=body.title,
            description=body.description or "",
            priority=meant_priority(body.priority or "NORMAL"),
            source=TicketSource.TELEGRAM,
            category_id=await _category_number(uow, body.category_id),
        )
        return CreatedTicketView.of(await ticket_pages.get(uow, ticket.public_id))


@group.get("/tickets/{id}", "Получение тикета", errors=(403, 404), examples=Examples(response=examples.TICKET))
async def get_ticket(actor: Actor, id: PublicId) -> TelegramTicketView:
    async with unit_of_work(actor) as uow:
        return TelegramTicketView.of(await ticket_pages.get(uow, id))


@group.put(
    "/tickets/{id}", "Обновление тикета", errors=(400, 403, 404),
    examples=Examples(examples.TICKET_CHANGES, examples.TICKET),
)  # fmt: skip
async def update_ticket(actor: Actor, id: PublicId, body: TelegramTicketChanges) -> TelegramTicketView:
    """Меняется только то, что передано."""
    async with unit_of_work(actor) as uow:
        present = await tickets.get_locked(uow, await ticket_pages.id_of(uow, id))
        await tickets.update(uow, present.id, await body.changes(uow, present.status))
        return TelegramTicketView.of(await ticket_pages.get(uow, id))


@group.delete(
    "/tickets/{id}", "Удаление тикета", role=Role.ADMIN, errors=(403, 404),
    examples=Examples(response={"message": "Тикет успешно удален"}),
)  # fmt: skip
async def delete_ticket(actor: Actor, id: PublicId) -> Told:
    """Вместе с его сообщениями."""
    async with unit_of_work(actor) as uow:
        await tickets.delete(uow, await ticket_pages.id_of(uow, id))
    return Told("Тикет успешно удален")


async def _category_number(uow: UnitOfWork, public_id: UUID | None) -> int | None:
    """Raises NotFound."""
    return None if public_id is None else int((await categories.by_public_id(uow, public_id)).id)

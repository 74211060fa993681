"""Tickets: opened by customers, answered by the assistant or by people."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from core.actor import Role
from core.errors import Forbidden, InvalidInput, NotFound
from core.events import (
    EscalationReason,
    ReplyRequested,
    TicketCreated,
    TicketDeleted,
    TicketUpdated,
)
from core.paging import OffsetPage
from core.unset import UNSET, UnsetType
from models.conversations import Conversation, ConversationKind
from models.tickets import Ticket, TicketPriority, TicketSource, TicketStatus
from models.users import User
from services import categories, corrections, threads
from services.language import detect
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AutoCategory:
    """What the classifier chose. ``confidence``, from 0 to 1, is calibrated."""

    category_id: int
    confidence: float


@dataclass(frozen=True, slots=True)
class TicketChanges:
    """What to change; a field left UNSET stays."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    status: TicketStatus | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    assigned_to_id: int | UnsetType | None = UNSET
    category_id: int | UnsetType | None = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that are given, but for the status, which moves by rules."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "status"}
        return {name: value for name, value in values.items() if value is not UNSET}


async def create(
    uow: UnitOfWork,
    *,
    title: str,
    description: str = "",
    priority: TicketPriority = TicketPriority.MEDIUM,
    source: TicketSource = TicketSource.WEB,
    auto_respond: bool = True,
    category_id: int | None = None,
    chosen: AutoCategory | None = None,
) -> Ticket:
    """Open a ticket of the actor. With ``auto_respond`` the assistant answers its text.

    ``category_id`` is what a person chose; ``chosen`` what the classifier did, where no person has. A ticket with
    neither is left to the triage job. Raises InvalidInput.
    """
    _check_title(title)
    category = await _category(uow, category_id, chosen)
    conversation = await Conversation.create(
        tenant_id=uow.tenant_id,
        kind=ConversationKind.TICKET,
        customer_id=uow.actor.user_id,
        language=detect(f"{title}\n{description}"),
    )
    ticket = await Ticket.create(
        id=conversation.id,
        tenant_id=uow.tenant_id,
        title=title,
        description=description,
        priority=priority,
        source=source,
        created_by_id=uow.actor.user_id,
        **category,
    )
    if auto_respond:
        # The first of the ticket's jobs: somebody waits for the reply.
        uow.emit(ReplyRequested(ticket.id))
    uow.emit(TicketCreated(ticket.id))
    return ticket


async def get(uow: UnitOfWork, ticket_id: int) -> Ticket:
    """A ticket within the actor's reach. Raises NotFound; Forbidden where it is another customer's."""
    return await _reach(uow, Ticket.get_or_none(id=ticket_id), ticket_id)


async def get_locked(uow: UnitOfWork, ticket_id: int) -> Ticket:
    """As :func:`get`, locked until the unit of work ends: what is decided from its state stays true."""
    return await _reach(uow, Ticket.filter(id=ticket_id).select_for_update().get_or_none(), ticket_id)


async def list_tickets(
    uow: UnitOfWork,
    *,
    page: OffsetPage,
    statuses: Collection[TicketStatus] | None = None,
    priorities: Collection[TicketPriority] | None = None,
    assigned_to_id: int | None = None,
) -> list[Ticket]:
    """Tickets that the actor may see, newest first. What is None does not narrow."""
    wanted = {
        "status__in": None if statuses is None else list(statuses),
        "priority__in": None if priorities is None else list(priorities),
        "assigned_to_id": assigned_to_id,
    }
    tickets = Ticket.readable_by(uow.actor).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    return await tickets.order_by("-id").offset(page.skip).limit(page.limit)


async def update(uow: UnitOfWork, ticket_id: int, changes: TicketChanges) -> Ticket:
    """Change a ticket. Raises NotFound, Forbidden, InvalidInput, InvalidTransition."""
    ticket = await get_locked(uow, ticket_id)
    await _check_changes(uow, changes)
    changed = {name: value for name, value in changes.given().items() if getattr(ticket, name) != value}
    if "category_id" in changed:
        await _check_category(uow, changed["category_id"])
        # A person has decided: the classifier's word is no more.
        changed |= {"auto_categorized": False, "category_confidence": None}
    if changed:
        await ticket.update_from_dict(changed).save(update_fields=[*changed, "updated_at"])
        uow.emit(TicketUpdated(ticket.id))
    if "category_id" in changed and uow.actor.is_staff:
        await corrections.record(uow, ticket)
    if changes.status is TicketStatus.ESCALATED:
        by_staff = uow.actor.is_staff
        await threads.escalate(uow, ticket, EscalationReason.MANUAL if by_staff else EscalationReason.CUSTOMER_REQUEST)
    elif not isinstance(changes.status, UnsetType):
        await threads.set_status(uow, ticket, changes.status)
    return ticket


async def delete(uow: UnitOfWork, ticket_id: int) -> None:
    """Remove a ticket with its messages. Raises Forbidden below admin, NotFound."""
    if not uow.actor.is_admin:
        raise Forbidden
    ticket = await get_locked(uow, ticket_id)
    await Conversation.filter(id=ticket.id).delete()
    uow.emit(TicketDeleted(ticket.id))


async def _reach(uow: UnitOfWork, query: Any, ticket_id: int) -> Ticket:
    ticket: Ticket | None = await query
    if ticket is None:
        raise NotFound("ticket", ticket_id)
    if not uow.actor.is_staff and ticket.created_by_id != uow.actor.user_id:
        raise Forbidden
    return ticket


async def _category(uow: UnitOfWork, given: int | None, chosen: AutoCategory | None) -> dict[str, Any]:
    """The columns of a new ticket's category. Raises InvalidInput for one that a person gave and that is none."""
    if given is not None:
        await categories.take(uow, given)
        return {"category_id": given}
    if chosen is None or not await categories.is_available(uow, chosen.category_id):
        return {}
    return {
        "category_id": chosen.category_id,
        "auto_categorized": True,
        "category_confidence": chosen.confidence,
    }


async def _check_category(uow: UnitOfWork, category_id: int | None) -> None:
    if category_id is not None:
        await categories.take(uow, category_id)


def _check_title(title: str) -> None:
    if not 1 <= len(title.strip()) <= len(title) <= 255:
        raise InvalidInput("title must be 1 to 255 characters long", field="title")


async def _check_changes(uow: UnitOfWork, changes: TicketChanges) -> None:
    if isinstance(changes.title, str):
        _check_title(changes.title)
    if changes.assigned_to_id is not UNSET and not uow.actor.is_staff:
        raise Forbidden("Only staff assign tickets")
    if isinstance(changes.assigned_to_id, int):
        await _check_assignee(changes.assigned_to_id)


async def _check_assignee(user_id: int) -> None:
    staff = [role for role in Role if role.includes(Role.AGENT)]
    if not await User.filter(id=user_id, is_active=True, role__in=staff).exists():
        raise InvalidInput("assigned_to must be an active agent of this tenant", field="assigned_to")

"""What happens to a locked ticket: a message is stored, the status moves, a person is called."""

from uuid import UUID

from core.events import EscalationReason, MessageAdded, TicketEscalated, TicketStatusChanged, Visibility
from core.languages import Language
from models.conversations import AuthorKind, Conversation, Message
from models.tenants import Tenant
from models.tickets import Ticket, TicketStatus
from services import telegram_news, working_hours
from services.extraction import escalation_text
from services.unit_of_work import UnitOfWork


async def store(
    uow: UnitOfWork,
    ticket: Ticket,
    *,
    kind: AuthorKind,
    text: str,
    internal: bool = False,
    turn_id: int | None = None,
    client_id: UUID | None = None,
    confidence: float | None = None,
    model: str | None = None,
) -> Message:
    """Save a message and tell of it. ``turn_id`` names the customer's turn that it answers,
    ``client_id`` is the writer's own number of it."""
    by_person = kind in (AuthorKind.CUSTOMER, AuthorKind.OPERATOR)
    message = await Message.create(
        tenant_id=uow.tenant_id,
        conversation_id=ticket.id,
        author_kind=kind,
        author_id=uow.actor.user_id if by_person else None,
        visibility=Visibility.STAFF if internal else Visibility.PUBLIC,
        text=text,
        turn_id=turn_id,
        client_id=client_id,
        confidence=confidence,
        model=model,
    )
    ticket.active_at = message.created_at
    await ticket.save(update_fields=["active_at"])
    uow.emit(MessageAdded(ticket.id, message_id=message.id, internal=internal))
    await telegram_news.message_stored(uow, ticket, message)
    return message


async def set_status(uow: UnitOfWork, ticket: Ticket, status: TicketStatus) -> None:
    """Move the ticket; the present status is fine and tells nothing. Raises InvalidTransition."""
    previous = ticket.status
    if ticket.move(status):
        await ticket.save(update_fields=["status", "resolved_at", "closed_at", "active_at", "updated_at"])
        uow.emit(_moved(uow, ticket, previous))
        await telegram_news.status_moved(uow, ticket)


async def escalate(
    uow: UnitOfWork,
    ticket: Ticket,
    reason: EscalationReason,
    *,
    turn_id: int | None = None,
    confidence: float | None = None,
) -> bool:
    """Call a person and tell the customer so, and when people are back where none is there.

    ``confidence`` is of the best passage that was found. False where a person has been called already. Raises
    InvalidTransition.
    """
    previous = ticket.status
    if not ticket.escalate(reason):
        return False
    await ticket.save(
        update_fields=[
            "status",
            "resolved_at",
            "closed_at",
            "escalation_reason",
            "escalated_at",
            "active_at",
            "updated_at",
        ]
    )
    uow.emit(_moved(uow, ticket, previous), TicketEscalated(ticket.id, reason))
    language = await language_of(ticket)
    notice, absence = escalation_text(reason, language), await working_hours.away(uow)
    if absence is not None:
        notice = f"{notice}\n\n{working_hours.in_words(absence, language)}"
    await store(uow, ticket, kind=AuthorKind.SYSTEM, text=notice, turn_id=turn_id, confidence=confidence)
    return True


def _moved(uow: UnitOfWork, ticket: Ticket, previous: TicketStatus) -> TicketStatusChanged:
    return TicketStatusChanged(
        ticket.id,
        status=ticket.status,
        previous=previous,
        owner_id=ticket.created_by_id,
        changed_by_id=uow.actor.user_id,
    )


async def language_of(ticket: Ticket) -> Language:
    """The language the customer last wrote in, else the tenant's."""
    conversation = await Conversation.get(id=ticket.id)
    if conversation.language is not None:
        return conversation.language
    return (await Tenant.get(id=ticket.tenant_id)).language

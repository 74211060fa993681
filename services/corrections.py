"""What people decide about a ticket's category: the classifier of the tenant learns from it."""

from core.facts.triage import TriageCorrected
from models.categories import TriageExample
from models.conversations import Conversation
from models.tickets import Ticket
from services.unit_of_work import UnitOfWork


def text_of(ticket: Ticket) -> str:
    """What is classified of a ticket, and learned from it."""
    return ticket.own_text


async def record(uow: UnitOfWork, ticket: Ticket) -> None:
    """Remember what category a member of staff gave the locked ticket; with none, what was remembered is forgotten."""
    if ticket.category_id is None:
        if not await TriageExample.filter(ticket_id=ticket.id).delete():
            return
    else:
        conversation = await Conversation.get(id=ticket.id)
        decided = {"category_id": ticket.category_id, "text": text_of(ticket), "language": conversation.language}
        await TriageExample.update_or_create(decided, tenant_id=uow.tenant_id, ticket_id=ticket.id)
    uow.emit(TriageCorrected(ticket.id))

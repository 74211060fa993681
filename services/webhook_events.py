"""What webhooks tell: one table from facts to the names of events, and what each event says.

An event is rendered when its job runs, from the rows as they are then: what was deleted meanwhile is told by its id
alone. Ids are written as in GraphQL. Notes among staff are not told.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from core import events
from core.events import Event, Visibility
from core.facts import dialogs as dialog_facts
from core.facts import handoffs as handoff_facts
from core.facts import leads as lead_facts
from core.facts import payments as payment_facts
from models.conversations import Message
from models.dialogs import Dialog
from models.leads import Lead
from models.payments import Payment
from models.tickets import Ticket

TEST = "webhook.test"
EVENTS: Mapping[type[Event], str] = MappingProxyType(
    {
        events.TicketCreated: "ticket.created",
        events.TicketUpdated: "ticket.updated",
        events.TicketStatusChanged: "ticket.status_changed",
        events.TicketEscalated: "ticket.escalated",
        events.TicketDeleted: "ticket.deleted",
        events.MessageAdded: "ticket.message_added",
        dialog_facts.DialogOpened: "dialog.opened",
        dialog_facts.DialogMessageAdded: "dialog.message_added",
        dialog_facts.DialogArchived: "dialog.archived",
        dialog_facts.DialogReopened: "dialog.reopened",
        handoff_facts.HandoffRequested: "handoff.requested",
        handoff_facts.HandoffStarted: "handoff.started",
        handoff_facts.HandoffReturned: "handoff.returned",
        handoff_facts.HandoffReleased: "handoff.released",
        handoff_facts.HandoffCancelled: "handoff.cancelled",
        lead_facts.LeadRegistered: "lead.registered",
        lead_facts.LeadStatusChanged: "lead.status_changed",
        payment_facts.PaymentMoved: "payment.moved",
        payment_facts.BalanceExhausted: "balance.exhausted",
    }
)
NAMES = tuple(EVENTS.values())

_LONGEST_TEXT = 20_000
Data = dict[str, Any]


def name_of(fact: Event) -> str | None:
    """The event that tells a fact; None for what is not told outside, as a note among staff."""
    name = EVENTS.get(type(fact))
    return None if getattr(fact, "internal", False) else name


def body_of(event: str, at: str, data: Data) -> Data:
    """What is sent: the three keys that the specification asks for, in its order."""
    return {"type": event, "timestamp": at, "data": data}


def in_order(body: Mapping[str, Any]) -> Data:
    """A stored body as it was made: the database keeps an order of keys of its own."""
    return body_of(body["type"], body["timestamp"], body["data"])


async def data_of(tenant_id: int, fact: Mapping[str, Any]) -> Data:
    """What an event says of the fact with this payload: the rows that it names, and its other words."""
    data: Data = {}
    for key, value in fact.items():
        noun = key.removesuffix("_id")
        if noun in _NOUNS and noun != key:
            data[noun] = await _NOUNS[noun](tenant_id, value)
        elif key != "internal":
            data[_camel(key)] = _shown_id(value) if key.endswith("_id") else value
    return data


async def _ticket(tenant_id: int, row_id: int) -> Data:
    row = await Ticket.get_or_none(id=row_id, tenant_id=tenant_id)
    return {"id": str(row_id)} if row is None else _of_ticket(row)


async def _dialog(tenant_id: int, row_id: int) -> Data:
    row = await Dialog.get_or_none(id=row_id, tenant_id=tenant_id)
    return {"id": str(row_id)} if row is None else _of_dialog(row)


async def _message(tenant_id: int, row_id: int) -> Data:
    # Asked anew: it may have been made a note of the staff's since.
    row = await Message.get_or_none(id=row_id, tenant_id=tenant_id, visibility=Visibility.PUBLIC)
    return {"id": str(row_id)} if row is None else _of_message(row)


async def _lead(tenant_id: int, row_id: int) -> Data:
    row = await Lead.get_or_none(id=row_id, tenant_id=tenant_id)
    return {"id": str(row_id)} if row is None else _of_lead(row)


async def _payment(tenant_id: int, row_id: int) -> Data:
    row = await Payment.get_or_none(id=row_id, tenant_id=tenant_id)
    return {"id": str(row_id)} if row is None else _of_payment(row)


_NOUNS: Mapping[str, Callable[[int, int], Awaitable[Data]]] = {
    "ticket": _ticket,
    "dialog": _dialog,
    "message": _message,
    "lead": _lead,
    "payment": _payment,
}


def _of_ticket(row: Ticket) -> Data:
    return {
        "id": str(row.id),
        "title": row.title,
        "status": row.status,
        "priority": row.priority,
        "source": row.source,
        "authorId": str(row.created_by_id),
        "assignedToId": _shown_id(row.assigned_to_id),
        "categoryId": _shown_id(row.category_id),
        "escalationReason": row.escalation_reason,
        "createdAt": row.created_at.isoformat(),
        "updatedAt": row.updated_at.isoformat(),
    }


def _of_dialog(row: Dialog) -> Data:
    return {
        "id": str(row.id),
        "assistantId": str(row.assistant_id),
        "platform": row.platform,
        "customerName": f"{row.first_name} {row.last_name}".strip(),
        "status": row.status,
        "handoffStatus": row.handoff_status,
        "createdAt": row.created_at.isoformat(),
        "updatedAt": row.updated_at.isoformat(),
    }


def _of_message(row: Message) -> Data:
    return {
        "id": str(row.id),
        "authorKind": row.author_kind,
        "authorId": _shown_id(row.author_id),
        "text": row.text[:_LONGEST_TEXT],
        "createdAt": row.created_at.isoformat(),
    }


def _of_lead(row: Lead) -> Data:
    return {
        "id": str(row.id),
        "name": row.name,
        "phone": row.phone_e164,
        "city": row.city,
        "summary": row.summary[:_LONGEST_TEXT],
        "status": row.status,
        "createdAt": row.created_at.isoformat(),
    }


def _of_payment(row: Payment) -> Data:
    return {
        "id": str(row.id),
        "orderId": row.order_id,
        "amount": f"{row.amount:.2f}",
        "refunded": f"{row.refunded:.2f}",
        "status": row.status,
        "createdAt": row.created_at.isoformat(),
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))


def _shown_id(number: int | None) -> str | None:
    return None if number is None else str(number)

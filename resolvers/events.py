"""Events of the log as the schema's types."""

from collections.abc import Callable, Mapping
from typing import Any

from core import events
from core.actor import Actor
from core.events import EscalationReason
from models.tickets import TicketStatus
from realtime.content import EventContent, content_of
from schema.types import events as shown
from schema.types.messages import Message
from schema.types.rows import shown_id
from schema.types.scalars import BigInt
from services.events import StoredEvent

Common = dict[str, Any]
"""What every event has."""


async def shown_event(event: StoredEvent, actor: Actor) -> shown.TicketEvent | None:
    """The event as ``actor`` may see it now; None where it has become internal, or is of a kind that is not shown."""
    # What happens to a ticket is told by the event itself: only messages are read.
    content = await content_of(event) if event.kind == events.MessageAdded.kind else EventContent(event)
    if not content.visible_to(actor):
        return None
    return _typed(event, content)


def _typed(event: StoredEvent, content: EventContent) -> shown.TicketEvent | None:
    common: Common = {"seq": BigInt(event.seq), "at": event.at, "ticket_id": shown_id(event.payload["ticket_id"])}
    make = _MAKERS.get(event.kind)
    return None if make is None else make(common, content)


def _status_changed(common: Common, content: EventContent) -> shown.TicketEvent:
    status, previous = (TicketStatus(content.event.payload[name]) for name in ("status", "previous"))
    changed_by_id = content.event.payload.get("changed_by_id")
    return shown.TicketStatusChanged(**common, status=status, previous=previous, changed_by_id=changed_by_id)


def _escalated(common: Common, content: EventContent) -> shown.TicketEvent:
    return shown.TicketEscalated(**common, reason=EscalationReason(content.event.payload["reason"]))


def _message_added(common: Common, content: EventContent) -> shown.TicketEvent:
    message = None if content.message is None else Message.of(content.message)
    return shown.MessageAdded(**common, message_id=shown_id(content.event.payload["message_id"]), message=message)


_MAKERS: Mapping[str, Callable[[Common, EventContent], shown.TicketEvent]] = {
    events.TicketCreated.kind: lambda common, _: shown.TicketCreated(**common),
    events.TicketUpdated.kind: lambda common, _: shown.TicketUpdated(**common),
    events.TicketDeleted.kind: lambda common, _: shown.TicketDeleted(**common),
    events.TicketStatusChanged.kind: _status_changed,
    events.TicketEscalated.kind: _escalated,
    events.MessageAdded.kind: _message_added,
}

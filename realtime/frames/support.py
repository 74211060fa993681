"""Frames of ``/v1/ws/{ticket_id}``: ``message``, ``status_change`` and ``escalation``, each with its ``seq``.

An event is rendered once for staff and once for customers, whatever the number of sockets.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from core.actor import Actor
from core.events import EscalationReason, MessageAdded, TicketEscalated, TicketStatusChanged
from models.conversations import AuthorKind
from models.tickets import TicketStatus
from realtime.content import EventContent, Shared, content_of
from realtime.websocket import TicketDialect, ticket_number
from services.events import StoredEvent

Frame = dict[str, Any]

ROLES: Mapping[AuthorKind, str] = {
    AuthorKind.CUSTOMER: "user",
    AuthorKind.ASSISTANT: "assistant",
    AuthorKind.OPERATOR: "agent",
    AuthorKind.SYSTEM: "system",
}
_REASONS: Mapping[EscalationReason, str] = {
    EscalationReason.CUSTOMER_REQUEST: "User requested human agent",
    EscalationReason.NO_GROUND: "No answer in the knowledge base",
    EscalationReason.UNGROUNDED_ANSWER: "The answer was not supported by the knowledge base",
    EscalationReason.PROVIDER_FAILED: "AI service unavailable",
    EscalationReason.MANUAL: "Escalated by an agent",
}
_ANSWER_FRAMES: Mapping[str, str] = {
    "answer.started": "answer_started",
    "answer.delta": "delta",
    "answer.done": "answer_done",
    "answer.failed": "answer_failed",
}
_TIMES = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
"""As in the dialect's responses: 2024-01-15T10:30:00Z."""
_frames: Shared[str | None] = Shared()


async def render(event: StoredEvent, actor: Actor) -> str | None:
    """The frame as JSON text; None for an event that this dialect has no frame for or the actor may not see.

    Raises Unavailable.
    """
    if event.kind not in _RENDERERS:
        return None
    key = (event.tenant_id, event.topic, event.seq, actor.is_staff)
    return await _frames.get(key, lambda: _render(event, actor))


def render_passing(frame: Mapping[str, Any], actor: Actor) -> str | None:
    """The JSON text of an ephemeral frame; None for one that this dialect does not know."""
    kind = _ANSWER_FRAMES.get(str(frame.get("type")))
    if kind is None:
        return None
    data = {name: value for name, value in frame.items() if name != "type"}
    return orjson.dumps({"type": kind, "data": data}).decode()


async def _render(event: StoredEvent, actor: Actor) -> str | None:
    content = await content_of(event)
    if not content.visible_to(actor):
        return None
    kind, data = _RENDERERS[event.kind](content)
    return (
        None if data is None else orjson.dumps({"type": kind, "data": data, "seq": event.seq}, option=_TIMES).decode()
    )


def _message(content: EventContent) -> tuple[str, Frame | None]:
    if content.message is None:
        return "message", None
    row = content.message.message
    return "message", {
        "id": row.id,
        "ticket_id": row.conversation_id,
        "role": ROLES[row.author_kind],
        "content": row.text,
        "created_at": row.created_at,
    }


def _status_change(content: EventContent) -> tuple[str, Frame | None]:
    # The dialect has no word for a cancelled ticket: to it, that is a closed one.
    status = TicketStatus(content.event.payload["status"])
    return "status_change", {"status": TicketStatus.CLOSED if status is TicketStatus.CANCELLED else status}


def _escalation(content: EventContent) -> tuple[str, Frame | None]:
    reason = EscalationReason(content.event.payload["reason"])
    return "escalation", {"reason": _REASONS[reason], "code": reason}


_RENDERERS: Mapping[str, Callable[[EventContent], tuple[str, Frame | None]]] = {
    MessageAdded.kind: _message,
    TicketStatusChanged.kind: _status_change,
    TicketEscalated.kind: _escalation,
}

SOCKET = TicketDialect(
    render=render,
    render_passing=render_passing,
    find=ticket_number,
    wants_passing=lambda query: query.get("stream") in ("1", "true"),
)
"""``?stream=1`` also sends the words of answers while they are made."""

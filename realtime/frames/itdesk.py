"""Frames of ``/ws``: ``metrics``, ``alert``, ``ticket_status`` and ``chatbot_message``.

What has to be read for a frame is read once, whatever the number of sockets.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import orjson

from core.actor import Actor
from core.events import TicketStatusChanged
from core.facts.chatbot import ChatbotMessageAdded
from core.facts.monitoring import AlertClosed, AlertOpened, AlertRaised
from core.languages import Language
from models.conversations import AuthorKind
from models.tickets import TicketStatus
from realtime.content import content_of
from realtime.monitoring import alert_of
from services import alerts
from services.events import StoredEvent
from services.monitoring import Health

Frame = dict[str, Any]
ItdeskStatus = Literal["open", "in_progress", "resolved", "closed", "cancelled"]

STATUSES: Mapping[TicketStatus, ItdeskStatus] = {
    TicketStatus.OPEN: "open",
    TicketStatus.IN_PROGRESS: "in_progress",
    TicketStatus.PENDING_CUSTOMER: "in_progress",
    TicketStatus.PENDING_AGENT: "in_progress",
    TicketStatus.ESCALATED: "in_progress",
    TicketStatus.RESOLVED: "resolved",
    TicketStatus.CLOSED: "closed",
    TicketStatus.REOPENED: "open",
    TicketStatus.CANCELLED: "cancelled",
}
ROLES: Mapping[AuthorKind, str] = {
    AuthorKind.CUSTOMER: "user",
    AuthorKind.ASSISTANT: "assistant",
    AuthorKind.OPERATOR: "agent",
    AuthorKind.SYSTEM: "system",
}
_TIMES = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
"""As in the dialect's responses: 2023-01-01T00:00:00Z."""


def metrics(health: Health) -> str:
    """The frame of figures: the document's health, and when it was taken."""
    return _text(
        "metrics",
        {
            "cpu_usage": health.cpu,
            "memory_usage": health.memory,
            "disk_usage": health.disk,
            "uptime_hours": health.uptime_hours,
            "active_alerts": health.active_alerts,
            "open_tickets": health.open_tickets,
            "timestamp": health.taken_at,
        },
    )


async def render(event: StoredEvent, actor: Actor) -> str | None:
    """The frame as JSON text; None for an event that has none, or that the actor may not see. Raises Unavailable."""
    make = _RENDERERS.get(event.kind)
    return None if make is None else await make(event, actor)


async def _ticket_status(event: StoredEvent, actor: Actor) -> str | None:
    old, new = (STATUSES[TicketStatus(event.payload[name])] for name in ("previous", "status"))
    if old == new:
        # To this dialect nothing has changed.
        return None
    data = {"ticket_id": event.payload["ticket_id"], "old_status": old, "new_status": new, "updated_at": event.at}
    return _text("ticket_status", data)


async def _alert(event: StoredEvent, actor: Actor) -> str | None:
    alert = await alert_of(event)
    if alert is None or not actor.is_staff:
        return None
    data = {
        "id": alert.id,
        "hostname": alert.host,
        "metric": alert.metric,
        "severity": alert.severity,
        "message": alerts.message(alert, Language.ENGLISH),
        "value": round(alert.value, 1),
        "threshold": alert.threshold,
        "state": "closed" if event.kind == AlertClosed.kind else "opened",
        "created_at": alert.opened_at,
        "resolved_at": alert.closed_at,
    }
    return _text("alert", data)


async def _chatbot_message(event: StoredEvent, actor: Actor) -> str | None:
    content = await content_of(event)
    if content.message is None or not content.visible_to(actor):
        return None
    row = content.message.message
    data = {
        "message_id": row.id,
        "session_id": event.payload["session_key"],
        "user_id": event.payload["user_id"],
        "role": ROLES[row.author_kind],
        "content": row.text,
        "created_at": row.created_at,
    }
    return _text("chatbot_message", data)


def _text(kind: str, data: Frame) -> str:
    return orjson.dumps({"type": kind, "data": data}, option=_TIMES).decode()


_RENDERERS: Mapping[str, Callable[[StoredEvent, Actor], Awaitable[str | None]]] = {
    TicketStatusChanged.kind: _ticket_status,
    AlertOpened.kind: _alert,
    AlertRaised.kind: _alert,
    AlertClosed.kind: _alert,
    ChatbotMessageAdded.kind: _chatbot_message,
}

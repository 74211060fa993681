"""Frames of dialogs as the document of `replyx` has them, for ``/ws/dialogs/{id}`` and for the event stream.

Both have the same fields and differ in how they name what happened: ``new_message`` here is ``dialog.message.created``
there. An event is rendered once for staff and once for guests on each of the two, whatever the number of clients.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import orjson

from core import clock
from core.actor import Actor
from core.facts.dialogs import AssistantSilenced, DialogArchived, DialogMessageAdded, DialogReopened
from core.facts.handoffs import HandoffCancelled, HandoffReleased, HandoffRequested, HandoffReturned, HandoffStarted
from models.conversations import Attachment, AuthorKind
from models.knowledge import Citation
from realtime.content import Shared, content_of
from realtime.dialog_visits import Visit
from realtime.typists import TYPING, is_own
from services import file_links
from services.dialog_messages import SaidInDialog
from services.events import StoredEvent

Frame = dict[str, Any]

SENDERS: Mapping[AuthorKind, str] = {
    AuthorKind.CUSTOMER: "user",
    AuthorKind.ASSISTANT: "assistant",
    AuthorKind.OPERATOR: "operator",
    AuthorKind.SYSTEM: "system",
}
OPERATOR = "Оператор"
"""Stands for an operator without a name, and for one of another tenant."""


class Surface(Enum):
    """Which of an event's two names is written; the value is its place in the tables."""

    SOCKET = 0
    STREAM = 1


NAMES: Mapping[str, tuple[str, str]] = {
    DialogMessageAdded.kind: ("new_message", "dialog.message.created"),
    HandoffRequested.kind: ("handoff_requested", "handoff.requested"),
    HandoffStarted.kind: ("handoff_started", "handoff.started"),
    HandoffReturned.kind: ("handoff_returned", "handoff.returned"),
    HandoffReleased.kind: ("handoff_released", "handoff.released"),
    HandoffCancelled.kind: ("handoff_cancelled", "handoff.cancelled"),
    DialogArchived.kind: ("dialog_archived", "dialog.archived"),
    DialogReopened.kind: ("dialog_reopened", "dialog.reopened"),
    AssistantSilenced.kind: ("assistant_silenced", "assistant.silenced"),
}
"""Every kind of event that has a frame."""
_PASSING: Mapping[str, tuple[str, str]] = {
    "answer.delta": ("assistant_delta", "assistant.delta"),
    "answer.done": ("assistant_done", "assistant.done"),
    "answer.failed": ("assistant_failed", "assistant.failed"),
}
_OPERATOR_TYPES = ("operator_typing", "operator.typing")
_CUSTOMER_TYPES = ("user_typing", "user.typing")
_frames: Shared[str | None] = Shared()


async def render(surface: Surface, event: StoredEvent, actor: Actor) -> str | None:
    """The frame as JSON text; None for an event that has none, or that the actor may not see. Raises Unavailable."""
    if event.kind not in NAMES:
        return None
    key = (event.tenant_id, event.topic, event.seq, actor.is_staff, surface)
    return await _frames.get(key, lambda: _render(surface, event, actor))


def render_passing(surface: Surface, frame: Mapping[str, Any], actor: Actor) -> str | None:
    """The JSON text of what passes by: pieces of an answer, and who types; None for what the actor is not shown."""
    kind = str(frame.get("type"))
    if kind == TYPING:
        return _typing(surface, frame, actor)
    if kind not in _PASSING:
        return None
    fields = {name: value for name, value in frame.items() if name != "type"}
    return _text(_PASSING[kind][surface.value], fields)


def established(visit: Visit, client_id: str, seq: int) -> str:
    """What a client is told first: who it is here, and the number behind which its events begin."""
    fields: Frame = {"client_id": client_id, "dialog_id": visit.dialog_id, "guest_id": visit.guest_id, "seq": seq}
    return _text("connection.established", fields)


def stream_ping() -> str:
    """The event beside each heartbeat of a stream."""
    return _text("connection.ping", {})


async def _render(surface: Surface, event: StoredEvent, actor: Actor) -> str | None:
    content = await content_of(event)
    if not content.visible_to(actor):
        return None
    fields = _message(content.said) if event.kind == DialogMessageAdded.kind else _FIELDS[event.kind](event.payload)
    if fields is None:
        return None
    frame = {"dialog_id": event.payload["dialog_id"], **fields, "seq": event.seq}
    return _text(NAMES[event.kind][surface.value], frame, event.at)


def _message(said: SaidInDialog | None) -> Frame | None:
    """None where it is deleted."""
    if said is None:
        return None
    row = said.message
    message: Frame = {
        "id": row.id,
        "sender": SENDERS[row.author_kind],
        "text": row.text,
        "created_at": moment(row.created_at),
        "reply_to": row.turn_id,
        "attachments": [_attachment(each) for each in said.attachments],
    }
    if said.citations:
        message["citations"] = [_citation(each) for each in said.citations]
    if row.author_kind is AuthorKind.OPERATOR:
        message["operator_name"] = said.operator_name or OPERATOR
    if said.internal:
        message["is_internal"] = True
    return {"message": message}


def _started(payload: Mapping[str, Any]) -> Frame:
    # The document's avatar is a string; people here have none.
    return {"manager": {"id": payload["operator_id"], "name": payload["operator_name"], "avatar": ""}}


_FIELDS: Mapping[str, Callable[[Mapping[str, Any]], Frame]] = {
    HandoffRequested.kind: lambda payload: {
        "reason": payload["reason"],
        "queue_position": payload["queue_position"],
        "priority": payload["priority"],
    },
    HandoffStarted.kind: _started,
    HandoffReturned.kind: lambda payload: {"queue_position": payload["queue_position"]},
    HandoffReleased.kind: lambda payload: {
        "resolution": payload["resolution"],
        "return_to_ai": payload["to_assistant"],
    },
    HandoffCancelled.kind: lambda payload: {"reason": payload["reason"]},
    DialogArchived.kind: lambda payload: {},
    DialogReopened.kind: lambda payload: {},
    AssistantSilenced.kind: lambda payload: {"reason": payload["reason"]},
}


def _typing(surface: Surface, frame: Mapping[str, Any], actor: Actor) -> str | None:
    # The document has a frame for who types and none for who stopped: clients let it fade.
    if not frame["is_typing"] or is_own(frame, actor):
        return None
    if frame["staff"]:
        fields = {"dialog_id": frame["dialog_id"], "operator_name": frame["name"] or OPERATOR}
        return _text(_OPERATOR_TYPES[surface.value], fields)
    return _text(_CUSTOMER_TYPES[surface.value], {"dialog_id": frame["dialog_id"]})


def _citation(citation: Citation) -> Frame:
    """Without its passage, which may be long: who wants it reads the message."""
    return {"position": citation.position, "source": citation.source, "score": round(citation.score, 4)}


def _attachment(attachment: Attachment) -> Frame:
    return {
        "id": str(attachment.public_id),
        "filename": attachment.file_name,
        "size": attachment.size_bytes,
        "content_type": attachment.mime_type,
        "url": file_links.signed_path(attachment),
    }


def moment(value: datetime) -> str:
    """As in the dialect's responses: 2025-09-01T12:00:00Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(kind: str, fields: Frame, at: datetime | None = None) -> str:
    return orjson.dumps({"type": kind, **fields, "timestamp": moment(at or clock.now())}).decode()

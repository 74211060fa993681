"""Frames of ``/ws/tickets/{ticket_id}``: ``new_message``, ``status_changed`` and ``typing``, as the document has them.

The first two carry ``seq`` besides, to resume with. An event is rendered once for staff and once for customers,
whatever the number of sockets. A move between two statuses that the dialect calls alike is not told.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from config.settings import get_settings
from core.actor import Actor, Role, system_actor
from core.errors import NotFound
from core.events import MessageAdded, TicketStatusChanged, ticket_topic
from models.conversations import Attachment, AuthorKind
from models.tickets import TicketStatus
from realtime.connection import Ear
from realtime.content import EventContent, Shared, content_of
from realtime.typists import TYPING, Pace, Typist, is_own
from realtime.websocket import TicketDialect
from services import file_links, people, ticket_pages
from services.events import StoredEvent
from services.messages import MessageView
from services.people import PersonCard
from services.unit_of_work import UnitOfWork, unit_of_work

Frame = dict[str, Any]
TelegramRole = Literal["USER", "HELPER", "MODERATOR", "ADMIN"]
TelegramStatus = Literal["OPEN", "IN_PROGRESS", "WAITING_RESPONSE", "RESOLVED", "CLOSED"]

STATUSES: Mapping[TicketStatus, TelegramStatus] = {
    TicketStatus.OPEN: "OPEN",
    TicketStatus.IN_PROGRESS: "IN_PROGRESS",
    TicketStatus.PENDING_CUSTOMER: "WAITING_RESPONSE",
    TicketStatus.PENDING_AGENT: "IN_PROGRESS",
    TicketStatus.ESCALATED: "IN_PROGRESS",
    TicketStatus.RESOLVED: "RESOLVED",
    TicketStatus.CLOSED: "CLOSED",
    TicketStatus.REOPENED: "OPEN",
    TicketStatus.CANCELLED: "CLOSED",
}
ROLES: Mapping[Role, TelegramRole] = {
    Role.USER: "USER",
    Role.AGENT: "HELPER",
    Role.MODERATOR: "MODERATOR",
    Role.ADMIN: "ADMIN",
    Role.SUPERADMIN: "ADMIN",
}
# The document knows people alone, and always shows one: these stand for the others who write.
ASSISTANT = PersonCard(UUID(int=1), None, "Opora AI", None, Role.AGENT)
SYSTEM = PersonCard(UUID(int=2), None, "Система", None, Role.ADMIN)
SUPERVISOR = PersonCard(UUID(int=3), None, "Администратор", None, Role.ADMIN)
"""Somebody of another tenant who looked in."""
_STANDING_FOR: Mapping[AuthorKind, PersonCard] = {AuthorKind.ASSISTANT: ASSISTANT, AuthorKind.SYSTEM: SYSTEM}

_NOT_UNDERSTOOD = orjson.dumps(
    {
        "type": "error",
        "data": {
            "code": "VALIDATION_ERROR",
            "message": 'Ожидается {"type": "typing", "data": {"is_typing": true}}',
        },
    }
).decode()
_TOO_MUCH = orjson.dumps(
    {"type": "error", "data": {"code": "RATE_LIMIT_EXCEEDED", "message": "Превышен лимит запросов"}}
).decode()
_BURST, _PER_SECOND = 10, 1.0
_KINDS = frozenset({MessageAdded.kind, TicketStatusChanged.kind})
_frames: Shared[str | None] = Shared()


def author_of(view: MessageView, authors: Mapping[int, PersonCard]) -> PersonCard:
    """Who is shown as a message's author; ``authors`` is :func:`services.people.authors` of it."""
    kind = view.message.author_kind
    return _STANDING_FOR.get(kind) or authors.get(view.message.id) or SUPERVISOR


async def render(event: StoredEvent, actor: Actor) -> str | None:
    """The frame as JSON text; None for an event that this dialect has no frame for or the actor may not see.

    Raises Unavailable.
    """
    if event.kind not in _KINDS:
        return None
    key = (event.tenant_id, event.topic, event.seq, actor.is_staff)
    return await _frames.get(key, lambda: _render(event, actor))


def render_passing(frame: Mapping[str, Any], actor: Actor) -> str | None:
    """``typing`` of somebody else; None for other ephemeral frames, and for one's own."""
    if frame.get("type") != TYPING or is_own(frame, actor):
        return None
    data = {"user_id": frame["public_id"] or str(SUPERVISOR.public_id), "is_typing": frame["is_typing"]}
    return orjson.dumps({"type": "typing", "data": data}).decode()


class Keyboard:
    """Hears ``typing`` frames. Others, and too many of them, are answered by an ``error`` frame."""

    def __init__(self, typist: Typist) -> None:
        self._typist = typist
        self._pace = Pace(burst=_BURST, per_second=_PER_SECOND)
        self._limited = get_settings().limits.rate_limits
        self._warned = False

    async def hear(self, said: str) -> str | None:
        """The answer to what is not understood, or to the first of too many."""
        if self._limited and not self._pace.allows():
            warned, self._warned = self._warned, True
            return None if warned else _TOO_MUCH
        self._warned = False
        is_typing = _is_typing(said)
        if is_typing is None:
            return _NOT_UNDERSTOOD
        await self._typist.tell(is_typing)
        return None

    async def leave(self) -> None:
        await self._typist.leave()


def _is_typing(said: str) -> bool | None:
    """None for what is no frame that clients may send."""
    try:
        frame = orjson.loads(said)
    except orjson.JSONDecodeError:
        return None
    data = frame.get("data") if isinstance(frame, dict) and frame.get("type") == "typing" else None
    is_typing = data.get("is_typing") if isinstance(data, dict) else None
    return is_typing if isinstance(is_typing, bool) else None


async def _listen(actor: Actor, ticket_id: int) -> Ear:
    return Keyboard(await Typist.of(actor, ticket_topic(ticket_id)))


async def _find(actor: Actor, text: str) -> int:
    try:
        public_id = UUID(text)
    except ValueError:
        raise NotFound("ticket", text[:40]) from None
    async with unit_of_work(actor) as uow:
        return await ticket_pages.id_of(uow, public_id)


async def _render(event: StoredEvent, actor: Actor) -> str | None:
    content = await content_of(event)
    if not content.visible_to(actor):
        return None
    async with unit_of_work(system_actor(event.tenant_id)) as uow:
        kind, data = await (_new_message if event.kind == MessageAdded.kind else _status_changed)(uow, content)
    return None if data is None else orjson.dumps({"type": kind, "data": data, "seq": event.seq}).decode()


async def _new_message(uow: UnitOfWork, content: EventContent) -> tuple[str, Frame | None]:
    view = content.message
    if view is None:
        return "new_message", None
    authors = await people.authors(uow, [view.message.id])
    ticket_id = (await ticket_pages.public_ids(uow, [view.message.conversation_id])).get(view.message.conversation_id)
    return "new_message", {
        "id": str(view.message.public_id),
        "ticket_id": str(ticket_id),
        "content": view.message.text,
        "user": _person(author_of(view, authors)),
        "attachments": [_attachment(attachment) for attachment in view.attachments],
        "is_internal": view.message.visibility == "staff",
        "created_at": _moment(view.message.created_at),
    }


async def _status_changed(uow: UnitOfWork, content: EventContent) -> tuple[str, Frame | None]:
    payload = content.event.payload
    old, new = (STATUSES[TicketStatus(payload[name])] for name in ("previous", "status"))
    if content.ticket is None or old == new:
        return "status_changed", None
    changed_by = payload.get("changed_by_id")
    cards = {} if changed_by is None else await people.cards(uow, [changed_by])
    who = SYSTEM if changed_by is None else cards.get(changed_by, SUPERVISOR)
    return "status_changed", {
        "ticket_id": str(content.ticket.public_id),
        "old_status": old,
        "new_status": new,
        "changed_by": _person(who),
    }


def name_of(card: PersonCard) -> str:
    """What people call somebody, who may have given no name: never an empty string, nor a part of an address."""
    return card.first_name or card.username or ("Клиент" if card.role is Role.USER else "Поддержка")


def _person(card: PersonCard) -> Frame:
    return {"id": str(card.public_id), "first_name": name_of(card), "role": ROLES[card.role]}


def _attachment(attachment: Attachment) -> Frame:
    return {
        "id": str(attachment.public_id),
        "filename": attachment.file_name,
        "size": attachment.size_bytes,
        "content_type": attachment.mime_type,
        "url": file_links.signed_path(attachment),
    }


def _moment(value: datetime) -> str:
    """As in the dialect's responses: 2024-01-01T10:30:00Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SOCKET = TicketDialect(
    render=render,
    render_passing=render_passing,
    find=_find,
    wants_passing=lambda query: True,
    listen=_listen,
)

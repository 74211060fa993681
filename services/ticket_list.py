"""Lists of tickets with what a list shows: author, assignee, last message, number of messages. One statement a page.

Hand-written, because the ORM would load each relation by a statement of its own. The page is cut first and joined
then, so that the joins run for its rows alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from core.actor import Actor, Role
from core.errors import NotFound
from core.events import EscalationReason, Visibility
from core.languages import Language
from core.paging import CursorPage, Slice
from models.conversations import AuthorKind
from models.tickets import Sentiment, TicketPriority, TicketSource, TicketStatus
from services import messages, tickets
from services.messages import MessageView
from services.unit_of_work import Row, UnitOfWork

EXCERPT = 280
"""Characters of the last message that a list shows."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody as others see them; ``email`` is for the eyes of staff."""

    id: int
    full_name: str
    email: str | None
    role: Role


@dataclass(frozen=True, slots=True)
class MessagePreview:
    id: int
    author_kind: AuthorKind
    excerpt: str
    internal: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category as tickets show it; ``key`` is None for those of the tenant's own."""

    id: int
    public_id: UUID
    key: str | None
    name: str
    description: str
    icon: str
    color: str
    is_active: bool
    sort_order: int


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as lists show it. What :class:`Include` does not ask for is None.

    A person of another tenant (a superadmin who looked in) is None.
    """

    id: int
    title: str
    description: str
    status: TicketStatus
    priority: TicketPriority
    source: TicketSource
    escalation_reason: EscalationReason | None
    escalated_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    updated_at: datetime
    auto_categorized: bool
    category_confidence: float | None
    sentiment: Sentiment | None
    language: Language | None
    category: CategoryRow | None
    author: PersonRow | None
    assignee: PersonRow | None
    last_message: MessagePreview | None
    message_count: int | None
    last_seq: int | None


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets; what is None or empty does not narrow. ``unassigned`` asks for those that nobody has."""

    statuses: Sequence[TicketStatus] = ()
    priorities: Sequence[TicketPriority] = ()
    assigned_to_id: int | None = None
    unassigned: bool = False
    category_ids: Sequence[int] = ()
    sentiments: Sequence[Sentiment] = ()
    author_id: int | None = None


@dataclass(frozen=True, slots=True)
class Include:
    """What to bring along that costs an index look-up for each ticket."""

    last_message: bool = True
    message_count: bool = True
    last_seq: bool = False
    category: bool = True
    language: bool = False


class MessageKey(NamedTuple):
    """A page of one ticket's messages: what loaders batch by."""

    ticket_id: int
    page: CursorPage


# People are looked up row by row: joined freely, the planner would rather hash all users of the tenant.
_PAGE = """
SELECT t.id, t.title, t.description, t.status, t.priority, t.source, t.escalation_reason, t.escalated_at,
    t.resolved_at, t.created_at, t.updated_at, t.auto_categorized, t.category_confidence, t.sentiment,
    t.created_by_id AS author_id, a.full_name AS author_name, a.email AS author_email, a.role AS author_role,
    t.assigned_to_id AS assignee_id, s.full_name AS assignee_name, s.email AS assignee_email, s.role AS assignee_role
    {columns}
FROM (SELECT * FROM tickets WHERE {where} ORDER BY id DESC {limit}) t
LEFT JOIN LATERAL (SELECT full_name, email, role FROM users WHERE id = t.created_by_id LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT full_name, email, role FROM users WHERE id = t.assigned_to_id LIMIT 1) s ON true
{joins}
ORDER BY t.id DESC
"""
_LAST_MESSAGE = """LEFT JOIN LATERAL (
    SELECT id, author_kind, left(text, {excerpt}) AS excerpt, visibility, created_at
    FROM messages WHERE conversation_id = t.id{public} ORDER BY id DESC LIMIT 1
) m ON true"""
_LAST_MESSAGE_COLUMNS = """, m.id AS message_id, m.author_kind AS message_author_kind, m.excerpt AS message_excerpt,
    m.visibility AS message_visibility, m.created_at AS message_created_at"""
_COUNT = "LEFT JOIN LATERAL (SELECT count(*) AS n FROM messages WHERE conversation_id = t.id{public}) c ON true"
# In the same statement as the ticket, so in the same snapshot: whoever watches from there on misses nothing.
_LAST_SEQ = """, coalesce((SELECT e.last_seq FROM event_topics e
    WHERE e.tenant_id = t.tenant_id AND e.topic = 'ticket:' || t.id), 0) AS last_seq"""
_CATEGORY = ", (SELECT to_jsonb(g) FROM categories g WHERE g.id = t.category_id) AS category"
_LANGUAGE = ", (SELECT o.language FROM conversations o WHERE o.id = t.id) AS language"
_MESSAGES = """
SELECT m.id, m.conversation_id
FROM tickets t CROSS JOIN LATERAL (
    SELECT id, conversation_id FROM messages
    WHERE conversation_id = t.id AND id > $4 AND ($3 OR visibility = 'public')
    ORDER BY id LIMIT $5
) m
WHERE t.id = ANY ($1::bigint[]) AND t.tenant_id = $2 AND ($3 OR t.created_by_id = $6)
ORDER BY m.conversation_id, m.id
"""
_PLAIN = [field.name for field in fields(TicketRow)[:13]]
_ENUMS: Mapping[str, type[StrEnum]] = {
    "status": TicketStatus,
    "priority": TicketPriority,
    "source": TicketSource,
    "escalation_reason": EscalationReason,
    "sentiment": Sentiment,
    "language": Language,
}


async def page_tickets(
    uow: UnitOfWork, chosen: TicketFilter, page: CursorPage, include: Include | None = None
) -> Slice[TicketRow]:
    """Tickets that the actor may see, newest first; the cursor is the id."""
    where, args = _conditions(uow, chosen)
    if page.after is not None:
        args.append(page.after)
        where.append(f"id < ${len(args)}")
    args.append(page.size + 1)
    rows = await uow.rows(_statement(uow.actor, where, include or Include(), f"LIMIT ${len(args)}"), *args)
    return Slice([_ticket(row) for row in rows[: page.size]], has_more=len(rows) > page.size)


async def by_ids(uow: UnitOfWork, ticket_ids: Iterable[int], include: Include | None = None) -> dict[int, TicketRow]:
    """Those of the tickets that the actor may see."""
    where, args = _conditions(uow, TicketFilter())
    args.append(list(ticket_ids))
    where.append(f"id = ANY (${len(args)}::bigint[])")
    rows = await uow.rows(_statement(uow.actor, where, include or Include(), ""), *args)
    return {row["id"]: _ticket(row) for row in rows}


async def get(uow: UnitOfWork, ticket_id: int, include: Include | None = None) -> TicketRow:
    """One ticket. Raises NotFound, Forbidden as :func:`services.tickets.get` does."""
    found = (await by_ids(uow, [ticket_id], include)).get(ticket_id)
    if found is not None:
        return found
    await tickets.get(uow, ticket_id)
    raise NotFound("ticket", ticket_id)


async def first_messages(uow: UnitOfWork, ticket_ids: Iterable[int], page: CursorPage) -> dict[int, Slice[MessageView]]:
    """The same page of several tickets' messages, oldest first. Tickets out of reach have none."""
    staff = uow.actor.is_staff
    wanted = list(ticket_ids)
    after, size = page.after or 0, page.size + 1
    rows = await uow.rows(_MESSAGES, wanted, uow.tenant_id, staff, after, size, uow.actor.user_id)
    views = await messages.views(uow, [row["id"] for row in rows])
    found: dict[int, list[MessageView]] = {ticket_id: [] for ticket_id in wanted}
    for row in rows:
        found[row["conversation_id"]].append(views[row["id"]])
    return {key: Slice(value[: page.size], has_more=len(value) > page.size) for key, value in found.items()}


def _conditions(uow: UnitOfWork, chosen: TicketFilter) -> tuple[list[str], list[Any]]:
    where = ["tenant_id = $1"]
    args: list[Any] = [uow.tenant_id]
    conditions = {
        "status = ANY (${}::text[])": [status.value for status in chosen.statuses] or None,
        "priority = ANY (${}::text[])": [priority.value for priority in chosen.priorities] or None,
        "category_id = ANY (${}::bigint[])": list(chosen.category_ids) or None,
        "sentiment = ANY (${}::text[])": [sentiment.value for sentiment in chosen.sentiments] or None,
        "assigned_to_id = ${}": chosen.assigned_to_id,
        "created_by_id = ${}::bigint": chosen.author_id,
        "created_by_id = ${}": None if uow.actor.is_staff else uow.actor.user_id or 0,
    }
    for condition, value in conditions.items():
        if value is not None:
            args.append(value)
            where.append(condition.format(len(args)))
    if chosen.unassigned:
        where.append("assigned_to_id IS NULL")
    return where, args


def list_statement(actor: Actor, include: Include) -> str:
    """The statement of a first page for staff, as it runs: $1 is the tenant, $2 the number of rows."""
    return _statement(actor, ["tenant_id = $1"], include, "LIMIT $2")


def _statement(actor: Actor, where: list[str], include: Include, limit: str) -> str:
    public = "" if actor.is_staff else " AND visibility = 'public'"
    columns, joins = "", []
    if include.last_message:
        columns += _LAST_MESSAGE_COLUMNS
        joins.append(_LAST_MESSAGE.format(public=public, excerpt=EXCERPT))
    if include.message_count:
        columns += ", c.n AS message_count"
        joins.append(_COUNT.format(public=public))
    if include.last_seq:
        columns += _LAST_SEQ
    if include.category:
        columns += _CATEGORY
    if include.language:
        columns += _LANGUAGE
    return _PAGE.format(columns=columns, joins="\n".join(joins), where=" AND ".join(where), limit=limit)


def _ticket(row: Row) -> TicketRow:
    values = {name: row[name] for name in _PLAIN}
    for name, kind in _ENUMS.items():
        value = row.get(name)
        values[name] = None if value is None else kind(value)
    return TicketRow(
        **values,
        category=_category(row.get("category")),
        author=_person(row, "author"),
        assignee=_person(row, "assignee"),
        last_message=_preview(row),
        message_count=row.get("message_count"),
        last_seq=row.get("last_seq"),
    )


def _category(stored: str | dict[str, Any] | None) -> CategoryRow | None:
    if stored is None:
        return None
    columns = orjson.loads(stored) if isinstance(stored, str) else stored
    values = {field.name: columns[field.name] for field in fields(CategoryRow)}
    return CategoryRow(**{**values, "public_id": UUID(columns["public_id"])})


def _person(row: Row, name: str) -> PersonRow | None:
    role = row[f"{name}_role"]
    return role and PersonRow(row[f"{name}_id"], row[f"{name}_name"], row[f"{name}_email"], Role(role))


def _preview(row: Row) -> MessagePreview | None:
    if row.get("message_id") is None:
        return None
    return MessagePreview(
        id=row["message_id"],
        author_kind=AuthorKind(row["message_author_kind"]),
        excerpt=row["message_excerpt"],
        internal=row["message_visibility"] == Visibility.STAFF,
        created_at=row["message_created_at"],
    )

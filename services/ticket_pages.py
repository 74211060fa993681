"""Numbered pages of tickets, and single ones, by their public ids: with category, people and what was written.

Hand-written for the same reason as :mod:`services.ticket_list`. The page's ids are cut from an index first, so that a
page far behind costs index entries, not rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.errors import NotFound
from core.paging import OffsetPage
from models.tickets import TicketPriority, TicketStatus
from services import tickets
from services.people import PERSON_COLUMNS, PersonCard, person_card
from services.unit_of_work import Row, UnitOfWork


@dataclass(frozen=True, slots=True)
class CategoryCard:
    public_id: UUID
    name: str
    icon: str
    color: str


@dataclass(frozen=True, slots=True)
class TicketCard:
    """A ticket as pages show it. ``messages_count`` and ``last_message_at`` are of messages that the actor may see.

    ``last_message_at`` is the ticket's creation where nobody has written since: its own text is the first word. A
    person of another tenant (a superadmin who looked in) is None.
    """

    id: int
    public_id: UUID
    title: str
    description: str
    status: TicketStatus
    priority: TicketPriority
    category: CategoryCard | None
    author_id: int
    author: PersonCard | None
    assignee: PersonCard | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    messages_count: int
    last_message_at: datetime


@dataclass(frozen=True, slots=True)
class PageFilter:
    """Which tickets; what is None or empty does not narrow. Nothing is of a category or a person unknown here."""

    statuses: Sequence[TicketStatus] = ()
    priorities: Sequence[TicketPriority] = ()
    category: UUID | None = None
    assigned_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class TicketPage:
    rows: Sequence[TicketCard]
    total: int


_CATEGORY_COLUMNS = ("public_id", "name", "icon", "color")
_PERSON_NAMES = ("public_id", "telegram_id", "first_name", "username", "role")
_TICKET_COLUMNS = (
    "id", "public_id", "title", "description", "status", "priority", "created_at", "updated_at", "closed_at",
)  # fmt: skip
_CARD = f"""
SELECT {", ".join(f"t.{name}" for name in _TICKET_COLUMNS)}, t.created_by_id,
    {", ".join(f"c.{name} AS category_{name}" for name in _CATEGORY_COLUMNS)},
    {", ".join(f"a.{name} AS author_{name}" for name in _PERSON_NAMES)},
    {", ".join(f"s.{name} AS assignee_{name}" for name in _PERSON_NAMES)},
    m.n AS messages_count, coalesce(m.last_at, t.created_at) AS last_message_at
FROM (SELECT id FROM tickets WHERE {{where}} ORDER BY id DESC {{limit}}) p
JOIN tickets t ON t.id = p.id
LEFT JOIN LATERAL (SELECT public_id, name, icon, color FROM categories WHERE id = t.category_id LIMIT 1) c ON true
LEFT JOIN LATERAL (SELECT {PERSON_COLUMNS} FROM users u WHERE id = t.created_by_id LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT {PERSON_COLUMNS} FROM users u WHERE id = t.assigned_to_id LIMIT 1) s ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS n, max(created_at) AS last_at FROM messages WHERE conversation_id = t.id{{public}}
) m ON true
ORDER BY p.id DESC
"""  # noqa: S608  # names of columns alone
_COUNT = "SELECT count(*) AS n FROM tickets WHERE {where}"
_ID = "SELECT id FROM tickets WHERE tenant_id = $1 AND public_id = $2"
_PUBLIC_IDS = "SELECT id, public_id FROM tickets WHERE tenant_id = $1 AND id = ANY ($2::bigint[])"
_MESSAGES = "SELECT count(*) AS n FROM messages WHERE conversation_id = $1 AND ($2 OR visibility = 'public')"


async def page(uow: UnitOfWork, chosen: PageFilter, wanted: OffsetPage) -> TicketPage:
    """Tickets that the actor may see, newest first, and how many there are in all. Two statements."""
    where, args = _conditions(uow, chosen)
    (counted,) = await uow.rows(_COUNT.format(where=where), *args)
    limit = f"OFFSET ${len(args) + 1} LIMIT ${len(args) + 2}"
    rows = await uow.rows(_statement(uow, where, limit), *args, wanted.skip, wanted.limit)
    return TicketPage([_card(row) for row in rows], counted["n"])


async def get(uow: UnitOfWork, public_id: UUID) -> TicketCard:
    """One ticket. Raises NotFound; Forbidden where it is another customer's."""
    where, args = _conditions(uow, PageFilter())
    rows = await uow.rows(_statement(uow, f"{where} AND public_id = ${len(args) + 1}", ""), *args, public_id)
    if rows:
        return _card(rows[0])
    await tickets.get(uow, await id_of(uow, public_id))
    raise NotFound("ticket", public_id)


async def id_of(uow: UnitOfWork, public_id: UUID) -> int:
    """The ticket's number; whether the actor may see it is for the next call to say. Raises NotFound."""
    row = await uow.row(_ID, uow.tenant_id, public_id)
    if row is None:
        raise NotFound("ticket", public_id)
    number: int = row["id"]
    return number


async def public_ids(uow: UnitOfWork, ticket_ids: Iterable[int]) -> dict[int, UUID]:
    """The public ids of those of the tickets that the tenant has."""
    return {row["id"]: row["public_id"] for row in await uow.rows(_PUBLIC_IDS, uow.tenant_id, list(ticket_ids))}


async def count_messages(uow: UnitOfWork, ticket_id: int) -> int:
    """How many messages of a ticket within reach the actor may see."""
    (row,) = await uow.rows(_MESSAGES, ticket_id, uow.actor.is_staff)
    number: int = row["n"]
    return number


def _conditions(uow: UnitOfWork, chosen: PageFilter) -> tuple[str, list[Any]]:
    where = ["tenant_id = $1"]
    args: list[Any] = [uow.tenant_id]
    conditions = {
        "status = ANY (${}::text[])": [status.value for status in chosen.statuses] or None,
        "priority = ANY (${}::text[])": [priority.value for priority in chosen.priorities] or None,
        "category_id = (SELECT id FROM categories WHERE tenant_id = $1 AND public_id = ${})": chosen.category,
        "assigned_to_id = (SELECT id FROM users WHERE tenant_id = $1 AND public_id = ${})": chosen.assigned_to,
        "created_by_id = ${}": None if uow.actor.is_staff else uow.actor.user_id or 0,
    }
    for condition, value in conditions.items():
        if value is not None:
            args.append(value)
            where.append(condition.format(len(args)))
    return " AND ".join(where), args


def _statement(uow: UnitOfWork, where: str, limit: str) -> str:
    public = "" if uow.actor.is_staff else " AND visibility = 'public'"
    return _CARD.format(where=where, limit=limit, public=public)


def _card(row: Row) -> TicketCard:
    plain = {name: row[name] for name in _TICKET_COLUMNS if name not in ("status", "priority")}
    return TicketCard(
        **plain,
        status=TicketStatus(row["status"]),
        priority=TicketPriority(row["priority"]),
        category=_category(row),
        author_id=row["created_by_id"],
        author=_person(row, "author_"),
        assignee=_person(row, "assignee_"),
        messages_count=row["messages_count"],
        last_message_at=row["last_message_at"],
    )


def _category(row: Row) -> CategoryCard | None:
    values = [row[f"category_{name}"] for name in _CATEGORY_COLUMNS]
    return None if values[0] is None else CategoryCard(*values)


def _person(row: Row, prefix: str) -> PersonCard | None:
    return None if row[f"{prefix}public_id"] is None else person_card(row, prefix)

"""Lists of tickets with what a list shows: author, assignee, last message, number of messages. One statement a page.

Hand-written, because the ORM would load each relation by a statement of its own. The page is cut first and joined
then, so that the joins run for its rows alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.actor import Actor
from core.errors import NotFound
from core.paging import CursorPage, Slice
from models.tickets import Sentiment, TicketPriority, TicketStatus
from services import messages, tickets
from services.messages import MessageView
from services.ticket_rows import TicketRow
from services.unit_of_work import Reading, UnitOfWork

EXCERPT = 280
"""Characters of the last message that a list shows."""


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

    author: bool = True
    assignee: bool = True
    last_message: bool = True
    message_count: bool = True
    last_seq: bool = False
    category: bool = True
    language: bool = False


class MessageKey(NamedTuple):
    """A page of one ticket's messages: what loaders batch by."""

    ticket_id: int
    page: CursorPage


_PAGE = """
SELECT t.id, t.title, t.description, t.status, t.priority, t.source, t.escalation_reason, t.escalated_at,
    t.resolved_at, t.created_at, t.updated_at, t.auto_categorized, t.category_confidence, t.sentiment
    {columns}
FROM (SELECT * FROM tickets WHERE {where} ORDER BY id DESC {limit}) t
{joins}
ORDER BY t.id DESC
"""
# People are looked up row by row: joined freely, the planner would rather hash all users of the tenant.
_PERSON = "LEFT JOIN LATERAL (SELECT id, full_name, email, role FROM users WHERE id = t.{key} LIMIT 1) {name} ON true"
_PERSON_COLUMNS = """, {name}.id AS {name}_id, {name}.full_name AS {name}_name, {name}.email AS {name}_email,
    {name}.role AS {name}_role"""
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
_CATEGORY = """LEFT JOIN LATERAL (
    SELECT id, public_id, key, name, description, icon, color, is_active, sort_order
    FROM categories WHERE id = t.category_id LIMIT 1
) g ON true"""
_CATEGORY_COLUMNS = """, g.id AS category_id, g.public_id AS category_public_id, g.key AS category_key,
    g.name AS category_name, g.description AS category_description, g.icon AS category_icon,
    g.color AS category_color, g.is_active AS category_is_active, g.sort_order AS category_sort_order"""
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


async def page_tickets(
    reading: Reading, chosen: TicketFilter, page: CursorPage, include: Include | None = None
) -> Slice[TicketRow]:
    """Tickets that the actor may see, newest first; the cursor is the id. One statement."""
    where, args = _conditions(reading, chosen)
    if page.after is not None:
        args.append(page.after)
        where.append(f"id < ${len(args)}")
    args.append(page.size + 1)
    sql = _statement(reading.actor, where, include or Include(), f"LIMIT ${len(args)}")
    rows = await reading.records(sql, *args)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def by_ids(uow: UnitOfWork, ticket_ids: Iterable[int], include: Include | None = None) -> dict[int, TicketRow]:
    """Those of the tickets that the actor may see."""
    where, args = _conditions(uow, TicketFilter())
    args.append(list(ticket_ids))
    where.append(f"id = ANY (${len(args)}::bigint[])")
    rows = await uow.rows(_statement(uow.actor, where, include or Include(), ""), *args)
    return {row["id"]: row for row in rows}


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


def _conditions(reading: Reading, chosen: TicketFilter) -> tuple[list[str], list[Any]]:
    where = ["tenant_id = $1"]
    args: list[Any] = [reading.tenant_id]
    conditions = {
        "status = ANY (${}::text[])": [status.value for status in chosen.statuses] or None,
        "priority = ANY (${}::text[])": [priority.value for priority in chosen.priorities] or None,
        "category_id = ANY (${}::bigint[])": list(chosen.category_ids) or None,
        "sentiment = ANY (${}::text[])": [sentiment.value for sentiment in chosen.sentiments] or None,
        "assigned_to_id = ${}": chosen.assigned_to_id,
        "created_by_id = ${}::bigint": chosen.author_id,
        "created_by_id = ${}": None if reading.actor.is_staff else reading.actor.user_id or 0,
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
    for wanted, name, key in (
        (include.author, "author", "created_by_id"),
        (include.assignee, "assignee", "assigned_to_id"),
    ):
        if wanted:
            columns += _PERSON_COLUMNS.format(name=name)
            joins.append(_PERSON.format(name=name, key=key))
    if include.last_message:
        columns += _LAST_MESSAGE_COLUMNS
        joins.append(_LAST_MESSAGE.format(public=public, excerpt=EXCERPT))
    if include.message_count:
        columns += ", c.n AS message_count"
        joins.append(_COUNT.format(public=public))
    if include.last_seq:
        columns += _LAST_SEQ
    if include.category:
        columns += _CATEGORY_COLUMNS
        joins.append(_CATEGORY)
    if include.language:
        columns += _LANGUAGE
    return _PAGE.format(columns=columns, joins="\n".join(joins), where=" AND ".join(where), limit=limit)

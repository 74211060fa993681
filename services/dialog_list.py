"""Lists of dialogs with what a list shows: assistant, last message, handoff. One statement a page, the total with it.

Hand-written for the same reason as :mod:`services.ticket_list`. The page's ids are cut from an index first, so that the
joins run for its rows alone and a page far behind costs index entries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.errors import InvalidInput, NotFound
from core.events import Visibility
from core.languages import Language
from core.paging import OffsetPage
from core.text import is_storable
from models.conversations import AuthorKind
from models.dialogs import DialogPlatform, DialogStatus, HandoffStatus
from models.handoffs import HandoffPriority
from services.ticket_list import EXCERPT
from services.ticket_rows import MessagePreview
from services.unit_of_work import Row, UnitOfWork

LONGEST_SEARCH = 128
_WILDCARDS = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """The latest request for a person in a dialog; ``operator_name`` is who holds or released it."""

    id: int
    reason: str
    priority: HandoffPriority
    requested_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    operator_id: int | None
    operator_name: str | None


@dataclass(frozen=True, slots=True)
class DialogRow:
    """A dialog as lists show it. ``telegram_chat`` and ``telegram_username`` are Telegram's own, None on sites.

    ``last_seq`` is the number of the last event in its log, of the same moment as the rest.
    """

    id: int
    public_id: UUID
    assistant_id: int
    assistant_name: str
    platform: DialogPlatform
    status: DialogStatus
    handoff_status: HandoffStatus
    first_name: str
    last_name: str
    created_at: datetime
    updated_at: datetime
    telegram_chat: int | None
    telegram_username: str | None
    language: Language | None
    last_seq: int
    last_message: MessagePreview | None
    handoff: HandoffRow | None

    @property
    def is_taken_over(self) -> bool:
        return self.handoff_status is HandoffStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class DialogFilter:
    """Which dialogs; what is None does not narrow. ``search`` is a part of the customer's name or username."""

    status: DialogStatus | None = None
    handoff_status: HandoffStatus | None = None
    platform: DialogPlatform | None = None
    assistant_id: int | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class DialogPage:
    """``total`` counts all that the filter matches."""

    rows: Sequence[DialogRow]
    total: int
    has_more: bool


_COLUMNS = (
    "id", "public_id", "assistant_id", "platform", "status", "handoff_status", "first_name", "last_name",
    "created_at", "updated_at",
)  # fmt: skip
_SHOWN = f"""{", ".join(f"d.{name}" for name in _COLUMNS)}, a.name AS assistant_name,
    t.chat_id AS telegram_chat, u.telegram_username, o.language,
    m.id AS message_id, m.author_kind, m.excerpt, m.visibility, m.created_at AS message_created_at,
    h.id AS handoff_id, h.reason, h.priority, h.requested_at, h.taken_at, h.ended_at, h.operator_id,
    coalesce(nullif(p.first_name, ''), p.full_name) AS operator_name,
    coalesce((SELECT e.last_seq FROM event_topics e
        WHERE e.tenant_id = d.tenant_id AND e.topic = 'dialog:' || d.id), 0) AS last_seq"""  # noqa: S608  # names of columns alone
# Looked up row by row: joined freely, the planner would rather hash all chats and people of the tenant.
_JOINS = """
JOIN dialogs d ON d.id = page.id
LEFT JOIN LATERAL (SELECT name FROM assistants WHERE id = d.assistant_id LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT language, customer_id FROM conversations WHERE id = d.id LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT chat_id FROM telegram_chats WHERE id = d.telegram_chat_id LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT telegram_username FROM users WHERE id = o.customer_id LIMIT 1) u ON true
LEFT JOIN LATERAL (
    SELECT id, author_kind, left(text, {excerpt}) AS excerpt, visibility, created_at
    FROM messages WHERE conversation_id = d.id{public} ORDER BY id DESC LIMIT 1
) m ON true
LEFT JOIN LATERAL (SELECT * FROM handoffs WHERE id = d.handoff_id LIMIT 1) h ON true
LEFT JOIN LATERAL (SELECT first_name, full_name FROM users WHERE id = h.operator_id LIMIT 1) p ON true
"""
_PAGE = """
WITH found AS {kept} (SELECT id, updated_at FROM dialogs WHERE {where})
SELECT counted.total, shown.*
FROM (SELECT count(*) AS total FROM found) counted
LEFT JOIN (
    SELECT {shown}
    FROM (SELECT id FROM found ORDER BY updated_at DESC, id DESC OFFSET {skip} LIMIT {limit}) page {joins}
) shown ON true
ORDER BY shown.updated_at DESC, shown.id DESC
"""
_ONE_BY_ONE = "SELECT {shown} FROM (SELECT id FROM dialogs WHERE {where}) page {joins}"


async def page(uow: UnitOfWork, chosen: DialogFilter, wanted: OffsetPage) -> DialogPage:
    """Dialogs that the actor may see, the most recently used first. One statement. Raises InvalidInput."""
    statement, args = statement_of(uow.actor, chosen, wanted)
    rows = await uow.rows(statement, *args)
    shown = [_dialog(row) for row in rows if row["id"] is not None]
    total: int = rows[0]["total"]
    return DialogPage(shown, total, has_more=wanted.skip + len(shown) < total and bool(shown))


async def by_ids(uow: UnitOfWork, dialog_ids: Iterable[int]) -> dict[int, DialogRow]:
    """Those of the dialogs that the actor may see."""
    where, args = _conditions(uow.actor, DialogFilter())
    statement = _ONE_BY_ONE.format(
        shown=_SHOWN, joins=_joins(uow.actor), where=f"{where} AND id = ANY (${len(args) + 1}::bigint[])"
    )
    rows = await uow.rows(statement, *args, list(dialog_ids))
    return {row["id"]: _dialog(row) for row in rows}


async def get(uow: UnitOfWork, dialog_id: int) -> DialogRow:
    """One dialog. Raises NotFound, which one out of reach answers too."""
    found = (await by_ids(uow, [dialog_id])).get(dialog_id)
    if found is None:
        raise NotFound("dialog", dialog_id)
    return found


def statement_of(actor: Actor, chosen: DialogFilter, wanted: OffsetPage) -> tuple[str, list[Any]]:
    """The statement of a page as it runs, and its arguments. Raises InvalidInput."""
    where, args = _conditions(actor, chosen)
    statement = _PAGE.format(
        # What a search found is kept for both count and page; without one, an index serves each of them better.
        kept="MATERIALIZED" if chosen.search else "NOT MATERIALIZED",
        where=where,
        shown=_SHOWN,
        joins=_joins(actor),
        skip=f"${len(args) + 1}",
        limit=f"${len(args) + 2}",
    )
    return statement, [*args, wanted.skip, wanted.limit]


def _joins(actor: Actor) -> str:
    return _JOINS.format(public="" if actor.is_staff else " AND visibility = 'public'", excerpt=EXCERPT)


def _conditions(actor: Actor, chosen: DialogFilter) -> tuple[str, list[Any]]:
    """What :meth:`models.dialogs.Dialog.readable_by` says, and the filter."""
    where, args = ["tenant_id = $1"], [actor.tenant_id]
    guest = actor.guest
    conditions: dict[str, Any] = {
        "status = ${}": chosen.status,
        "handoff_status = ${}": chosen.handoff_status,
        "platform = ${}": chosen.platform,
        "assistant_id = ${}": chosen.assistant_id,
        "id IN (SELECT dialogs_found(${}))": _pattern(chosen.search),
        "guest_id = ${}": None if guest is None else guest.id,
        "assistant_id = ${}::bigint": None if guest is None else guest.assistant_id,
    }
    for condition, value in conditions.items():
        if value is not None:
            args.append(value)
            where.append(condition.format(len(args)))
    if guest is None and not actor.is_staff:
        where.append("false")
    return " AND ".join(where), args


def _pattern(search: str | None) -> str | None:
    sought = (search or "").strip().removeprefix("@")
    if len(sought) > LONGEST_SEARCH or not is_storable(sought):
        raise InvalidInput(f"search must be at most {LONGEST_SEARCH} characters long", field="search")
    return f"%{sought.lower().translate(_WILDCARDS)}%" if sought else None


def _dialog(row: Row) -> DialogRow:
    values = {field.name: row[field.name] for field in fields(DialogRow) if field.name in row}
    typed = {
        "platform": DialogPlatform(row["platform"]),
        "status": DialogStatus(row["status"]),
        "handoff_status": HandoffStatus(row["handoff_status"]),
        "language": row["language"] and Language(row["language"]),
    }
    return DialogRow(**{**values, **typed, "last_message": _preview(row), "handoff": _handoff(row)})


def _preview(row: Row) -> MessagePreview | None:
    if row["message_id"] is None:
        return None
    return MessagePreview(
        id=row["message_id"],
        author_kind=AuthorKind(row["author_kind"]),
        excerpt=row["excerpt"],
        internal=row["visibility"] == Visibility.STAFF,
        created_at=row["message_created_at"],
    )


def _handoff(row: Row) -> HandoffRow | None:
    if row["handoff_id"] is None:
        return None
    return HandoffRow(
        id=row["handoff_id"],
        reason=row["reason"],
        priority=HandoffPriority(row["priority"]),
        requested_at=row["requested_at"],
        taken_at=row["taken_at"],
        ended_at=row["ended_at"],
        operator_id=row["operator_id"],
        operator_name=row["operator_name"],
    )

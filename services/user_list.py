"""The users of a tenant as lists show them: filtered, searched, with what they did. One statement a page.

Hand-written: a search has to use its index although row-level security is on, see migrations/sql/0004_people.sql.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from core.actor import Role
from core.errors import Forbidden
from core.paging import CursorPage, OffsetPage, Slice
from core.text import checked_text
from services.unit_of_work import Record, UnitOfWork

LONGEST_SEARCH = 200
_DEEDS = """
    (SELECT count(*) FROM tickets t WHERE t.tenant_id = $1 AND t.created_by_id = u.id) AS tickets_count,
    greatest(
        u.created_at,
        (SELECT max(s.created_at) FROM sessions s WHERE s.user_id = u.id),
        (SELECT t.created_at FROM tickets t WHERE t.tenant_id = $1 AND t.created_by_id = u.id ORDER BY t.id DESC
            LIMIT 1),
        (SELECT m.created_at FROM messages m WHERE m.author_id = u.id ORDER BY m.id DESC LIMIT 1)
    ) AS last_activity
"""
_PAGE = f"""
WITH matching AS {{kept}} (SELECT u.id FROM users u WHERE u.tenant_id = $1{{conditions}}),
page AS (SELECT id FROM matching ORDER BY id OFFSET $2 LIMIT $3)
SELECT whole.total, u.id, u.public_id, u.telegram_id, u.telegram_username, u.first_name, u.full_name, u.email, u.role,
    u.is_active, u.created_at, {_DEEDS}
FROM (SELECT count(*) AS total FROM matching) AS whole
    LEFT JOIN page ON true LEFT JOIN users u ON u.id = page.id
ORDER BY u.id
"""  # noqa: S608  # pieces of this module
_DEEDS_OF = f"SELECT u.id, {_DEEDS} FROM users u WHERE u.tenant_id = $1 AND u.id = ANY ($2::bigint[])"  # noqa: S608
# The page is cut first, so that what they did is looked up for its rows alone.
_CURSOR_PAGE = """
SELECT u.id, u.tenant_id, u.email, u.username, u.full_name, u.first_name, u.last_name, u.telegram_id,
    u.telegram_username, u.role, u.is_active, u.onboarding_completed, u.created_at{deeds}
FROM (SELECT * FROM users u WHERE u.tenant_id = $1 AND u.id > $2{conditions} ORDER BY u.id LIMIT $3) u
ORDER BY u.id
"""
_WILDCARDS = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


@dataclass(frozen=True, slots=True)
class UserFilter:
    """``search`` is a part of a name, a username or an e-mail, whatever its case; None asks for all."""

    roles: frozenset[Role] | None = None
    is_active: bool | None = None
    search: str | None = None

    def conditions(self, taken: int) -> tuple[str, list[object]]:
        """SQL on the alias ``u`` and its values, numbered from ``taken`` + 1. Raises InvalidInput."""
        found: list[tuple[str, object]] = []
        if self.roles is not None:
            found.append(("u.role = ANY (${})", sorted(self.roles)))
        if self.is_active is not None:
            found.append(("u.is_active = ${}", self.is_active))
        sought = checked_text(self.search or "", field="search", most=LONGEST_SEARCH).strip().lower()
        if sought:
            found.append(("u.id IN (SELECT users_found(${}))", f"%{sought.translate(_WILDCARDS)}%"))
        sql = "".join(f" AND {text.format(taken + number)}" for number, (text, _) in enumerate(found, 1))
        return sql, [value for _, value in found]


@dataclass(frozen=True, slots=True)
class Deeds:
    """``last_activity`` is the last sign-in, ticket or message; that of having become a user where there is none."""

    tickets_count: int
    last_activity: datetime


class PagedUser(NamedTuple):
    """A user as a page by cursor shows one; ``deeds`` is None where they were not asked for."""

    id: int
    tenant_id: int
    email: str | None
    username: str | None
    full_name: str
    first_name: str
    last_name: str
    telegram_id: int | None
    telegram_username: str | None
    role: Role
    is_active: bool
    onboarding_completed: bool
    created_at: datetime
    deeds: Deeds | None


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user as a page of them shows one."""

    id: int
    public_id: UUID
    telegram_id: int | None
    telegram_username: str | None
    first_name: str
    full_name: str
    email: str | None
    role: Role
    is_active: bool
    created_at: datetime
    tickets_count: int
    last_activity: datetime


@dataclass(frozen=True, slots=True)
class UserPage:
    """``total`` counts all that the filter matches."""

    users: Sequence[ListedUser]
    total: int


async def numbered_page(uow: UnitOfWork, page: OffsetPage, asked: UserFilter) -> UserPage:
    """The tenant's users in the order of their ids. Raises Forbidden below moderator, InvalidInput."""
    _require_moderator(uow)
    conditions, values = asked.conditions(3)
    # What a search found is kept for both the count and the page; without one, an index serves each of them better.
    statement = _PAGE.format(conditions=conditions, kept="MATERIALIZED" if asked.search else "NOT MATERIALIZED")
    rows = await uow.rows(statement, uow.tenant_id, page.skip, page.limit, *values)
    total = rows[0]["total"]
    shown = [
        ListedUser(**{name: value for name, value in row.items() if name != "total"} | {"role": Role(row["role"])})
        for row in rows
        if row["id"] is not None
    ]
    return UserPage(shown, total)


async def cursor_page(
    uow: UnitOfWork, page: CursorPage, asked: UserFilter, *, with_deeds: bool = False
) -> Slice[PagedUser]:
    """As :func:`numbered_page`; the cursor is the id."""
    _require_moderator(uow)
    conditions, values = asked.conditions(3)
    sql = _CURSOR_PAGE.format(conditions=conditions, deeds=f", {_DEEDS}" if with_deeds else "")
    found = await uow.records(sql, uow.tenant_id, page.after or 0, page.size + 1, *values)
    return Slice([_paged(row) for row in found[: page.size]], has_more=len(found) > page.size)


def _paged(row: Record) -> PagedUser:
    done = Deeds(row["tickets_count"], row["last_activity"]) if "tickets_count" in row else None
    values = {name: row[name] for name in PagedUser._fields[:-1]}
    return PagedUser(**{**values, "role": Role(row["role"])}, deeds=done)


async def deeds(uow: UnitOfWork, user_ids: Iterable[int]) -> dict[int, Deeds]:
    """What users of the tenant did, in one statement. For loaders: they ask for people whom the actor may see whole."""
    rows = await uow.rows(_DEEDS_OF, uow.tenant_id, sorted(set(user_ids)))
    return {row["id"]: Deeds(row["tickets_count"], row["last_activity"]) for row in rows}


def _require_moderator(uow: UnitOfWork) -> None:
    if not uow.actor.role.includes(Role.MODERATOR):
        raise Forbidden

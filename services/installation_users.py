"""The people of the whole installation, with what their companies have and spend: its superadmin's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.actor import Actor, Role
from core.errors import Forbidden
from core.paging import OffsetPage
from core.text import checked_text
from services.unit_of_work import Row, SystemReason, system_unit_of_work

LONGEST_SEARCH = 200
_WILDCARDS = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
STAND_IN = "company:"
"""How the usernames begin of those who stand in the default tenant for the author of a support request.

No registration allows a colon.
"""
PEOPLE = f"(u.username IS NULL OR u.username NOT LIKE '{STAND_IN}%')"
"""SQL on ``users u``: those who stand in for companies in the default tenant are nobody of their own."""
# Money and assistants are the company's: they are shown beside its admins, once for each page of people.
_PAGE = f"""
WITH page AS (
    SELECT u.* FROM users u
    WHERE {PEOPLE} AND ($1::text IS NULL OR lower(u.email) LIKE $1 OR lower(u.full_name) LIKE $1)
    ORDER BY u.id OFFSET $2 LIMIT $3
), companies AS (
    SELECT t.tenant_id, (SELECT count(*) FROM assistants a WHERE a.tenant_id = t.tenant_id) AS assistants_count,
        (SELECT count(*) FROM dialogs d WHERE d.tenant_id = t.tenant_id) AS dialogs_count,
        c.balance, c.spent AS total_spent
    FROM (SELECT DISTINCT tenant_id FROM page WHERE role IN ('admin', 'superadmin')) AS t
        LEFT JOIN accounts c ON c.tenant_id = t.tenant_id
)
SELECT whole.total, p.id, p.tenant_id, p.email, p.full_name, p.first_name, p.last_name, p.role, p.is_active,
    coalesce(c.balance, 0) AS balance, coalesce(c.total_spent, 0) AS total_spent,
    coalesce(c.assistants_count, 0) AS assistants_count, coalesce(c.dialogs_count, 0) AS dialogs_count,
    p.created_at, p.last_login_at
FROM (SELECT count(*) AS total FROM users u
        WHERE {PEOPLE} AND ($1::text IS NULL OR lower(u.email) LIKE $1 OR lower(u.full_name) LIKE $1)) AS whole
    LEFT JOIN page p ON true
    LEFT JOIN companies c ON c.tenant_id = p.tenant_id AND p.role IN ('admin', 'superadmin')
ORDER BY p.id
"""  # noqa: S608  # pieces of this module


@dataclass(frozen=True, slots=True)
class InstallationUser:
    """Money in roubles, and counts, of the company, beside its admins; zeros beside its other people."""

    id: int
    tenant_id: int
    email: str | None
    full_name: str
    first_name: str
    last_name: str
    role: Role
    is_active: bool
    balance: Decimal
    total_spent: Decimal
    assistants_count: int
    dialogs_count: int
    created_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class InstallationUsers:
    """``total`` counts all that the search finds."""

    users: Sequence[InstallationUser]
    total: int


async def list_users(actor: Actor, page: OffsetPage, *, search: str | None = None) -> InstallationUsers:
    """People of all tenants in the order of their ids; ``search`` is a part of an e-mail or a name.

    Raises Forbidden below superadmin, InvalidInput.
    """
    require_superadmin(actor)
    sought = checked_text(search or "", field="search", most=LONGEST_SEARCH).strip().lower()
    pattern = f"%{sought.translate(_WILDCARDS)}%" if sought else None
    async with system_unit_of_work(SystemReason.INSTALLATION) as statements:
        rows = await statements.rows(_PAGE, pattern, page.skip, page.limit)
    return InstallationUsers([_user(row) for row in rows if row["id"] is not None], rows[0]["total"])


def _user(row: Row) -> InstallationUser:
    columns = {name: value for name, value in row.items() if name != "total"}
    return InstallationUser(**{**columns, "role": Role(row["role"])})


def require_superadmin(actor: Actor) -> None:
    """Raises Forbidden."""
    if not actor.is_superadmin:
        raise Forbidden

"""People as those see them who share a conversation with them: a name, never an address."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from core.actor import Role
from core.errors import Forbidden, InvalidInput
from models.users import User
from services.unit_of_work import Row, UnitOfWork

PERSON_COLUMNS = """u.public_id, u.telegram_id, coalesce(nullif(u.first_name, ''), u.full_name) AS first_name,
    coalesce(u.telegram_username, u.username) AS username, u.role"""
"""What a statement selects from ``users u`` for :func:`person_card`."""
_CARDS = f"SELECT id, {PERSON_COLUMNS} FROM users u WHERE tenant_id = $1 AND id = ANY ($2::bigint[])"  # noqa: S608
# What staff noted of a customer's words stands in the customer's name.
_AUTHORS = f"""
SELECT m.id AS message_id, {PERSON_COLUMNS} FROM messages m JOIN conversations c ON c.id = m.conversation_id
JOIN users u ON u.id = CASE WHEN m.author_kind = 'customer' THEN c.customer_id ELSE m.author_id END
WHERE m.tenant_id = $1 AND m.id = ANY ($2::bigint[])
"""  # noqa: S608  # names of columns alone
_MOST_STAFF = 500
_NUMBER = "SELECT id FROM users WHERE tenant_id = $1 AND public_id = $2"


@dataclass(frozen=True, slots=True)
class PersonCard:
    """``first_name`` is the whole name of somebody who gave no first name alone."""

    public_id: UUID
    telegram_id: int | None
    first_name: str
    username: str | None
    role: Role


def person_card(row: Row, prefix: str = "") -> PersonCard:
    """From columns that begin with ``prefix``."""
    public_id, telegram_id, first_name, username, role = (
        row[prefix + name] for name in ("public_id", "telegram_id", "first_name", "username", "role")
    )
    return PersonCard(public_id, telegram_id, first_name, username, Role(role))


async def cards(uow: UnitOfWork, user_ids: Iterable[int]) -> dict[int, PersonCard]:
    """Those of the people whom the tenant has, by id. The caller shows them only what they may see anyway."""
    rows = await uow.rows(_CARDS, uow.tenant_id, sorted(set(user_ids)))
    return {row["id"]: person_card(row) for row in rows}


async def authors(uow: UnitOfWork, message_ids: Iterable[int]) -> dict[int, PersonCard]:
    """Whose messages they are, by the message; those of the assistant and the system have nobody."""
    rows = await uow.rows(_AUTHORS, uow.tenant_id, sorted(set(message_ids)))
    return {row["message_id"]: person_card(row) for row in rows}


async def staff(uow: UnitOfWork) -> list[User]:
    """Those who answer customers, by name; the first 500. Raises Forbidden for customers."""
    uow.actor.require_staff()
    roles = [role for role in Role if role.includes(Role.AGENT)]
    found = User.filter(tenant_id=uow.tenant_id, is_active=True, role__in=roles)
    return await found.order_by("full_name", "id").limit(_MOST_STAFF)


async def id_of(uow: UnitOfWork, public_id: UUID, *, field: str) -> int:
    """The user's number, for staff. Raises Forbidden; InvalidInput naming ``field`` where the tenant has none such."""
    if not uow.actor.is_staff:
        raise Forbidden("Only staff assign tickets")
    row = await uow.row(_NUMBER, uow.tenant_id, public_id)
    if row is None:
        raise InvalidInput(f"{field} must be a user of this tenant", field=field)
    number: int = row["id"]
    return number

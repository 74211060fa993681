"""People as Telegram names them: each is one user of the tenant, whichever door they come in by."""

from core.text import is_storable
from models.users import User
from services.unit_of_work import UnitOfWork

_INSERT = """
INSERT INTO users (public_id, tenant_id, full_name, first_name, last_name, telegram_id, telegram_username, role,
                   is_active, onboarding_completed, created_at, updated_at)
VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, 'user', true, false, clock_timestamp(), clock_timestamp())
ON CONFLICT (tenant_id, telegram_id) DO NOTHING
"""
_NAME = 128
_USERNAME = 64


async def ensure_user(
    uow: UnitOfWork,
    *,
    telegram_id: int,
    username: str | None = None,
    first_name: str = "",
    last_name: str | None = None,
) -> User:
    """The tenant's user with that Telegram id, made where there is none; of any number of racers one makes it.

    ``telegram_username`` follows Telegram; names are Telegram's until the person changed them here. A blocked user is
    returned as well: look at ``is_active``.
    """
    user = await User.get_or_none(telegram_id=telegram_id)
    handle = _stored(username, _USERNAME) or None
    if user is None:
        first, last = _stored(first_name, _NAME), _stored(last_name, _NAME)
        full = f"{first} {last}".strip()[:255]
        await uow.rows(_INSERT, uow.tenant_id, full, first, last, telegram_id, handle)
        user = await User.get(telegram_id=telegram_id)
    if user.telegram_username != handle:
        user.telegram_username = handle
        await user.save(update_fields=["telegram_username", "updated_at"])
    return user


def _stored(text: str | None, most: int) -> str:
    """A name of somebody else's making, as it can be stored."""
    kept = "".join(character for character in text or "" if is_storable(character))
    return kept.strip()[:most]

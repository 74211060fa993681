"""Confirming an e-mail address: six digits that its owner repeats, within a quarter of an hour and five tries.

The code rests as a keyed hash: who reads the table cannot compute it, for a million codes are soon gone through.
"""

import hmac
import secrets
from datetime import timedelta
from enum import Enum, auto

from config.keys import keys_for
from core import clock
from core.actor import Role, system_actor
from core.emails import checked_email
from core.errors import BadRequest
from core.refusals.mail import ConfirmationCodeExpired
from models.mail import EmailCode
from models.users import User
from services import billing, mail, tenants, users
from services.mail_templates import Template
from services.sessions import TokenPair, open_session
from services.unit_of_work import Row, SystemReason, UnitOfWork, system_unit_of_work, unit_of_work

_LIFE = timedelta(minutes=15)
_TRIES = 5
_DIGITS = 6
_MOST_ACCOUNTS = 10
"""Of one address, in as many tenants, that a code is tried on or sent for."""
_PURPOSE = "email.codes"
_PUT = """
INSERT INTO email_codes (user_id, tenant_id, email, code_hash, tries, expires_at, created_at)
VALUES ($1, $2, $3, $4, 0, $5, clock_timestamp())
ON CONFLICT (user_id) DO UPDATE SET email = EXCLUDED.email, code_hash = EXCLUDED.code_hash, tries = 0,
    expires_at = EXCLUDED.expires_at, created_at = EXCLUDED.created_at
"""
_WAITING = """
SELECT u.id, u.tenant_id FROM users u JOIN email_codes c ON c.user_id = u.id AND lower(c.email) = lower(u.email)
WHERE lower(u.email) = lower($1) AND u.is_active ORDER BY u.id DESC LIMIT $2
"""
_UNCONFIRMED = """
SELECT id, tenant_id FROM users
WHERE lower(email) = lower($1) AND is_active AND email_confirmed_at IS NULL ORDER BY id DESC LIMIT $2
"""


class _Outcome(Enum):
    WRONG = auto()
    EXPIRED = auto()


async def issue(uow: UnitOfWork, user: User) -> None:
    """Send the user a new code, in the caller's transaction; the one before is good no more."""
    if user.email is None:
        return
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    await uow.rows(_PUT, user.id, uow.tenant_id, user.email, _hashes(user.id, code)[0], clock.now() + _LIFE)
    await mail.queue(
        uow,
        template=Template.CONFIRMATION_CODE,
        recipient=user.email,
        language=(await tenants.current(uow)).language,
        values={"code": code, "minutes": str(_LIFE.seconds // 60)},
    )


async def confirm(*, email: str, code: str, dialect: str) -> TokenPair:
    """Confirm the address and sign its owner in.

    Where several tenants know the address, the code says whose it is. Raises InvalidInput; BadRequest naming ``code``
    for a wrong one, the same for an address that nobody has; ConfirmationCodeExpired, also after five tries.
    """
    address = checked_email(email)
    async with system_unit_of_work(SystemReason.LOGIN) as statements:
        waiting = await statements.rows(_WAITING, address, _MOST_ACCOUNTS)
    tried = set()
    for account in waiting:
        outcome = await _try(account, code.strip(), dialect)
        if isinstance(outcome, TokenPair):
            return outcome
        tried.add(outcome)
    if tried == {_Outcome.EXPIRED}:
        raise ConfirmationCodeExpired
    raise BadRequest("The confirmation code is wrong", field="code")


async def resend(*, email: str) -> None:
    """Send a new code to whoever has still to confirm the address; nothing where nobody has. Raises InvalidInput."""
    address = checked_email(email)
    async with system_unit_of_work(SystemReason.LOGIN) as statements:
        accounts = await statements.rows(_UNCONFIRMED, address, _MOST_ACCOUNTS)
    for account in accounts:
        async with unit_of_work(system_actor(account["tenant_id"])) as uow:
            user = await User.get_or_none(id=account["id"], is_active=True, email_confirmed_at=None)
            if user is not None:
                await issue(uow, user)


async def _try(account: Row, code: str, dialect: str) -> TokenPair | _Outcome:
    """One try, counted whatever comes of it. The row is locked: tries at the same moment are tries all the same."""
    async with unit_of_work(system_actor(account["tenant_id"])) as uow:
        # The user first, as whoever deletes one locks them.
        user = await User.filter(id=account["id"], is_active=True).select_for_update(no_key=True).get_or_none()
        waiting = await EmailCode.filter(user_id=account["id"]).select_for_update().get_or_none()
        if user is None or waiting is None:
            return _Outcome.WRONG
        if waiting.expires_at <= clock.now() or waiting.tries >= _TRIES:
            return _Outcome.EXPIRED
        if not _is_right(waiting, code):
            waiting.tries += 1
            await waiting.save(update_fields=["tries"])
            return _Outcome.WRONG
        await waiting.delete()
        return await _welcome(uow, user, dialect)


async def _welcome(uow: UnitOfWork, user: User, dialect: str) -> TokenPair:
    """Note that the address is confirmed, greet the owner of a new company, and sign in."""
    first = user.email_confirmed_at is None
    user.email_confirmed_at = clock.now()
    await user.save(update_fields=["email_confirmed_at", "updated_at"])
    if first and user.role.includes(Role.ADMIN):
        await _greet(uow, user)
    return await open_session(uow, user, dialect)


async def _greet(uow: UnitOfWork, user: User) -> None:
    name, _ = users.names_of(user)
    await mail.queue(
        uow,
        template=Template.WELCOME,
        recipient=str(user.email),
        language=(await tenants.current(uow)).language,
        values={"name": name, "bonus": f"{(await billing.own_purse(uow)).welcome_bonus:.2f}"},
        once=f"welcome:{user.id}",
    )


def _is_right(waiting: EmailCode, code: str) -> bool:
    """Compared in constant time, under each key: one sent before a rotation is still good."""
    return any(hmac.compare_digest(one, waiting.code_hash) for one in _hashes(waiting.user_id, code))


def _hashes(user_id: int, code: str) -> list[str]:
    text = f"{user_id}:{code if code.isascii() else None}".encode()
    return [hmac.new(key.secret, text, "sha256").hexdigest() for key in keys_for(_PURPOSE)]

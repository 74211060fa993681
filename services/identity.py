"""Who somebody is: login, change of password. Becoming a user: :mod:`services.registration`; sessions and their tokens:
:mod:`services.sessions`.
"""

from dataclasses import dataclass

from config.settings import get_settings
from core.actor import Actor, system_actor
from core.emails import checked_email
from core.errors import BadRequest, Conflict, InvalidCredentials, InvalidInput
from core.refusals.mail import EmailNotConfirmed
from core.text import is_storable
from models.tenants import DEFAULT_TENANT_ID
from models.users import Session, User
from services import passwords, users
from services.registration import new_hash, register, register_company
from services.sessions import (
    RevokedBecause,
    TokenPair,
    at_home,
    authenticate,
    logout,
    open_session,
    refresh,
    revoke_all,
    still_valid,
)
from services.tokens import Dialect
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work

__all__ = [
    "TokenPair",
    "at_home",
    "authenticate",
    "change_password",
    "login",
    "logout",
    "refresh",
    "register",
    "register_company",
    "revoke_all",
    "still_valid",
]

_LARGEST_ID = 2**63 - 1
_CANDIDATES = """
SELECT id, tenant_id, password_hash, is_active FROM users
WHERE lower(email) = lower($1) AND ($2::bigint IS NULL OR tenant_id = $2) AND password_hash IS NOT NULL
"""
_CANDIDATE_BY_USERNAME = """
SELECT id, tenant_id, password_hash, is_active FROM users
WHERE lower(username) = lower($1) AND tenant_id = $2 AND password_hash IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: int
    tenant_id: int
    password_hash: str
    is_active: bool


async def login(
    *, email: str, password: str, tenant_id: int | None = None, dialect: str = Dialect.SUPPORT
) -> TokenPair:
    """Sign in by e-mail, or by a username where ``email`` has no @.

    Without ``tenant_id`` the tenant is, for an e-mail, the one whose password it is, for a username the default one.

    Raises InvalidCredentials, also for a deactivated user, always after the same work; Conflict asking for
    ``tenant_id`` where the password is that of several tenants; in `replyx`, where confirmation is required,
    EmailNotConfirmed once the password was right.
    """
    candidates = await _candidates(email, tenant_id)
    verified = await passwords.matching(password, [one.password_hash for one in candidates], account=email)
    meant = [one for one in candidates if one.is_active and one.password_hash in verified]
    if not meant:
        raise InvalidCredentials
    if len(meant) > 1:
        raise Conflict("Several tenants know this e-mail and password: give tenant_id", field="tenant_id")
    return await _sign_in(meant[0], password, dialect)


async def change_password(
    actor: Actor, *, current_password: str, new_password: str, dialect: str = Dialect.SUPPORT
) -> TokenPair:
    """Set a new password. Every session ends, the present one with them, and the caller gets a new one in exchange.

    So a stolen token is worth nothing afterwards (OWASP Session Management, renewal after a change of rights).
    The password has to meet the rules of ``dialect``, which asks; the session stays of the one it was opened by.
    Raises BadRequest where the present password is another, InvalidInput, WeakPassword.
    """
    actor = at_home(actor)
    user, signed_in_by = await _present(actor)
    if not await passwords.verify_password(current_password, user.password_hash):
        raise BadRequest("Current password is incorrect", field="current_password")
    renewed = await new_hash(new_password, user.email or str(user.public_id), dialect, field="new_password")
    async with unit_of_work(actor) as uow:
        held = await _hold(user.id, user.password_hash)
        if held is None:
            raise BadRequest("Current password is incorrect", field="current_password")
        held.password_hash = renewed
        await held.save(update_fields=["password_hash", "updated_at"])
        await revoke_all(uow, held.id, RevokedBecause.NEW_PASSWORD)
        return await open_session(uow, held, signed_in_by)


async def _candidates(email: str, tenant_id: int | None) -> list[_Candidate]:
    """At most one for a username. So there is one salt to compute with, as for a name that nobody has."""
    if tenant_id is not None and not 1 <= tenant_id <= _LARGEST_ID:
        return []
    if "@" in email:
        try:
            sought = (_CANDIDATES, checked_email(email), tenant_id)
        except InvalidInput:
            return []
    elif is_storable(email):
        sought = (_CANDIDATE_BY_USERNAME, email, tenant_id or DEFAULT_TENANT_ID)
    else:
        return []
    async with system_unit_of_work(SystemReason.LOGIN) as statements:
        return [_Candidate(**row) for row in await statements.rows(*sought)]


async def _sign_in(account: _Candidate, password: str, dialect: str) -> TokenPair:
    async with unit_of_work(system_actor(account.tenant_id)) as uow:
        user = await _hold(account.id, account.password_hash)
        if user is None:
            raise InvalidCredentials
        if dialect == Dialect.REPLYX and not _may_enter(user):
            raise EmailNotConfirmed
        pair = await open_session(uow, user, dialect)
    await _renew_hash(user, password)
    return pair


def _may_enter(user: User) -> bool:
    required = get_settings().identity.email_confirmation_required
    return not required or user.email is None or user.email_confirmed_at is not None


async def _renew_hash(user: User, password: str) -> None:
    """After a rotation of the key or a change of the cost, the password is at hand only now."""
    if user.email is None or user.password_hash is None or not passwords.is_outdated(user.password_hash, user.email):
        return
    renewed = await passwords.hash_password(password, account=user.email, minimum=0)
    async with unit_of_work(system_actor(user.tenant_id)):
        await User.filter(id=user.id, password_hash=user.password_hash).update(password_hash=renewed)


async def _present(actor: Actor) -> tuple[User, str]:
    async with unit_of_work(actor) as uow:
        session = await Session.get_or_none(id=actor.session_id) if actor.session_id else None
        return await users.get_me(uow), session.dialect if session else Dialect.SUPPORT


async def _hold(user_id: int, password_hash: str | None) -> User | None:
    """The user's row, locked; None where the password changed or the user was deactivated since it was verified."""
    held = User.filter(id=user_id, password_hash=password_hash, is_active=True)
    return await held.select_for_update(no_key=True).get_or_none()

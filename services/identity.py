"""Who somebody is: registration, login, change of password. Sessions and their tokens: :mod:`services.sessions`."""

from dataclasses import dataclass

from core.actor import Actor, Role, system_actor
from core.emails import checked_email
from core.errors import BadRequest, Conflict, Forbidden, InvalidCredentials, InvalidInput, NotFound
from core.text import checked_text
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.users import Session, User
from services import passwords, users
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
    "revoke_all",
    "still_valid",
]

_LARGEST_ID = 2**63 - 1
_LEADS_MINIMUM = 6
_CANDIDATES = """
SELECT id, tenant_id, password_hash, is_active FROM users
WHERE lower(email) = lower($1) AND ($2::bigint IS NULL OR tenant_id = $2) AND password_hash IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: int
    tenant_id: int
    password_hash: str
    is_active: bool


async def register(
    *, email: str, password: str, full_name: str = "", tenant_id: int | None = None, dialect: str = Dialect.SUPPORT
) -> User:
    """A new user of the tenant (the default one for None), always with the role `user`.

    Raises InvalidInput, WeakPassword, NotFound, Forbidden where registration is closed, Conflict for a known e-mail.
    """
    tenant_id = DEFAULT_TENANT_ID if tenant_id is None else tenant_id
    address = checked_email(email)
    name = checked_text(full_name, field="full_name")
    password_hash = await _new_hash(password, address, dialect)
    if not 1 <= tenant_id <= _LARGEST_ID:
        raise NotFound("tenant", tenant_id)
    async with unit_of_work(system_actor(tenant_id)) as uow:
        tenant = await Tenant.get_or_none(id=tenant_id)
        if tenant is None:
            raise NotFound("tenant", tenant_id)
        if not tenant.registration_open:
            raise Forbidden("This tenant has closed its registration")
        return await users.insert(uow, email=address, password_hash=password_hash, full_name=name, role=Role.USER)


async def login(
    *, email: str, password: str, tenant_id: int | None = None, dialect: str = Dialect.SUPPORT
) -> TokenPair:
    """Sign in. Without ``tenant_id`` the tenant is the one whose password it is.

    Raises InvalidCredentials, also for a deactivated user, always after the same work; Conflict asking for
    ``tenant_id`` where the password is that of several tenants.
    """
    candidates = await _candidates(email, tenant_id)
    verified = await passwords.matching(password, [one.password_hash for one in candidates], account=email)
    meant = [one for one in candidates if one.is_active and one.password_hash in verified]
    if not meant:
        raise InvalidCredentials
    if len(meant) > 1:
        raise Conflict("Several tenants know this e-mail and password: give tenant_id", field="tenant_id")
    return await _sign_in(meant[0], password, dialect)


async def change_password(actor: Actor, *, current_password: str, new_password: str) -> TokenPair:
    """Set a new password. Every session ends, the present one with them, and the caller gets a new one in exchange.

    So a stolen token is worth nothing afterwards (OWASP Session Management, renewal after a change of rights).
    Raises BadRequest where the present password is another, InvalidInput, WeakPassword.
    """
    actor = at_home(actor)
    user, dialect = await _present(actor)
    if not await passwords.verify_password(current_password, user.password_hash):
        raise BadRequest("Current password is incorrect", field="current_password")
    new_hash = await _new_hash(new_password, user.email or str(user.public_id), dialect, field="new_password")
    async with unit_of_work(actor) as uow:
        held = await _hold(user.id, user.password_hash)
        if held is None:
            raise BadRequest("Current password is incorrect", field="current_password")
        held.password_hash = new_hash
        await held.save(update_fields=["password_hash", "updated_at"])
        await revoke_all(uow, held.id, RevokedBecause.NEW_PASSWORD)
        return await open_session(uow, held, dialect)


async def _candidates(email: str, tenant_id: int | None) -> list[_Candidate]:
    try:
        address = checked_email(email)
    except InvalidInput:
        return []
    if tenant_id is not None and not 1 <= tenant_id <= _LARGEST_ID:
        return []
    async with system_unit_of_work(SystemReason.LOGIN) as statements:
        return [_Candidate(**row) for row in await statements.rows(_CANDIDATES, address, tenant_id)]


async def _sign_in(account: _Candidate, password: str, dialect: str) -> TokenPair:
    async with unit_of_work(system_actor(account.tenant_id)) as uow:
        user = await _hold(account.id, account.password_hash)
        if user is None:
            raise InvalidCredentials
        pair = await open_session(uow, user, dialect)
    await _renew_hash(user, password)
    return pair


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


async def _new_hash(password: str, account: str, dialect: str, *, field: str = "password") -> str:
    if dialect in (Dialect.SUPPORT, Dialect.GRAPHQL):
        passwords.check_strength(password, field=field)
    minimum = _LEADS_MINIMUM if dialect == Dialect.LEADS else passwords.MINIMUM
    return await passwords.hash_password(password, account=account, minimum=minimum, field=field)

"""Sessions: what a token speaks for. One row is one signed-in device and the family of its refresh tokens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import structlog

from config.groups import IdentitySettings
from config.settings import get_settings
from core import clock
from core.actor import Actor, Role, system_actor
from core.errors import NotAuthenticated
from core.events import AccessChanged
from models.users import Session, User
from services import tokens
from services.tokens import Claims, Dialect, TokenKind
from services.unit_of_work import Row, SystemReason, UnitOfWork, system_row, unit_of_work

logger = structlog.get_logger(__name__)

_LIFE_S: Mapping[Dialect, Callable[[IdentitySettings], int]] = {
    Dialect.SUPPORT: lambda identity: identity.support_token_s,
    Dialect.TELEGRAM: lambda identity: identity.telegram_token_s,
    Dialect.LEADS: lambda identity: identity.leads_token_minutes * 60,
    Dialect.ITDESK: lambda identity: identity.token_s,
    Dialect.REPLYX: lambda identity: identity.token_s,
    Dialect.GRAPHQL: lambda identity: identity.token_s,
}
_REFRESHED = frozenset({Dialect.SUPPORT, Dialect.GRAPHQL})
_STANDING = """
SELECT s.tenant_id, s.user_id, u.role
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.is_active
"""
_ADVANCE = """
UPDATE sessions s SET generation = s.generation + 1, expires_at = $4
FROM users u
WHERE s.id = $1 AND s.generation = $2 AND s.revoked_at IS NULL AND s.expires_at > $3
    AND u.id = s.user_id AND u.is_active
RETURNING s.id
"""
_REVOKE = "UPDATE sessions SET revoked_at = $2, revoked_reason = $3 WHERE revoked_at IS NULL AND "


class RevokedBecause(StrEnum):
    """Why a session ended before its time."""

    LOGOUT = "logout"
    NEW_PASSWORD = "new_password"  # noqa: S105  # a reason, not a password
    DEACTIVATED = "deactivated"
    REFRESH_REUSED = "refresh_reused"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a login gives. ``expires_in`` is the access token's life in seconds; some dialects have no refresh token."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    user: User


async def open_session(uow: UnitOfWork, user: User, dialect: str) -> TokenPair:
    """Sign the user in. The caller holds the user's row, so that no password change comes between."""
    kind = Dialect(dialect)
    user.last_login_at = clock.now()
    await user.save(update_fields=["last_login_at"])
    session = await Session.create(
        tenant_id=uow.tenant_id, user_id=user.id, dialect=kind, expires_at=clock.now() + _session_life(kind)
    )
    return _pair(user, session)


async def refresh(refresh_token: str) -> TokenPair:
    """The next pair of the family. A token presented twice, even at the same moment, ends the family: one of the two
    who hold it is a thief (RFC 9700, section 4.14.2). Raises NotAuthenticated, TokenExpired.
    """
    claims = tokens.decode(refresh_token, TokenKind.REFRESH)
    async with unit_of_work(system_actor(claims.tenant_id)) as uow:
        moment = clock.now()
        until = moment + _session_life(claims.dialect)
        if await uow.row(_ADVANCE, claims.session_id, claims.generation, moment, until):
            session = await Session.get(id=claims.session_id)
            return _pair(await User.get(id=session.user_id), session)
        await _end_reused(uow, claims)
    raise NotAuthenticated("Could not validate credentials")


async def authenticate(token: str) -> Actor:
    """Who a token speaks for, with the role as of now. Raises NotAuthenticated, TokenExpired."""
    claims = tokens.decode(token, TokenKind.ACCESS)
    row = await _standing(claims.session_id)
    if row is None or row["tenant_id"] != claims.tenant_id:
        raise NotAuthenticated("Could not validate credentials")
    return Actor(row["tenant_id"], Role(row["role"]), row["user_id"], claims.session_id)


async def still_valid(actor: Actor) -> Actor | None:
    """The same actor with the role as of now; None where the session ended. For connections that live long."""
    if actor.session_id is None:
        return actor
    row = await _standing(actor.session_id)
    if row is None:
        return None
    role = Role(row["role"])
    if actor.home_tenant_id is not None and role is not Role.SUPERADMIN:
        return None
    return replace(actor, role=role)


async def logout(actor: Actor) -> None:
    """End the actor's session: its tokens are refused from now on, in every process."""
    async with unit_of_work(at_home(actor)) as uow:
        ended = await _revoke(uow, "id = $1", actor.session_id, RevokedBecause.LOGOUT)
        _tell(uow, ended)


async def revoke_all(uow: UnitOfWork, user_id: int, reason: str) -> None:
    """End every session of a user of the tenant; live connections are told when the unit of work commits."""
    await _revoke(uow, "user_id = $1", user_id, reason)
    uow.emit(AccessChanged(user_id))


def at_home(actor: Actor) -> Actor:
    """The actor in the tenant of their own row and sessions; only a superadmin who looks around is not there."""
    if actor.home_tenant_id is None:
        return actor
    return replace(actor, tenant_id=actor.home_tenant_id, home_tenant_id=None)


async def _standing(session_id: UUID) -> Row | None:
    return await system_row(SystemReason.AUTHENTICATION, _STANDING, session_id, clock.now())


async def _end_reused(uow: UnitOfWork, claims: Claims) -> None:
    ended = await _revoke(
        uow, "id = $1 AND generation > $4", claims.session_id, RevokedBecause.REFRESH_REUSED, claims.generation
    )
    _tell(uow, ended)
    if ended:
        logger.warning("refresh_token_reused", session_id=str(claims.session_id), user_id=ended[0]["user_id"])


async def _revoke(uow: UnitOfWork, which: str, key: object, reason: str, *more: object) -> list[Row]:
    return await uow.rows(f"{_REVOKE}{which} RETURNING user_id", key, clock.now(), reason, *more)


def _tell(uow: UnitOfWork, ended: list[Row]) -> None:
    uow.emit(*(AccessChanged(row["user_id"]) for row in ended))


def _pair(user: User, session: Session) -> TokenPair:
    dialect = Dialect(session.dialect)
    life_s = _LIFE_S[dialect](get_settings().identity)
    return TokenPair(
        access_token=tokens.issue_access(user, session, life_s),
        refresh_token=tokens.issue_refresh(user, session) if dialect in _REFRESHED else None,
        expires_in=life_s,
        user=user,
    )


def _session_life(dialect: Dialect) -> timedelta:
    identity = get_settings().identity
    if dialect in _REFRESHED:
        return timedelta(days=identity.refresh_token_days)
    return timedelta(seconds=_LIFE_S[dialect](identity))

"""Signed tokens: JWT (RFC 7519) with HS256, under the names of keys that rotate.

A token says which session it speaks for; whether that session still stands is asked at every use.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from config.keys import Key, keys_for
from core import clock
from core.errors import NotAuthenticated, TokenExpired
from core.ids import new_uuid
from models.users import Session, User

_ALGORITHM = "HS256"
_LONGEST = 4096
_INVALID = "Could not validate credentials"


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"
    GUEST = "guest"


class Dialect(StrEnum):
    """Who a token was issued for; it is good everywhere."""

    SUPPORT = "support"
    TELEGRAM = "telegram"
    LEADS = "leads"
    ITDESK = "itdesk"
    REPLYX = "replyx"
    GRAPHQL = "graphql"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. ``subject`` is the user's id, in `leads` the e-mail; ``generation`` is a refresh token's."""

    subject: str
    session_id: uuid.UUID
    tenant_id: int
    kind: TokenKind
    dialect: Dialect
    expires_at: datetime
    generation: int | None


@dataclass(frozen=True, slots=True)
class GuestClaims:
    """What the token of a site's visitor says: it speaks for no session and is good for nothing else."""

    guest_id: uuid.UUID
    tenant_id: int
    assistant_id: int
    expires_at: datetime
    site: str
    """:attr:`core.actor.Guest.site`."""


def issue_access(user: User, session: Session, life_s: int) -> str:
    """A token that speaks for the session for ``life_s`` seconds, while the session stands."""
    expires_at = int(clock.now().timestamp()) + life_s
    return _sign(_claims(user, session, TokenKind.ACCESS, expires_at))


def issue_refresh(user: User, session: Session) -> str:
    """The one token that takes the session from its present generation to the next."""
    claims = _claims(user, session, TokenKind.REFRESH, int(session.expires_at.timestamp()))
    return _sign({**claims, "gen": session.generation})


def issue_guest(tenant_id: int, assistant_id: int, guest_id: uuid.UUID, expires_at: datetime, *, site: str = "") -> str:
    """A token that speaks for a visitor of a site. ``expires_at`` is cut to whole seconds."""
    return _sign(
        {
            "sub": guest_id.hex,
            "tid": tenant_id,
            "aid": assistant_id,
            "site": site,
            "typ": TokenKind.GUEST,
            "iat": int(clock.now().timestamp()),
            "exp": int(expires_at.timestamp()),
        }
    )


def is_guest(token: str) -> bool:
    """Whether it is a guest's token of ours, expired or not."""
    try:
        return _verified(token).get("typ") == TokenKind.GUEST
    except NotAuthenticated:
        return False


def decode_guest(token: str) -> GuestClaims:
    """What a guest's token says. Raises TokenExpired, and NotAuthenticated for any other fault and any other token."""
    payload = _verified(token)
    try:
        claims = GuestClaims(
            guest_id=uuid.UUID(str(payload["sub"])),
            tenant_id=int(payload["tid"]),
            assistant_id=int(payload["aid"]),
            expires_at=datetime.fromtimestamp(payload["exp"], UTC),
            site=str(payload["site"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise NotAuthenticated(_INVALID) from None
    if payload.get("typ") != TokenKind.GUEST:
        raise NotAuthenticated(_INVALID)
    if claims.expires_at <= clock.now():
        raise TokenExpired
    return claims


def decode(token: str, kind: TokenKind) -> Claims:
    """What a token of ours says. Raises TokenExpired, and NotAuthenticated for any other fault."""
    payload = _verified(token)
    try:
        claims = _read(payload)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise NotAuthenticated(_INVALID) from None
    if claims.kind is not kind:
        raise NotAuthenticated(_INVALID)
    if claims.expires_at <= clock.now():
        raise TokenExpired
    return claims


def _claims(user: User, session: Session, kind: TokenKind, expires_at: int) -> dict[str, Any]:
    by_email = session.dialect == Dialect.LEADS and user.email is not None
    return {
        "sub": user.email if by_email else str(user.id),
        "sid": str(session.id),
        "tid": session.tenant_id,
        "typ": kind,
        "dialect": session.dialect,
        "iat": int(clock.now().timestamp()),
        "exp": expires_at,
        "jti": new_uuid().hex,
    }


def _read(payload: Mapping[str, Any]) -> Claims:
    kind = TokenKind(payload["typ"])
    return Claims(
        subject=str(payload["sub"]),
        session_id=uuid.UUID(str(payload["sid"])),
        tenant_id=int(payload["tid"]),
        kind=kind,
        dialect=Dialect(payload["dialect"]),
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        generation=int(payload["gen"]) if kind is TokenKind.REFRESH else None,
    )


def _sign(claims: dict[str, Any]) -> str:
    key = keys_for("tokens")[0]
    return jwt.encode(_header(key), claims, _imported(key), algorithms=[_ALGORITHM])


def _verified(token: str) -> Mapping[str, Any]:
    """What the token says; its signature is checked once, under the keys of the time."""
    if len(token) > _LONGEST or not token.isascii():
        raise NotAuthenticated(_INVALID)
    return _checked(token, keys_for("tokens"))


@lru_cache(maxsize=2000)
def _checked(token: str, keys: tuple[Key, ...]) -> Mapping[str, Any]:
    # The header is compared as a whole and never parsed: it is ours to the byte, or the token is not ours.
    key = _keys_by_header(keys).get(token.partition(".")[0])
    if key is None:
        raise NotAuthenticated(_INVALID)
    try:
        return MappingProxyType(jwt.decode(token, key, algorithms=[_ALGORITHM]).claims)
    except (JoseError, ValueError):
        raise NotAuthenticated(_INVALID) from None


def _header(key: Key) -> dict[str, str]:
    return {"alg": _ALGORITHM, "kid": key.kid}


@lru_cache(maxsize=16)
def _imported(key: Key) -> OctKey:
    return OctKey.import_key(key.secret)


@lru_cache(maxsize=4)
def _keys_by_header(keys: tuple[Key, ...]) -> dict[str, OctKey]:
    signed = {key: jwt.encode(_header(key), {}, _imported(key), algorithms=[_ALGORITHM]) for key in keys}
    return {token.partition(".")[0]: _imported(key) for key, token in signed.items()}

"""Who calls: the bearer token of a request (RFC 6750), as every surface reads it."""

import structlog
from starlette.requests import HTTPConnection

from core.actor import Actor
from core.errors import NotAuthenticated
from services import identity, tenants

TENANT_HEADER = "x-tenant-id"
"""The id or slug of the tenant that a superadmin wants to act in."""


def bearer_token(connection: HTTPConnection) -> str | None:
    """The token of the ``Authorization`` header, None without one. Raises NotAuthenticated for another scheme."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("Authorization must be: Bearer <access_token>")
    return token.strip()


async def actor_of(connection: HTTPConnection) -> Actor:
    """Raises NotAuthenticated, TokenExpired; Forbidden or NotFound for a tenant that may not be entered."""
    actor = await optional_actor_of(connection)
    if actor is None:
        raise NotAuthenticated
    return actor


async def optional_actor_of(connection: HTTPConnection) -> Actor | None:
    """As :func:`actor_of`, but None where no token is given."""
    token = bearer_token(connection)
    if token is None:
        return None
    actor = await identity.authenticate(token)
    wanted = connection.headers.get(TENANT_HEADER)
    if wanted:
        actor = await tenants.enter_tenant(actor, wanted)
    structlog.contextvars.bind_contextvars(tenant_id=actor.tenant_id, user_id=actor.user_id)
    return actor

"""Who calls: the bearer token of a request (RFC 6750), as every surface reads it; and the guests of sites."""

import structlog
from starlette.requests import HTTPConnection

from core.actor import Actor
from core.errors import NotAuthenticated
from services import guests, identity, tenants, tokens

SITE_TOKEN = "x-site-token"  # noqa: S105  # the name of a header
GUEST_ID = "x-guest-id"
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


async def still_valid(actor: Actor) -> Actor | None:
    """Whoever watches for long, with the rights as of now; None where they may not any more."""
    return await (identity.still_valid(actor) if actor.guest is None else guests.still_valid(actor))


async def actor_or_guest_of(connection: HTTPConnection) -> Actor:
    """As :func:`actor_of`, and the visitor of a site: by a guest's token, else by a site token with the page's Origin
    and, of those known before, the guest id. Only operations that are for guests too may ask this.
    """
    token = bearer_token(connection)
    origin = connection.headers.get("origin")
    if token is not None and tokens.is_guest(token):
        return await guests.authenticate(token, origin=origin)
    site_token = connection.headers.get(SITE_TOKEN)
    if token is not None or site_token is None:
        return await actor_of(connection)
    return await guests.enter(site_token=site_token, origin=origin, guest_id=connection.headers.get(GUEST_ID))

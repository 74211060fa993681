"""Guests: visitors of a site who write to an assistant from its widget, and whom nobody knows.

A site token names the assistant. Pages show it, so what protects the assistant is where a call comes from: browsers
send the Origin (RFC 6454) of the page, which must be among the assistant's allowed domains. A guest is whoever holds
their guest id, which is signed for one assistant, or a token that was made from it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from tortoise.expressions import Q

from config.keys import Key, keys_for
from config.settings import get_settings
from core import clock
from core.actor import Actor, Guest, guest_actor
from core.errors import Forbidden, NotAuthenticated
from core.ids import new_uuid
from models.assistants import Assistant
from models.dialogs import Dialog
from services import tokens
from services.unit_of_work import SystemReason, system_unit_of_work

_PURPOSE = "guests"
_LONGEST_TOKEN = 64
_UNKNOWN = "The site token is not valid"
_FORGED = "The guest id is not valid"


@dataclass(frozen=True, slots=True)
class GuestToken:
    token: str
    expires_at: datetime


async def enter(
    *,
    site_token: str | None = None,
    assistant_id: int | None = None,
    origin: str | None,
    guest_id: str | None = None,
) -> Actor:
    """The guest who calls from a page at ``origin``: the one that ``guest_id`` names, else a new one.

    Raises NotAuthenticated for an unknown assistant, one that serves no site at present, or a guest id that was not
    signed for it; Forbidden for an Origin that is missing or not among its allowed domains.
    """
    assistant = await _serving(site_token, assistant_id)
    if not is_allowed(origin, assistant.allowed_domains):
        raise Forbidden("This site may not use the assistant")
    number = new_uuid() if guest_id is None else _verified(guest_id, assistant)
    return guest_actor(assistant.tenant_id, Guest(number, assistant.id, _site(assistant)))


async def authenticate(token: str, *, origin: str | None = None) -> Actor:
    """The guest whom a token of :func:`token_of` speaks for. An assistant that was switched off is still read.

    Raises NotAuthenticated, also where the site token that let the guest in is another now, TokenExpired; Forbidden
    for an ``origin`` that is given and not allowed.
    """
    claims = tokens.decode_guest(token)
    assistant = await _served(claims.tenant_id, Guest(claims.guest_id, claims.assistant_id, claims.site))
    if assistant is None:
        raise NotAuthenticated(_UNKNOWN)
    if origin is not None and not is_allowed(origin, assistant.allowed_domains):
        raise Forbidden("This site may not use the assistant")
    return guest_actor(assistant.tenant_id, Guest(claims.guest_id, assistant.id, claims.site))


async def still_valid(actor: Actor) -> Actor | None:
    """The guest themselves; None where their assistant serves no site any more, or another site token does.

    For connections that live long. Raises NotAuthenticated for anybody who is no guest.
    """
    return None if await _served(actor.tenant_id, _guest(actor)) is None else actor


async def may_read(origin: str, site_token: str | None) -> bool:
    """Whether a page at ``origin`` may read answers: of the named assistant, or of any where none is named.

    A browser asks before it sends the headers that would name the assistant (Fetch, CORS preflight).
    """
    host = _host_of(origin)
    if host is None or (site_token is not None and len(site_token) > _LONGEST_TOKEN):
        return False
    async with system_unit_of_work(SystemReason.WIDGET) as statements:
        found = await statements.row(_SITES, _patterns(host), site_token)
    return found is not None


def guest_of(dialog: Dialog) -> Actor:
    """The guest whose dialog it is. Raises NotAuthenticated where it is nobody's of a site."""
    if dialog.guest_id is None:
        raise NotAuthenticated("Only dialogs of sites have a guest")
    return guest_actor(dialog.tenant_id, Guest(dialog.guest_id, dialog.assistant_id))


def guest_id_of(actor: Actor) -> str:
    """What the guest's browser keeps: possession of it is being that guest, with this assistant alone.

    Raises NotAuthenticated for anybody who is no guest.
    """
    guest = _guest(actor)
    signature = _signature(keys_for(_PURPOSE)[0], actor.tenant_id, guest.assistant_id, guest.id)
    return f"{guest.id.hex}.{signature}"


def token_of(actor: Actor) -> GuestToken:
    """A token that speaks for the guest for a while, also where no header can be sent. Raises NotAuthenticated."""
    guest = _guest(actor)
    life = timedelta(seconds=get_settings().identity.token_s)
    expires_at = (clock.now() + life).replace(microsecond=0)
    token = tokens.issue_guest(actor.tenant_id, guest.assistant_id, guest.id, expires_at, site=guest.site)
    return GuestToken(token, expires_at)


def is_allowed(origin: str | None, domains: Iterable[str]) -> bool:
    """Whether a page's Origin is of one of the domains: the same host, or one below the domain of ``*.domain``."""
    host = None if origin is None else _host_of(origin)
    return host is not None and not set(_patterns(host)).isdisjoint(domains)


_SITES = """
SELECT id FROM assistants
WHERE website_integration AND allowed_domains ?| $1 AND ($2::text IS NULL OR site_token = $2) LIMIT 1
"""


def _host_of(origin: str) -> str | None:
    """The host of an Origin, None where it is opaque (``null``) or not one of the web."""
    try:
        parts = urlsplit(origin)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or f"{parts.scheme}://{parts.netloc}" != origin:
        return None
    return host if "@" not in parts.netloc and "*" not in host else None


def _patterns(host: str) -> list[str]:
    """The entries of a list of allowed domains that name the host."""
    labels = host.split(".")
    return [host, *("*." + ".".join(labels[start:]) for start in range(1, len(labels)))]


async def _serving(site_token: str | None, assistant_id: int | None) -> Assistant:
    """The assistant that a page names. Raises NotAuthenticated."""
    named = Q(site_token=site_token) if site_token is not None else Q(id=assistant_id)
    if (site_token is None) == (assistant_id is None) or len(site_token or "") > _LONGEST_TOKEN:
        raise NotAuthenticated(_UNKNOWN)
    async with system_unit_of_work(SystemReason.WIDGET):
        assistant = await Assistant.get_or_none(named, is_active=True, website_integration=True)
    if assistant is None:
        raise NotAuthenticated(_UNKNOWN)
    return assistant


async def _served(tenant_id: int, guest: Guest) -> Assistant | None:
    """The guest's assistant while it serves the site that they came by."""
    async with system_unit_of_work(SystemReason.WIDGET):
        assistant = await Assistant.get_or_none(id=guest.assistant_id, tenant_id=tenant_id, website_integration=True)
    return assistant if assistant is not None and guest.site in ("", _site(assistant)) else None


def _site(assistant: Assistant) -> str:
    return hashlib.sha256(assistant.site_token.encode()).hexdigest()[:16]


def _verified(guest_id: str, assistant: Assistant) -> UUID:
    """The guest whom a signed id names. Raises NotAuthenticated where it was not made for this assistant."""
    number, _, signature = guest_id.partition(".")
    try:
        named = UUID(hex=number)
    except ValueError:
        raise NotAuthenticated(_FORGED) from None
    expected = [_signature(key, assistant.tenant_id, assistant.id, named) for key in keys_for(_PURPOSE)]
    if not any(hmac.compare_digest(signature.encode(), one.encode()) for one in expected):
        raise NotAuthenticated(_FORGED)
    return named


def _signature(key: Key, tenant_id: int, assistant_id: int, guest_id: UUID) -> str:
    digest = hmac.digest(key.secret, f"{tenant_id}:{assistant_id}:{guest_id.hex}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _guest(actor: Actor) -> Guest:
    if actor.guest is None:
        raise NotAuthenticated("Only a guest has a guest id")
    return actor.guest

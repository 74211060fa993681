"""Who comes to watch a dialog, by a socket or an event stream, and which dialog they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from core.actor import Actor
from core.errors import InvalidInput, NotAuthenticated, NotFound
from realtime.websocket import is_number
from services import dialogs, guests, identity, tokens
from services.unit_of_work import unit_of_work

NEW = frozenset({"new", "0"})
"""In place of a dialog's id: the guest's open dialog, or a new one where there is none."""


class VisitorKind(StrEnum):
    ADMIN = "admin"
    """Staff, by the token of a session."""
    WIDGET = "widget"
    """A guest, by a site token or a guest's token."""
    SITE = "site"
    """A guest of an assistant that is named by its id alone."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client presents. ``token`` is that of a session, or a guest's."""

    token: str | None = None
    site_token: str | None = None
    assistant_id: str | None = None
    guest_id: str | None = None
    guest_token: str | None = None
    origin: str | None = None

    @classmethod
    def of(cls, query: Mapping[str, str], headers: Mapping[str, str]) -> Self:
        """From a request: browsers send no headers of ours with sockets and streams, other clients may."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = {
            name: query[name] for name in ("site_token", "assistant_id", "guest_id", "guest_token") if query.get(name)
        }
        token = query.get("token") or (bearer.strip() if scheme.lower() == "bearer" else "")
        site_token = given.pop("site_token", None) or headers.get("x-site-token")
        if "x-guest-id" in headers:
            given.setdefault("guest_id", headers["x-guest-id"])
        return cls(token=token or None, site_token=site_token, origin=_origin(headers), **given)

    @property
    def makes_a_guest(self) -> bool:
        """Whether somebody comes whom nobody has seen before."""
        return self.token is None and self.guest_token is None and self.guest_id is None


@dataclass(frozen=True, slots=True)
class Visit:
    """One client at one dialog."""

    actor: Actor
    kind: VisitorKind
    dialog_id: int

    @property
    def guest_id(self) -> str | None:
        """What a guest's browser keeps to be the same guest again."""
        return None if self.actor.guest is None else guests.guest_id_of(self.actor)


async def enter(credentials: Credentials, dialog: str) -> Visit:
    """Find out who comes and to which dialog; ``dialog`` is its id, or one of :data:`NEW` for guests.

    Raises NotAuthenticated, TokenExpired, Forbidden for a page that may not, NotFound, Unavailable.
    """
    actor, kind = await _who(credentials)
    return Visit(actor, kind, await _which(actor, dialog))


async def _who(given: Credentials) -> tuple[Actor, VisitorKind]:
    if given.token is not None:
        return await _signed_in(given.token, given.origin)
    if given.guest_token is not None:
        return await guests.authenticate(given.guest_token, origin=given.origin), VisitorKind.WIDGET
    if given.site_token is not None:
        actor = await guests.enter(site_token=given.site_token, origin=given.origin, guest_id=given.guest_id)
        return actor, VisitorKind.WIDGET
    if given.assistant_id is None or not is_number(given.assistant_id):
        raise NotAuthenticated
    number = int(given.assistant_id)
    return await guests.enter(assistant_id=number, origin=given.origin, guest_id=given.guest_id), VisitorKind.SITE


async def _signed_in(token: str, origin: str | None) -> tuple[Actor, VisitorKind]:
    if tokens.is_guest(token):
        return await guests.authenticate(token, origin=origin), VisitorKind.WIDGET
    return await identity.authenticate(token), VisitorKind.ADMIN


async def _which(actor: Actor, dialog: str) -> int:
    if dialog in NEW:
        if actor.guest is None:
            raise InvalidInput("Only visitors of a site open a dialog by watching it", field="dialog_id")
        async with unit_of_work(actor) as uow:
            return (await dialogs.open_for(uow)).id
    if not is_number(dialog):
        raise NotFound("dialog", dialog[:20])
    async with unit_of_work(actor) as uow:
        return (await dialogs.get(uow, int(dialog))).id


def _origin(headers: Mapping[str, str]) -> str | None:
    """The page's Origin. A browser sends none with a GET to the page's own host, but the page's address (RFC 9110)."""
    origin = headers.get("origin")
    if origin is not None or "referer" not in headers:
        return origin
    try:
        parts = urlsplit(headers["referer"])
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}"

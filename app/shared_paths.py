"""Paths that several documents claim: what is sent says whose form it is, and that dialect answers, failures too.

A dialect takes part by offering an operation at the path; the rules of choice stand here, and no dialect knows them.
"""

from collections.abc import Callable, Mapping

import orjson
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from app.authentication import bearer_token
from core.errors import NotAuthenticated
from rest.bodies import FORM, media_type, once_more, read_body
from rest.endpoints import Gate, PathEndpoint, failure
from rest.itdesk.dialect import ITDESK
from rest.leads.dialect import LEADS
from rest.operations import Dialect
from rest.replyx.dialect import REPLYX
from services import tokens
from services.tokens import TokenKind

Choice = Callable[[Request, bytes], Dialect]

_MOST_BYTES = 16 * 1024
_CLAIMANTS = (LEADS, ITDESK, REPLYX)
_FORMS = {FORM, "multipart/form-data"}


def _by_registration(request: Request, body: bytes) -> Dialect:
    sent = _members(body)
    return LEADS if "company_name" in sent else ITDESK if "username" in sent else REPLYX


def _by_login(request: Request, body: bytes) -> Dialect:
    if media_type(request) in _FORMS:
        return LEADS
    return ITDESK if "username" in _members(body) else REPLYX


def _by_token(request: Request, body: bytes) -> Dialect:
    """The dialect that issued the token; `itdesk` for those from elsewhere."""
    try:
        claims = tokens.decode(bearer_token(request) or "", TokenKind.ACCESS)
    except NotAuthenticated:
        return ITDESK
    return LEADS if claims.dialect is tokens.Dialect.LEADS else ITDESK


SHARED: Mapping[str, Mapping[str, Choice]] = {
    "/api/auth/register": {"POST": _by_registration},
    "/api/auth/login": {"POST": _by_login},
    "/api/auth/me": {"GET": _by_token},
}


def shared_routes(gate: Gate) -> list[BaseRoute]:
    """To stand before the routes of the dialects, which have these paths too."""
    return [Route(path, SharedEndpoint(path, choices, gate)) for path, choices in SHARED.items()]


class SharedEndpoint:
    """An ASGI application for one path: looks at the request, and hands it whole to the dialect that is meant."""

    def __init__(self, path: str, choices: Mapping[str, Choice], gate: Gate) -> None:
        self._choices = choices
        offered = {one.name: [of for of in one.operations if one.prefix + of.path == path] for one in _CLAIMANTS}
        self._endpoints = {one.name: PathEndpoint(one, gate, offered[one.name]) for one in _CLAIMANTS}
        # Knows every method of the path, and so answers those that nobody offers.
        self._elsewise = PathEndpoint(REPLYX, gate, [of for operations in offered.values() for of in operations])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        method = "GET" if request.method == "HEAD" else request.method
        choose = self._choices.get(method)
        if choose is None:
            await self._elsewise(scope, receive, send)
            return
        try:
            body = await read_body(request, _MOST_BYTES) if method == "POST" else b""
        except Exception as error:
            await failure(choose(request, b""), error)(scope, receive, send)
            return
        await self._endpoints[choose(request, body).name](scope, once_more(body, receive), send)


def _members(body: bytes) -> frozenset[str]:
    """The names of a JSON object's members; none for anything else, which the dialect then refuses."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        return frozenset()
    return frozenset(sent) if isinstance(sent, dict) else frozenset()

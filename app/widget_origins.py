"""Cross-origin reading for widgets: pages of the sites that assistants serve may read what their guests are answered.

Follows the Fetch standard, https://fetch.spec.whatwg.org/#http-cors-protocol. Never with credentials: whoever calls
presents tokens of their own, and a page learns nothing by the cookies of its visitor.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.authentication import GUEST_ID, SITE_TOKEN
from core.errors import Unavailable
from rest.idempotency import KEY
from services import guests

_PATHS = ("/api/dialogs", "/graphql")
_METHODS = "GET, POST"
_HEADERS = f"Authorization, Content-Type, Last-Event-ID, {KEY.title()}, {SITE_TOKEN.title()}, {GUEST_ID.title()}"
_MAX_AGE_S = 600


class WidgetOrigins:
    """ASGI middleware for the paths that widgets call. Other origins pass as if it were not there."""

    def __init__(self, app: ASGIApp, *, exposed: Sequence[str]) -> None:
        self.app = app
        self._exposed = ", ".join(exposed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_widget(scope["path"]):
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        origin = asked.get("origin", "")
        if _is_own(origin, asked) or not await _may_read(origin, asked):
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and "access-control-request-method" in asked:
            await _preflight(origin)(scope, receive, send)
            return

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["access-control-allow-origin"] = origin
                headers["access-control-expose-headers"] = self._exposed
                headers.add_vary_header("Origin")
            await send(message)

        await self.app(scope, receive, send_readable)


def _is_widget(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in _PATHS)


def _is_own(origin: str, headers: Headers) -> bool:
    """Whether no page asks, or one of ours, which may read anyway."""
    return not origin or origin.partition("://")[2] == headers.get("host")


async def _may_read(origin: str, headers: Headers) -> bool:
    """A page that the database cannot be asked about may not."""
    try:
        return await guests.may_read(origin, headers.get(SITE_TOKEN))
    except Unavailable:
        return False


def _preflight(origin: str) -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-methods": _METHODS,
            "access-control-allow-headers": _HEADERS,
            "access-control-max-age": str(_MAX_AGE_S),
            "vary": "Origin",
        },
    )

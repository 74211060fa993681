"""A span for each HTTP request, under its route's template: paths may hold what nobody else should read.

It is part of the application only where a collector is configured. A socket has no span of its own, which would last
for hours: its operations have, and so has the delivery of events to it.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config import tracing

_UNTRACED = frozenset({"/health", "/ready", "/metrics"})


class Traces:
    """ASGI middleware. It goes on with the trace that a ``traceparent`` names; how much is kept is ours to say."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNTRACED:
            await self.app(scope, receive, send)
            return
        status = 0

        async def noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"]
        given = Headers(scope=scope).get(tracing.TRACEPARENT)
        with tracing.span(method, "server", parent=given, http__request__method=method):
            try:
                await self.app(scope, receive, noting_status)
            finally:
                route = getattr(scope.get("route"), "path", None) or "unknown"
                tracing.rename(f"{method} {route}")
                tracing.note(http__route=route, http__response__status_code=status)

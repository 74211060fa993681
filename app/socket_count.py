"""Counts every WebSocket of the process, whichever surface it speaks."""

from starlette.types import ASGIApp, Receive, Scope, Send

from realtime.gateway import GATEWAY


class SocketCount:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        with GATEWAY.holding():
            await self._app(scope, receive, send)

"""A WebSocket client that drives an ASGI application in the test's own event loop."""

import asyncio
import json
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message


class WebSocketClosed(Exception):
    """The server closed, or never accepted; ``code`` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class WebSocketSession:
    """One connection, open inside ``async with``. Reading after the end raises :class:`WebSocketClosed`."""

    def __init__(self, app: ASGIApp, address: str, headers: dict[str, str] | None = None) -> None:
        parts = urlsplit(address)
        self._app = app
        self._scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 50000),
            "server": ("opora.test", 80),
            "subprotocols": [],
            "state": {},
        }
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self.accepted = False

    async def __aenter__(self) -> Self:
        """Connect. Raises WebSocketClosed where the server refuses."""
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._running = asyncio.create_task(self._run())
        try:
            message = await self._next(10)
        except BaseException:
            await self._end()
            raise
        assert message["type"] == "websocket.accept"
        self.accepted = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self._end()

    async def send_json(self, value: object) -> None:
        self._to_app.put_nowait({"type": "websocket.receive", "text": json.dumps(value)})

    async def receive_json(self, timeout: float = 10.0) -> Any:  # noqa: ASYNC109
        """The next frame. Raises TimeoutError, WebSocketClosed."""
        message = await self._next(timeout)
        text = message.get("text")
        return json.loads(text if text is not None else message["bytes"])

    async def nothing_more(self, seconds: float = 0.2) -> bool:
        """Whether no frame comes within that time."""
        try:
            await self._next(seconds)
        except TimeoutError:
            return True
        return False

    async def closed(self, timeout: float = 10.0) -> int:  # noqa: ASYNC109
        """Read on until the server closes; its code."""
        try:
            while True:
                await self._next(timeout)
        except WebSocketClosed as end:
            return end.code

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._to_app.get, self._from_app.put)
        finally:
            self._from_app.put_nowait({"type": "websocket.close", "code": 1006})

    async def _next(self, seconds: float) -> Message:
        message = await asyncio.wait_for(self._from_app.get(), seconds)
        if message["type"] in ("websocket.close", "websocket.http.response.start"):
            raise WebSocketClosed(message.get("code", 1000))
        return message

    async def _end(self) -> None:
        try:
            await asyncio.wait_for(self._running, 5)
        except TimeoutError:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            raise

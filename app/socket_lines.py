"""uvicorn's WebSockets, with a line for frames that are ready: see :mod:`realtime.lines`.

The frame of an event is the same for thousands of sockets. Sent as ASGI messages it would be encoded and serialised
again for each of them, behind every middleware.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.protocol import State

from realtime.lines import EXTENSION


class LinedWebSocket(WebSocketsSansIOProtocol):
    """One connection. Its parts are uvicorn's own, whose version is pinned; tests/realtime/test_lines.py tells when
    they change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = _Messages()  # type: ignore[assignment]  # of a queue's methods, uvicorn uses those that it has

    def write(self, frame: bytes) -> bool:
        """Send a whole frame: see :class:`realtime.lines.Line`."""
        transport = self.transport
        if not self.handshake_complete or self.close_sent or not self.writable.is_set() or transport.is_closing():
            return False
        transport.write(frame)
        return True

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # Nobody may speak before the handshake ends: frames that come early wait, for uvicorn fails on them.
        if not self.handshake_complete:
            self.transport.pause_reading()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            self.frames = []
            # As uvicorn does, but for the traceback that it logs: anybody could fill a log with them.
            if self.conn.state is State.OPEN:
                self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        # The client's doing: what the application still sends is not a fault of its own, with a traceback.
        self.disconnected = True

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.disconnected = self.disconnected or self.close_sent

    def start_keepalive(self) -> None:
        super().start_keepalive()
        if not self.transport.is_closing():
            self.transport.resume_reading()
        # It has been sent: nobody needs it any more.
        del self.response

    async def run_asgi(self) -> None:
        self.scope["extensions"] = {**(self.scope.get("extensions") or {}), EXTENSION: self}  # type: ignore[dict-item]
        await super().run_asgi()


def _is_utf8(pieces: list[bytes]) -> bool:
    try:
        b"".join(pieces).decode()
    except UnicodeDecodeError:
        return False
    return True


class _Messages:
    """What a client said and nobody has heard yet, for one listener: an asyncio.Queue of an idle socket takes 3 KiB.

    It holds one message and the end: the connection is not read while one waits.
    """

    __slots__ = ("_listener", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[Any] = []
        self._listener: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return not self._waiting

    def put_nowait(self, message: Any) -> None:
        self._waiting.append(message)
        if self._listener is not None and not self._listener.done():
            self._listener.set_result(None)

    async def get(self) -> Any:
        while not self._waiting:
            self._listener = asyncio.get_running_loop().create_future()
            try:
                await self._listener
            finally:
                self._listener = None
        return self._waiting.pop(0)

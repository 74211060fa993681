"""HTTP whose head and body leave together: uvicorn hands them over one by one, and each would be a system call, which
also wakes whoever reads the other end of the connection twice.

While the process drains, each answer is the last of its connection, and says so: pools of proxies let go in time.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.health import is_draining

_MOST_HELD = 65_536
"""Bytes that wait for the end of the loop's turn; longer answers go out as they come."""


class OneWriteHttp(HttpToolsProtocol):
    """One connection. Its parts are uvicorn's own, whose version is pinned."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, _Gathering(cast(asyncio.Transport, transport), self.loop)))

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if is_draining() and self.cycle is not None:
            self.cycle.keep_alive = False

    def handle_websocket_upgrade(self) -> None:
        self.transport = cast(Any, self.transport).uncovered()
        super().handle_websocket_upgrade()


class _Gathering:
    """A transport that writes once in a turn of the loop. All else is the covered one's."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)
        self._size += len(data)
        if self._size > _MOST_HELD:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def uncovered(self) -> asyncio.Transport:
        self._flush()
        return self._transport

    def _flush(self) -> None:
        held, self._held, self._size = self._held, [], 0
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

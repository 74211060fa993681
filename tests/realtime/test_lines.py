"""Frames that are written past ASGI: whole, in room that is there, and never to a socket that is not open."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from realtime.lines import Line, Rendered, line_of, text_frame
from tests.fixtures.listening import listening


class Server:
    """Keeps the line of its last socket, before it accepts it, while it is open, and after."""

    def __init__(self) -> None:
        self.line: Line | None = None
        self.before_accept: bool | None = None
        self.ended = asyncio.Event()

    async def serve(self, websocket: WebSocket) -> None:
        self.line = line_of(websocket.scope)
        self.before_accept = self.line.write(text_frame(b"early"))
        await websocket.accept()
        with contextlib.suppress(Exception):
            while (await websocket.receive())["type"] != "websocket.disconnect":
                continue
        self.ended.set()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def address(server: Server) -> AsyncIterator[str]:
    async with listening(Starlette(routes=[WebSocketRoute("/ws", server.serve)])) as host:
        yield f"ws://{host}/ws"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
async def test_frames_of_every_size_arrive_as_they_are(server: Server, address: str, size: int) -> None:
    text = "я" * (size // 2) + "x" * (size % 2)
    async with connect(address, compression=None, max_size=None) as socket:
        assert server.line is not None
        assert server.line.write(text_frame(text.encode()))
        assert await asyncio.wait_for(socket.recv(), 5) == text


async def test_nothing_is_written_before_a_socket_is_open_or_after(server: Server, address: str) -> None:
    async with connect(address, compression=None) as socket:
        assert server.before_accept is False
        await socket.ping()
    await asyncio.wait_for(server.ended.wait(), 5)
    assert server.line is not None
    assert not server.line.write(text_frame(b"late"))


async def test_a_client_that_does_not_read_is_not_written_to_without_end(server: Server, address: str) -> None:
    frame = text_frame(b"x" * 10_000)
    async with connect(address, compression=None, max_queue=1) as socket:
        assert server.line is not None
        written = 0
        async with asyncio.timeout(10):
            while server.line.write(frame):
                written += 1
                await asyncio.sleep(0)
        # What the two kernels and the client's own buffers hold, and no more.
        assert written < 5_000
        for _ in range(written):
            assert len(await asyncio.wait_for(socket.recv(), 5)) == 10_000
        assert server.line.write(frame)


def test_clients_that_want_the_same_around_it_share_a_frame() -> None:
    rendered = Rendered(b"{}")
    assert rendered.frame(b"<1>", b"!") is rendered.frame(b"<1>", b"!")
    assert rendered.frame(b"<2>", b"!") == text_frame(b"<2>{}!")


def test_the_frames_that_are_kept_are_bounded() -> None:
    rendered = Rendered(b"{}")
    for number in range(1000):
        rendered.frame(str(number).encode())
    assert len(rendered._frames) < 100


def test_a_server_without_lines_writes_nothing() -> None:
    assert not line_of({"type": "websocket"}).write(text_frame(b"x"))

"""Answers leave whole: a head that goes ahead of its body costs a system call, and wakes the reader twice."""

import asyncio
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.server import ServerState

from app.one_write import OneWriteHttp


class Recorded(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


async def asked(app: ASGIApp, headers: str = "") -> Recorded:
    """What the answer to a request wrote."""
    config = Config(app, log_config=None, lifespan="off")
    config.load()
    transport = Recorded()
    protocol = OneWriteHttp(config=config, server_state=ServerState(), app_state={})
    protocol.connection_made(transport)
    protocol.data_received(f"GET / HTTP/1.1\r\nHost: here\r\n{headers}\r\n".encode())
    await asyncio.sleep(0.05)
    protocol.connection_lost(None)
    return transport


async def test_head_and_body_are_one_write() -> None:
    (answer,) = (await asked(Response("whole"))).written
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nwhole")


async def test_a_connection_closes_behind_its_answer() -> None:
    transport = await asked(Response("last"), "Connection: close\r\n")
    assert transport.written[0].endswith(b"last")
    assert transport.closed


async def test_what_comes_later_does_not_wait_for_the_end() -> None:
    async def parts() -> Any:
        yield b"first"
        await asyncio.sleep(0.01)
        yield b"second"

    first, *rest = (await asked(StreamingResponse(parts()))).written
    assert b"first" in first
    assert b"second" in b"".join(rest)


async def test_much_is_not_held() -> None:
    written = (await asked(Response(bytes(200_000)))).written
    assert sum(map(len, written)) > 200_000

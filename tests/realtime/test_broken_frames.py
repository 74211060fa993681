"""What a client sends wrong ends its socket with the code of RFC 6455, and writes nothing into the log."""

import asyncio
import logging
import os
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from tests.conformance.echo import echo
from tests.conformance.frames import CONTINUATION, TEXT, Heard, RawSocket, close_frame, frame
from tests.fixtures.listening import listening

NOT_UTF8 = frame(TEXT, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80")
HANDSHAKE_S = 0.1


async def slow_echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Takes its time before it accepts."""
    await asyncio.sleep(HANDSHAKE_S)
    await echo(scope, receive, send)


@pytest.fixture
async def address(settings: object) -> AsyncIterator[str]:
    async with listening(slow_echo) as address:
        yield address


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param([NOT_UTF8], 1007, id="a message"),
        pytest.param([frame(TEXT, b"\xce", fin=False), frame(CONTINUATION, b"\xe1")], 1007, id="a message in pieces"),
        pytest.param([NOT_UTF8 * 3], 1007, id="messages in one packet"),
        pytest.param([frame(TEXT, b"good") + NOT_UTF8], 1007, id="behind a message that is answered"),
        pytest.param([NOT_UTF8 + close_frame()], 1000, id="before the client's own end"),
    ],
)
async def test_text_that_is_not_utf8_ends_a_socket_without_a_word(
    address: str, caplog: pytest.LogCaptureFixture, sent: list[bytes], code: int
) -> None:
    socket = await RawSocket.open(address)
    heard = await socket.exchange(sent)
    assert heard == Heard(heard.replies, code)
    _assert_silent(caplog)


@pytest.mark.parametrize(
    "early",
    [
        pytest.param(NOT_UTF8, id="not UTF-8"),
        pytest.param(frame(3), id="no opcode"),
        pytest.param(frame(TEXT, b"x", masked=False), id="no mask"),
        pytest.param(close_frame(), id="an end"),
    ],
)
async def test_what_comes_before_the_handshake_ends_waits_for_it(
    address: str, caplog: pytest.LogCaptureFixture, early: bytes
) -> None:
    reader, writer = await asyncio.open_connection(*address.split(":"))
    key = b64encode(os.urandom(16)).decode()
    head = f"GET / HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    writer.write(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    await asyncio.sleep(HANDSHAKE_S / 2)
    writer.write(early)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"\r\n\r\n\x88" in answer
    _assert_silent(caplog)


def _assert_silent(caplog: pytest.LogCaptureFixture) -> None:
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []

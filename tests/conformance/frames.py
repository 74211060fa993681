"""WebSocket frames by hand (RFC 6455, 5.2): what no client library would send."""

import asyncio
import base64
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
PATIENCE_S = 20.0
_MASK = b"\x21\x43\x65\x87"
_NAMES = {TEXT: "text", BINARY: "binary", PONG: "pong", PING: "ping"}

Reply = tuple[str, bytes]


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """One frame of a client."""
    head = bytes([fin << 7 | rsv << 4 | opcode])
    size, bit = len(payload), masked << 7
    if size < 126:
        head += bytes([bit | size])
    elif size < 2**16:
        head += bytes([bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    key = int.from_bytes(_MASK * (size // 4 + 1), "big") >> 8 * (4 - size % 4)
    return head + _MASK + (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")


def close_frame(code: int | None = 1000, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


@dataclass(slots=True)
class Heard:
    """What the server sent until it let go: messages and pongs whole, and the code of its close frame."""

    replies: list[Reply] = field(default_factory=list)
    code: int | None = None


class RawSocket:
    """An open WebSocket whose bytes are the test's."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: str, path: str = "/", protocol: str | None = None) -> "RawSocket":
        """Shake hands with ``host:port``. Raises ConnectionError where the server does not switch protocols."""
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        asked = [f"GET {path} HTTP/1.1", f"Host: {address}", "Upgrade: websocket", "Connection: Upgrade"]
        asked += [f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13"]
        asked += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
        writer.write("\r\n".join([*asked, "", ""]).encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(answer.decode())
        return cls(reader, writer)

    async def exchange(self, chunks: Sequence[bytes], *, replies: int = 0, end: bytes = b"") -> Heard:
        """Send the pieces, each in a write of its own, after that many replies the end, and listen until the server
        closes. Raises TimeoutError.
        """
        heard = Heard()
        async with asyncio.timeout(PATIENCE_S):
            listening = asyncio.create_task(self._listen(heard))
            for chunk in chunks:
                if listening.done():
                    break
                self._writer.write(chunk)
                # Lets the server read it alone.
                await asyncio.sleep(0)
            while len(heard.replies) < replies and end and not listening.done():  # noqa: ASYNC110  # of a test
                await asyncio.sleep(0.001)
            self._writer.write(end)
            await listening
        self._writer.close()
        return heard

    async def _listen(self, heard: Heard) -> None:
        kind, message = "", b""
        try:
            while True:
                fin, opcode, payload = await self._frame()
                if opcode == CLOSE:
                    heard.code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                elif opcode in (PING, PONG):
                    heard.replies.append((_NAMES[opcode], payload))
                else:
                    kind = _NAMES.get(opcode, kind)
                    message += payload
                    if fin:
                        heard.replies.append((kind, message))
                        message = b""
        except (asyncio.IncompleteReadError, ConnectionError):
            # It let go: what was heard is what there is.
            return

    async def _frame(self) -> tuple[bool, int, bytes]:
        first, second = await self._reader.readexactly(2)
        size = second & 127
        if size == 126:
            (size,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
        return bool(first & 128), first & 15, await self._reader.readexactly(size)

"""A double of clamd: PING and INSTREAM as clamd(8) describes them, over TCP or a Unix socket, and what goes wrong.

Commands begin with ``n`` or ``z`` and end with a newline or a NUL, which replies end with too. A stream is pieces of
four bytes of length in network order with the bytes, ended by a piece of no length.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for a virus by agreement (eicar.org); it does no harm."""
SIGNATURE = "Win.Test.EICAR_HDB-1"


@dataclass
class ClamdDouble:
    """``reply`` takes the place of a verdict; ``silent`` says nothing until the client leaves."""

    url: str = ""
    most_bytes: int = 25 * 1024 * 1024
    reply: str | None = None
    silent: bool = False
    scanned: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            answer, end = await self._answer(reader)
            writer.write(answer.encode() + end)
            await writer.drain()
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[str, bytes]:
        end = b"\0" if await reader.readexactly(1) == b"z" else b"\n"
        command = (await reader.readuntil(end)).removesuffix(end)
        if command == b"PING":
            return "PONG", end
        if command != b"INSTREAM":
            return "UNKNOWN COMMAND", end
        verdict = await self._instream(reader)
        if self.silent:
            await reader.read()
        return self.reply or verdict, end

    async def _instream(self, reader: asyncio.StreamReader) -> str:
        data = bytearray()
        while length := struct.unpack("!L", await reader.readexactly(4))[0]:
            if len(data) + length > self.most_bytes:
                return "INSTREAM size limit exceeded. ERROR"
            data += await reader.readexactly(length)
        self.scanned.append(bytes(data))
        return f"stream: {SIGNATURE} FOUND" if EICAR in data else "stream: OK"


@asynccontextmanager
async def running_clamd(socket: Path | None = None) -> AsyncIterator[ClamdDouble]:
    """A served double, on a free port or on a Unix socket."""
    double = ClamdDouble()
    if socket is None:
        server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
        double.url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(double.serve, socket)
        double.url = f"unix://{socket}"
    try:
        yield double
    finally:
        server.close()

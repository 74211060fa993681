"""The line between a browser and Opora, which a test cuts and mends.

Browsers' own "offline" (`set_offline`) leaves WebSockets open that stand, and a test cannot choose what of an exchange
is lost with it. This one is a relay of TCP connections: what is cut is cut for requests and sockets alike, as it is for
people.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

_CHUNK_BYTES = 65_536


class Wire:
    """Its ``origin`` is Opora's as long as it is whole."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._target = (address.hostname or "", address.port or 0)
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._is_cut = self._is_deaf = False
        self.origin = ""

    async def lay(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.origin = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """End what stands, and let nothing new come through."""
        self._is_cut = True
        for end in self._ends:
            end.transport.abort()

    def lose_answers(self) -> None:
        """What the browser says arrives from now on, what Opora says does not, until the line was cut and mended."""
        self._is_deaf = True

    def mend(self) -> None:
        self._is_cut = self._is_deaf = False

    async def take_in(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(reader, far_writer, is_answer=False))
                tasks.create_task(self._carry(far_reader, writer, is_answer=True))
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool) -> None:
        """Until either end closes or breaks: then the other is closed as well."""
        try:
            while data := await source.read(_CHUNK_BYTES):
                if not (is_answer and self._is_deaf):
                    sink.write(data)
                    await sink.drain()
        except ConnectionError:
            return
        finally:
            sink.close()


@asynccontextmanager
async def wire_to(target: str) -> AsyncIterator[Wire]:
    wire = Wire(target)
    await wire.lay()
    try:
        yield wire
    finally:
        await wire.take_in()

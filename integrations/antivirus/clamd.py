"""ClamAV's daemon over TCP or a Unix socket, by the command INSTREAM (clamd(8), "Commands").

The library ``aioclamd`` opens sockets and reads replies. Its client knows TCP alone and sends one KiB at a time from
a thread, so the stream is framed here.
"""

import asyncio
import struct
from contextlib import suppress
from typing import Self
from urllib.parse import unquote, urlsplit

import structlog
from aioclamd import ClamdError, _AsyncClamdNetworkSocket, scan_response

from core.errors import Unavailable
from core.network import assert_allowed

_PIECE = 64 * 1024
_LENGTH = struct.Struct("!L")
_TOO_LONG = "size limit exceeded"
logger = structlog.get_logger(__name__)


class _Socket(_AsyncClamdNetworkSocket):  # type: ignore[misc]  # the library ships no types
    """One connection, for one command. ``address`` is ``tcp://host:port`` or ``unix:///path``."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        super().__init__(parts.hostname or "", parts.port or 0)
        self._path = unquote(parts.path) if parts.scheme == "unix" else None

    async def __aenter__(self) -> Self:
        if self._path is None:
            await super().__aenter__()
        else:
            self.reader, self.writer = await asyncio.open_unix_connection(self._path)
        return self


class ClamdScanner:
    """A :class:`integrations.antivirus.port.VirusScanner`. ``timeout_s`` bounds a whole scan."""

    def __init__(self, address: str, *, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s

    async def scan(self, data: bytes) -> str | None:
        """The signature that clamd names, None for a clean file. Raises Unavailable.

        A scan is not tried again: whoever uploads can, and a daemon that is loading signatures takes minutes.
        """
        assert_allowed("clamd")
        try:
            async with asyncio.timeout(self._timeout_s):
                reply = await self._instream(data)
        except (OSError, TimeoutError, ClamdError, UnicodeError) as error:
            logger.warning("virus_scan_failed", error=f"{type(error).__name__}: {error}")
            raise Unavailable("The virus scanner does not answer; check OPORA_CLAMD_URL") from None
        return _signature(reply)

    async def _instream(self, data: bytes) -> str:
        async with _Socket(self._address) as socket:
            # clamd answers and hangs up in the middle of a stream that is too long for it.
            with suppress(ConnectionError):
                await socket.send_command("INSTREAM")
                for start in range(0, len(data), _PIECE):
                    piece = data[start : start + _PIECE]
                    socket.writer.write(_LENGTH.pack(len(piece)) + piece)
                    await socket.writer.drain()
                socket.writer.write(_LENGTH.pack(0))
                await socket.writer.drain()
            reply: str = await socket.recv_response()
            return reply


def _signature(reply: str) -> str | None:
    """``stream: OK`` and ``stream: NAME FOUND`` are answers; all else means that the file was not scanned."""
    told = scan_response.match(reply)
    if told is not None and told["status"] == "FOUND":
        return str(told["virus"] or "unnamed")
    if told is not None and told["status"] == "OK" and told["virus"] is None:
        return None
    logger.warning("virus_scan_failed", error=reply[:200])
    if _TOO_LONG in reply:
        raise Unavailable("The virus scanner takes no file of this size; raise StreamMaxLength of clamd")
    raise Unavailable("The virus scanner could not read the file; see its log")

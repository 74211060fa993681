"""One WebSocket of a dialect: who asks, sending to one who reads, and an orderly end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any, Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from core.errors import (
    DomainError,
    Forbidden,
    InvalidInput,
    Lagged,
    NotAuthenticated,
    NotFound,
    RateLimited,
    ResumeExpired,
    TooLarge,
    Unavailable,
)
from realtime.lines import Rendered, line_of

LOGIN_S = 10.0
_SEND_S = 10.0
"""A client whose buffers stay full for so long does not read."""
_LARGEST_FRAME = 4096
_GOODBYE_S = 2.0
_CLOSE_CODES: tuple[tuple[type[DomainError], int], ...] = (
    (NotAuthenticated, 4401),
    (Forbidden, 4403),
    (NotFound, 4404),
    (Lagged, 4408),
    (ResumeExpired, 4409),
    (InvalidInput, 4422),
    (TooLarge, 1009),
    (Unavailable, 1013),
    (RateLimited, 1013),
)
_TOO_SLOW = 4408
_SERVER_STOPS = 1001
_INTERNAL_ERROR = 1011
_ABNORMAL = 1006
logger = structlog.get_logger(__name__)


class Ear(Protocol):
    """What a dialect does with what one client says."""

    async def hear(self, said: str) -> str | None:
        """Act on a frame of the client; the frame to answer it with, if any."""

    async def leave(self) -> None:
        """The client is gone."""


class Connection:
    """Several tasks may write, one at a time. ``largest_frame`` is what a client may say at a time, in characters."""

    def __init__(self, websocket: WebSocket, *, largest_frame: int = _LARGEST_FRAME) -> None:
        self._websocket = websocket
        self._largest_frame = largest_frame
        self._writing = asyncio.Lock()
        self._line = line_of(websocket.scope)
        self.accepted = asyncio.Event()

    def token(self) -> str:
        """``?token=``, or that of the Authorization header. Raises NotAuthenticated where there is none."""
        scheme, _, credentials = self._websocket.headers.get("authorization", "").partition(" ")
        token = self._websocket.query_params.get("token") or (credentials.strip() if scheme.lower() == "bearer" else "")
        if not token:
            raise NotAuthenticated
        return token

    async def accept(self) -> None:
        """Once; again it does nothing. Raises WebSocketDisconnect for a client that is gone."""
        async with self._writing:
            if self._websocket.application_state is WebSocketState.CONNECTING:
                try:
                    await self._websocket.accept()
                except OSError as error:
                    # What the server raises to tell it, which Starlette translates for later frames alone.
                    raise WebSocketDisconnect(_ABNORMAL) from error
                self.accepted.set()

    async def send(self, text: str) -> None:
        """Raises TimeoutError for a client that does not read, WebSocketDisconnect for one that is gone."""
        async with self._writing, asyncio.timeout(_SEND_S):
            await self._websocket.send_text(text)

    def write(self, rendered: Rendered) -> bool:
        """Send at once, or not at all: whether it was sent."""
        return not self._writing.locked() and self._line.write(rendered.frame())

    async def hear(self) -> str | None:
        """What the client says next; None when it left. Raises TooLarge."""
        message = await self._websocket.receive()
        return None if message["type"] == "websocket.disconnect" else _said(message, self._largest_frame)

    async def left(self) -> None:
        """Return when the client leaves; what it says until then is not heard."""
        while (await self._websocket.receive())["type"] != "websocket.disconnect":
            continue

    async def listen(self, make_ear: Callable[[], Awaitable[Ear]]) -> None:
        """Let an ear hear all that the client says, until it leaves. Raises TooLarge, and what the ear raises."""
        # Whether the client may say anything here is known once the connection is accepted.
        await self.accepted.wait()
        ear = await make_ear()
        try:
            while (said := await self.hear()) is not None:
                answer = await ear.hear(said)
                if answer is not None:
                    await self.send(answer)
        finally:
            await ear.leave()

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye where there is still somebody. Browsers see the code of what was accepted alone."""
        if self._websocket.application_state is not WebSocketState.DISCONNECTED:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await self.accept()
                    await self._websocket.close(code, reason[:100])


class Frames:
    """A connection as the outlet of rendered events."""

    def __init__(self, connection: Connection) -> None:
        self.write = connection.write
        self._connection = connection

    async def send(self, rendered: Rendered) -> None:
        await self._connection.send(rendered.text.decode())


async def until_one_ends(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do everything at once and stop when the first is done. Raises what it raised."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _said(message: Mapping[str, Any], most: int) -> str:
    text = message.get("text")
    said = text if text is not None else (message.get("bytes") or b"").decode("utf-8", "replace")
    if len(said) > most:
        raise TooLarge(f"A frame has at most {most} characters")
    return str(said)


@contextlib.asynccontextmanager
async def closing(connection: Connection) -> AsyncIterator[None]:
    """Whatever ends the block closes the connection with its code. Raises CancelledError alone."""
    try:
        yield
    except DomainError as error:
        code = next((code for kind, code in _CLOSE_CODES if isinstance(error, kind)), _INTERNAL_ERROR)
        await connection.close(code, error.message)
    except (WebSocketDisconnect, TimeoutError):
        await connection.close(_TOO_SLOW, "Too slow")
    except asyncio.CancelledError:
        await connection.close(_SERVER_STOPS, "The server stops")
        raise
    except Exception:
        logger.exception("socket_failed")
        await connection.close(_INTERNAL_ERROR, "Internal error")

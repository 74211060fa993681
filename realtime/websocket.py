"""The WebSocket transport of dialects: who asks, what they missed, what happens, and an orderly end.

The server underneath pings clients and ends the connection of one that is gone; a client that is there but does not
read is let go with close code 4408 and may resume with ``last_seq``.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from core.actor import Actor
from core.errors import (
    DomainError,
    Forbidden,
    InvalidInput,
    Lagged,
    NotAuthenticated,
    NotFound,
    ResumeExpired,
    Unavailable,
)
from core.events import TicketDeleted, ticket_topic
from realtime.frames import support
from realtime.subscription import watch, watch_ephemeral

Authenticate = Callable[[str], Awaitable[Actor]]

_SEND_S = 10.0
"""A client whose buffers stay full for so long does not read."""
_LOGIN_S = 10.0
_CLOSE_CODES: tuple[tuple[type[DomainError], int], ...] = (
    (NotAuthenticated, 4401),
    (Forbidden, 4403),
    (NotFound, 4404),
    (Lagged, 4408),
    (ResumeExpired, 4409),
    (InvalidInput, 4422),
    (Unavailable, 1013),
)
_SERVER_STOPS = 1001
_INTERNAL_ERROR = 1011
logger = structlog.get_logger(__name__)


async def serve_ticket_socket(websocket: WebSocket, authenticate: Authenticate) -> None:
    """Serve ``/v1/ws/{ticket_id}`` until either side ends it; the path parameter is ``ticket_id``.

    The token comes as ``?token=`` or in the Authorization header. ``?last_seq=N`` first sends what came after event N.
    ``?stream=1`` also sends the words of answers while they are made. The connection is accepted when the subscription
    stands: what happens after a client sees it open reaches it. What is refused is accepted first and then closed,
    so that browsers see the close code.
    """
    connection = _Connection(websocket)
    try:
        async with asyncio.timeout(_LOGIN_S):
            actor = await authenticate(_token(websocket))
        topic = ticket_topic(_ticket_id(websocket))
        after = _last_seq(websocket)
        streams = websocket.query_params.get("stream") in ("1", "true")
        await connection.serve(actor, topic, after, streams=streams)
    except DomainError as error:
        await connection.close(_close_code(error), error.message)
    except (WebSocketDisconnect, TimeoutError):
        await connection.close(4408, "Too slow")
    except asyncio.CancelledError:
        await connection.close(_SERVER_STOPS, "The server stops")
        raise
    except Exception:
        logger.exception("socket_failed")
        await connection.close(_INTERNAL_ERROR, "Internal error")


class _Connection:
    """One socket: several tasks write, one at a time."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._writing = asyncio.Lock()

    async def serve(self, actor: Actor, topic: str, after: int | None, *, streams: bool) -> None:
        """Return when the client leaves. Raises the DomainError that ended it, TimeoutError for a client that hangs."""
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._send_events(actor, topic, after))]
        if streams:
            tasks.append(asyncio.create_task(self._send_passing(actor, topic)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye where there is still somebody."""
        if self._websocket.application_state is not WebSocketState.DISCONNECTED:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError, TimeoutError):
                async with asyncio.timeout(2.0):
                    await self._accept()
                    await self._websocket.close(code, reason[:100])

    async def _accept(self) -> None:
        async with self._writing:
            if self._websocket.application_state is WebSocketState.CONNECTING:
                await self._websocket.accept()

    async def _listen(self) -> None:
        """Return when the client leaves. What it says is not part of this dialect."""
        while (await self._websocket.receive())["type"] != "websocket.disconnect":
            continue

    async def _send_events(self, actor: Actor, topic: str, after: int | None) -> None:
        async with contextlib.aclosing(watch(actor, topic, after=after, started=self._accept)) as events:
            async for event in events:
                text = await support.render(event, actor)
                if text is not None:
                    await self._send(text)
                if event.kind == TicketDeleted.kind:
                    raise NotFound("ticket")

    async def _send_passing(self, actor: Actor, topic: str) -> None:
        async with contextlib.aclosing(watch_ephemeral(actor, topic)) as frames:
            async for frame in frames:
                text = support.render_passing(frame)
                if text is not None:
                    await self._send(text)

    async def _send(self, text: str) -> None:
        if self._websocket.application_state is WebSocketState.CONNECTING:
            # Words that pass by before the subscription stands.
            return
        async with self._writing, asyncio.timeout(_SEND_S):
            await self._websocket.send_text(text)


def _token(websocket: WebSocket) -> str:
    """Raises NotAuthenticated where there is none."""
    scheme, _, credentials = websocket.headers.get("authorization", "").partition(" ")
    token = websocket.query_params.get("token") or (credentials.strip() if scheme.lower() == "bearer" else "")
    if not token:
        raise NotAuthenticated
    return token


def _ticket_id(websocket: WebSocket) -> int:
    """Raises NotFound for what is no number."""
    text = str(websocket.path_params["ticket_id"])
    if not _is_number(text):
        raise NotFound("ticket", text[:20])
    return int(text)


def _last_seq(websocket: WebSocket) -> int | None:
    """Raises InvalidInput for what is no number."""
    text = websocket.query_params.get("last_seq")
    if text is None:
        return None
    if not _is_number(text):
        raise InvalidInput("last_seq must be a number", field="last_seq")
    return int(text)


def _is_number(text: str) -> bool:
    """Whether it is one that PostgreSQL's bigint holds."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def _close_code(error: DomainError) -> int:
    return next((code for kind, code in _CLOSE_CODES if isinstance(error, kind)), _INTERNAL_ERROR)

"""The event stream of a dialog: Server-Sent Events (HTML Standard, section 9.2) by sse-starlette.

The library sends the heartbeat, notices a client that left or does not read, and tells the stream when the server is
about to stop: it then ends in good order, and clients resume elsewhere behind the last number that they were given.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.types import Receive, Scope, Send

from config.settings import get_settings
from core.actor import Actor
from core.errors import DomainError, Lagged, ResumeExpired
from realtime.dialog_stream import Passing, watch_dialog
from realtime.dialog_visits import Visit
from realtime.merging import merged
from realtime.stream_leases import LEASES, Lease
from services.events import StoredEvent

PING = "__ping__"
_SEND_S = 10.0
"""A client whose buffers stay full for so long does not read."""
_GRACE_S = 2.0
_RETRY_MS = 2000
_LINE = "\n"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StreamDialect:
    """How a dialect writes the data of a stream's events; ``ping`` is what stands beside each heartbeat."""

    render: Callable[[StoredEvent, Actor], Awaitable[str | None]]
    render_passing: Callable[[Mapping[str, Any], Actor], str | None]
    established: Callable[[Visit, str, int], str]
    refuse: Callable[[DomainError], str]
    ping: Callable[[], str]


class EventStream(EventSourceResponse):
    """The open stream of one visit, which holds a lease for as long as it lasts."""

    media_type = "text/event-stream"

    def __init__(self, visit: Visit, lease: Lease, dialect: StreamDialect, after: int) -> None:
        self._visit = visit
        self._lease = lease
        self._dialect = dialect
        self._after = after
        self._stopping = asyncio.Event()
        super().__init__(
            self._events(),
            headers={"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"},
            ping=get_settings().streams.heartbeat_s,
            ping_message_factory=lambda: _Heartbeat(dialect.ping()),
            sep=_LINE,
            send_timeout=_SEND_S,
            shutdown_event=self._stopping,  # type: ignore[arg-type]  # of anyio's it needs what asyncio's has too
            shutdown_grace_period=_GRACE_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            logger.info("stream_not_read", dialog_id=self._visit.dialog_id)
        finally:
            await asyncio.shield(LEASES.give_back(self._lease))

    async def _events(self) -> AsyncGenerator[ServerSentEvent, None]:
        """Ends without an error: what a client has to know of the end, an event tells it."""
        visit, after = self._visit, self._after
        client_id = f"{visit.kind}_{visit.dialog_id}_{secrets.token_hex(4)}"
        # With a number from the start: a client that is cut before the first event misses none either.
        yield _event(self._dialect.established(visit, client_id, after), after, retry=_RETRY_MS)
        try:
            async with aclosing(merged(self._watched(), self._until_stopped())) as shown:
                async for event in shown:
                    if event is None:
                        return
                    LEASES.sent()
                    yield event
        except Lagged:
            return
        except ResumeExpired as error:
            # Told once: with this number the client's next attempt begins where the log does.
            yield _event(self._dialect.refuse(error), error.oldest)
        except DomainError as error:
            yield _event(self._dialect.refuse(error))

    async def _watched(self) -> AsyncGenerator[ServerSentEvent | None, None]:
        actor = self._visit.actor
        async with aclosing(watch_dialog(actor, self._visit.dialog_id, after=self._after)) as items:
            async for item in items:
                event = await self._shown(item, actor)
                if event is not None:
                    yield event

    async def _shown(self, item: StoredEvent | Passing, actor: Actor) -> ServerSentEvent | None:
        if isinstance(item, StoredEvent):
            data = await self._dialect.render(item, actor)
            return None if data is None else _event(data, item.seq)
        data = self._dialect.render_passing(item, actor)
        return None if data is None else _event(data)

    async def _until_stopped(self) -> AsyncGenerator[ServerSentEvent | None, None]:
        """None when the server is about to stop."""
        await self._stopping.wait()
        yield None


class _Heartbeat(ServerSentEvent):
    """The document's two forms of it: the bare word, and an event."""

    def __init__(self, ping: str) -> None:
        super().__init__(PING, sep=_LINE)
        self._ping = ping

    def encode(self) -> bytes:
        return super().encode() + _event(self._ping).encode()


def _event(data: str, seq: int | None = None, *, retry: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(data, id=None if seq is None else str(seq), retry=retry, sep=_LINE)

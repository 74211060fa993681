"""The event stream of a dialog: each event has its number, behind which clients resume elsewhere."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from sse_starlette.event import ServerSentEvent

from core.actor import Actor
from core.errors import DomainError, Lagged, ResumeExpired
from realtime.dialog_stream import Passing, watch_dialog
from realtime.dialog_visits import Visit
from realtime.leased_stream import LINE, LeasedStream
from realtime.stream_leases import LEASES, Lease
from services.events import StoredEvent

PING = "__ping__"
_RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class StreamDialect:
    """How a dialect writes the data of a stream's events; ``ping`` is what stands beside each heartbeat."""

    render: Callable[[StoredEvent, Actor], Awaitable[str | None]]
    render_passing: Callable[[Mapping[str, Any], Actor], str | None]
    established: Callable[[Visit, str, int], str]
    refuse: Callable[[DomainError], str]
    ping: Callable[[], str]


class EventStream(LeasedStream):
    """The open stream of one visit."""

    def __init__(self, visit: Visit, lease: Lease, dialect: StreamDialect, after: int) -> None:
        self._visit = visit
        self._dialect = dialect
        self._after = after
        super().__init__(LEASES, lease, ping=lambda: _Heartbeat(dialect.ping()), dialog_id=visit.dialog_id)

    async def events(self) -> AsyncGenerator[ServerSentEvent, None]:
        """Ends without an error: what a client has to know of the end, an event tells it."""
        visit, after = self._visit, self._after
        client_id = f"{visit.kind}_{visit.dialog_id}_{secrets.token_hex(4)}"
        # With a number from the start: a client that is cut before the first event misses none either.
        yield _event(self._dialect.established(visit, client_id, after), after, retry=_RETRY_MS)
        try:
            async with aclosing(self.until_stopped(self._watched())) as shown:
                async for event in shown:
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


class _Heartbeat(ServerSentEvent):
    """The document's two forms of it: the bare word, and an event."""

    def __init__(self, ping: str) -> None:
        super().__init__(PING, sep=LINE)
        self._ping = ping

    def encode(self) -> bytes:
        return super().encode() + _event(self._ping).encode()


def _event(data: str, seq: int | None = None, *, retry: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(data, id=None if seq is None else str(seq), retry=retry, sep=LINE)

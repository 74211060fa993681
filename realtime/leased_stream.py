"""A response of Server-Sent Events (HTML Standard, section 9.2), by sse-starlette, that holds a lease while it lasts.

The library sends the heartbeat, notices a client that left or does not read, and tells the stream when the server is
about to stop: it then ends in good order, and clients resume elsewhere behind what they were given.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import structlog
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.types import Receive, Scope, Send

from config.settings import get_settings
from realtime.merging import merged
from realtime.stream_leases import Lease, Leases

EVENT_STREAM = "text/event-stream"
LINE = "\n"
_SEND_S = 10.0
"""A client whose buffers stay full for so long does not read."""
_GRACE_S = 2.0
logger = structlog.get_logger(__name__)


class LeasedStream(EventSourceResponse):
    """The stream of the ``events`` that a kind of it tells. The lease is given back however it ends.

    One that never begins holds the lease until nobody keeps the stream, and those of Redis run out.
    ``ping`` makes a heartbeat, a comment where there is none; ``logged`` stands beside what is logged of the stream.
    """

    media_type = EVENT_STREAM

    def __init__(
        self, leases: Leases, lease: Lease, *, ping: Callable[[], ServerSentEvent] | None = None, **logged: object
    ) -> None:
        self._leases = leases
        self._lease = lease
        self._logged = logged
        self._stopping = asyncio.Event()
        super().__init__(
            self.events(),
            headers={"Cache-Control": "no-cache, no-store"},
            ping=get_settings().streams.heartbeat_s,
            ping_message_factory=ping,
            sep=LINE,
            send_timeout=_SEND_S,
            shutdown_event=self._stopping,  # type: ignore[arg-type]  # of anyio's it needs what asyncio's has too
            shutdown_grace_period=_GRACE_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            logger.info("stream_not_read", **self._logged)
        finally:
            await asyncio.shield(self._leases.give_back(self._lease))

    def events(self) -> AsyncGenerator[ServerSentEvent, None]:
        """All that is sent. It should end without an error."""
        raise NotImplementedError

    async def until_stopped(
        self, *streams: AsyncGenerator[ServerSentEvent | None, None]
    ) -> AsyncGenerator[ServerSentEvent, None]:
        """What the streams give, until the server is about to stop. Raises what they raise."""
        async with aclosing(merged(*streams, self._stop())) as events:
            async for event in events:
                if event is None:
                    return
                yield event

    async def _stop(self) -> AsyncGenerator[ServerSentEvent | None, None]:
        await self._stopping.wait()
        yield None

"""``/graphql`` as an event stream: the distinct connections mode of GraphQL over Server-Sent Events.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. A stream carries one operation: its results as events
``next``, and ``complete`` behind the last. One that ends without ``complete`` was cut, because the server stops: the
client asks again, with ``after`` where the subscription has it. Comments keep it alive, as sse-starlette sends them.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import orjson
import structlog
from graphql import GraphQLError
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from app.graphql_requests import GraphQLRequest, formatted
from app.graphql_socket import SocketCaller
from app.media_types import accepted_weights
from config.settings import get_settings
from core.errors import TokenExpired
from core.refusals.streams import StreamLimit
from realtime.merging import merged
from schema.errors import shown
from schema.root import schema
from schema.types.context import Context
from services.rate_limits import by_address, by_person

EVENT_STREAM = "text/event-stream"
_ALLOWED = {
    "GET": frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION}),
    "POST": frozenset(OperationType),
}
_LINE = "\n"
_SEND_S = 10.0
"""A client whose buffers stay full for so long does not read."""
_GRACE_S = 2.0
_AGAIN_S = 30
logger = structlog.get_logger(__name__)


def wants_events(request: Request) -> bool:
    """Whether the client names event streams, and likes nothing better."""
    if request.method == "HEAD":
        return False
    weights = accepted_weights(request.headers.get("accept", ""))
    return 0 < weights.get(EVENT_STREAM, 0.0) >= max(weights.values())


class OpenStreams:
    """Those of this process, with the bounds that event streams of dialogs have."""

    def __init__(self) -> None:
        self._all = 0
        self._by_identity: Counter[str] = Counter()

    def check(self, person: str, address: str) -> None:
        """Raises StreamLimit where one more would be too many."""
        limits = get_settings().streams
        most = {person: limits.sse_per_person, address: limits.sse_per_address}
        full = any(self._by_identity[identity] >= allowed for identity, allowed in most.items())
        if full or self._all >= limits.sse_per_process:
            raise StreamLimit(_AGAIN_S)

    def count_of(self, identity: str) -> int:
        """How many an identity of :mod:`services.rate_limits` holds."""
        return self._by_identity[identity]

    @contextmanager
    def holding(self, person: str, address: str) -> Iterator[None]:
        """One more is open until the block ends."""
        identities = {person, address}
        self._all += 1
        self._by_identity.update(identities)
        try:
            yield
        finally:
            self._all -= 1
            self._by_identity.subtract(identities)
            self._by_identity = +self._by_identity


STREAMS = OpenStreams()


class OperationStream(EventSourceResponse):
    """The results of one operation of a caller who is authenticated and counted. Raises StreamLimit."""

    media_type = EVENT_STREAM

    def __init__(self, request: Request, asked: GraphQLRequest, context: Context) -> None:
        self._asked = asked
        self._context = context
        self._allowed = _ALLOWED[request.method]
        self._seconds_left = _seconds_left(request, context)
        address = by_address(context.client_ip)
        self._identities = (by_person(context.actor) if context.is_known else address, address)
        self._stopping = asyncio.Event()
        STREAMS.check(*self._identities)
        super().__init__(
            self._events(),
            headers={"Cache-Control": "no-cache, no-store", "Vary": "Accept"},
            ping=get_settings().streams.heartbeat_s,
            sep=_LINE,
            send_timeout=_SEND_S,
            shutdown_event=self._stopping,  # type: ignore[arg-type]  # of anyio's it needs what asyncio's has too
            shutdown_grace_period=_GRACE_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with STREAMS.holding(*self._identities):
                await super().__call__(scope, receive, send)
        except SendTimeoutError:
            logger.info("stream_not_read")

    async def _events(self) -> AsyncGenerator[ServerSentEvent, None]:
        async with aclosing(merged(self._results(), self._until_ended())) as events:
            async for event in events:
                if event is None:
                    return
                yield event
                if event.event == "complete":
                    return

    async def _results(self) -> AsyncGenerator[ServerSentEvent | None, None]:
        results = await schema.stream(
            self._asked.query,
            variable_values=self._asked.variables,
            operation_name=self._asked.operation_name,
            context_value=self._context,
            allowed_operation_types=self._allowed,
        )
        async with aclosing(results):
            async for result in results:
                yield _next(result)
        yield _complete()

    async def _until_ended(self) -> AsyncGenerator[ServerSentEvent | None, None]:
        """None when the server is about to stop; the end in words when the access token runs out."""
        try:
            async with asyncio.timeout(self._seconds_left):
                await self._stopping.wait()
        except TimeoutError:
            error = TokenExpired()
            yield _event("next", {"errors": formatted([shown(GraphQLError(error.message, original_error=error))])})
            yield _complete()
        else:
            yield None


def _seconds_left(request: Request, context: Context) -> float | None:
    """Until the token runs out that the stream was opened with; None where it was opened without a good one."""
    if not context.is_known:
        return None
    presented = SocketCaller(request)
    presented.present({})
    return presented.seconds_left()


def _next(result: ExecutionResult | Any) -> ServerSentEvent:
    errors = result.errors or []
    # Without a path nothing was reached: the operation never ran.
    ran = result.data is not None or any(error.path for error in errors)
    told: dict[str, Any] = {"data": result.data} if ran else {}
    if errors:
        told["errors"] = formatted(errors)
    return _event("next", told)


def _complete() -> ServerSentEvent:
    # EventSource tells nobody of an event without data.
    return ServerSentEvent("", event="complete", sep=_LINE)


def _event(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(orjson.dumps(data).decode(), event=name, sep=_LINE)

"""``/graphql`` as an event stream: the distinct connections mode of GraphQL over Server-Sent Events.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. A stream carries one operation: its results as events
``next``, and ``complete`` behind the last. One that ends without ``complete`` was cut, because the server stops: the
client asks again, with ``after`` where the subscription has it. Comments keep it alive, as sse-starlette sends them.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
from graphql import GraphQLError
from sse_starlette.event import ServerSentEvent
from starlette.requests import Request
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from app.graphql_requests import GraphQLRequest, formatted
from app.graphql_socket import SocketCaller
from app.media_types import accepted_weights
from core.errors import TokenExpired
from realtime.leased_stream import EVENT_STREAM, LINE, LeasedStream
from realtime.stream_leases import OPERATIONS, Lease
from schema.errors import shown
from schema.root import schema
from schema.types.context import Context
from services.rate_limits import by_address, by_person

_ALLOWED = {
    "GET": frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION}),
    "POST": frozenset(OperationType),
}


def wants_events(request: Request) -> bool:
    """Whether the client names event streams, and likes nothing better."""
    if request.method == "HEAD":
        return False
    weights = accepted_weights(request.headers.get("accept", ""))
    return 0 < weights.get(EVENT_STREAM, 0.0) >= max(weights.values())


class OperationStream(LeasedStream):
    """The results of one operation, for ``seconds_left`` at the most; None is without an end."""

    def __init__(
        self, lease: Lease, asked: GraphQLRequest, context: Context, method: str, seconds_left: float | None
    ) -> None:
        self._asked = asked
        self._context = context
        self._allowed = _ALLOWED[method]
        self._seconds_left = seconds_left
        super().__init__(OPERATIONS, lease)
        self.headers["Vary"] = "Accept"

    async def events(self) -> AsyncGenerator[ServerSentEvent, None]:
        async with aclosing(self.until_stopped(self._results(), self._expiry())) as events:
            async for event in events:
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

    async def _expiry(self) -> AsyncGenerator[ServerSentEvent | None, None]:
        """The end in words when the access token runs out."""
        if self._seconds_left is None:
            return
        await asyncio.sleep(self._seconds_left)
        error = TokenExpired()
        yield _event("next", {"errors": formatted([shown(GraphQLError(error.message, original_error=error))])})
        yield _complete()


async def open_stream(request: Request, asked: GraphQLRequest, context: Context) -> OperationStream:
    """A stream for an operation of a caller who is authenticated and counted. Raises StreamLimit."""
    address = by_address(context.client_ip)
    # Strangers behind one address are told apart by nothing: that alone counts them.
    person = by_person(context.actor) if context.is_known else None
    seconds_left = _seconds_left(request, context)
    lease = await OPERATIONS.take("operation", person, address)
    return OperationStream(lease, asked, context, request.method, seconds_left)


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
    return ServerSentEvent("", event="complete", sep=LINE)


def _event(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(orjson.dumps(data).decode(), event=name, sep=LINE)

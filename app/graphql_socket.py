"""``/graphql`` over a WebSocket, in the protocol graphql-transport-ws.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. A socket asks who its caller is at each operation; it
closes when the access token runs out, and subscriptions end when the session does.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

import orjson
import structlog
from graphql import GraphQLError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema.schema import StreamResult
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
    _OperationStreamClosed,
)
from strawberry.types.execution import ExecutionResult
from strawberry.types.unset import UNSET

from app.authentication import GUEST_ID, SITE_TOKEN, TENANT_HEADER, actor_or_guest_of, bearer_token
from app.graphql_looks import look_at
from config.settings import get_settings
from core import clock
from core.actor import Actor
from core.errors import DomainError, RateLimited, Unavailable
from realtime.lines import Rendered, line_of
from realtime.subscription import deliver
from resolvers.feeds import Feed
from resolvers.loaders import loaders
from schema.errors import refusal, shown
from schema.root import schema
from schema.types.context import Context
from services import guests, tokens
from services.client_ip import client_ip
from services.rate_limits import Bucket
from services.tokens import TokenKind

MOST_OPERATIONS = 50
"""Running at a time on one socket."""
INIT_PATIENCE = timedelta(seconds=10)
_CLOSED_FORBIDDEN = 4403
_PRESENTED = frozenset({"authorization", TENANT_HEADER, SITE_TOKEN, GUEST_ID})
"""What ``connection_init`` may carry; a page's Origin is the browser's to say, in the handshake."""


class SocketCaller:
    """Who opened a socket: by the handshake's headers, or by what ``connection_init`` carried instead."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._handshake = connection.headers
        self._presented: dict[str, str] = {}

    def present(self, parameters: Mapping[str, object]) -> bool:
        """Take the payload of ``connection_init``, whose keys know no case; whether it names somebody.

        Raises NotAuthenticated.
        """
        given = {name.lower(): value for name, value in parameters.items() if isinstance(value, str) and value}
        self._presented = {name: given[name] for name in _PRESENTED if name in given}
        for name in _PRESENTED - given.keys():
            if name in self._handshake:
                self._presented[name] = self._handshake[name]
        if "origin" in self._handshake:
            self._presented["origin"] = self._handshake["origin"]
        return self._token() is not None or SITE_TOKEN in self._presented

    def seconds_left(self) -> float | None:
        """Until the token runs out; None where there is none. Raises NotAuthenticated."""
        token = self._token()
        if token is None:
            return None
        claims = tokens.decode_guest(token) if tokens.is_guest(token) else tokens.decode(token, TokenKind.ACCESS)
        return (claims.expires_at - clock.now()).total_seconds()

    async def actor(self) -> Actor:
        actor = await actor_or_guest_of(_Headers(self._presented))
        if actor.guest is not None:
            # A guest who is new stays the same one for as long as the socket lives.
            self._presented.setdefault(GUEST_ID, guests.guest_id_of(actor))
        structlog.contextvars.bind_contextvars(tenant_id=actor.tenant_id, user_id=actor.user_id)
        return actor

    def _token(self) -> str | None:
        return bearer_token(_Headers(self._presented))


class _Headers(HTTPConnection):
    """Lets values be read as a request's headers are."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        raw = [(name.encode(), value.encode("utf-8", "replace")) for name, value in headers.items()]
        super().__init__({"type": "http", "headers": raw})


class _Adapter(ASGIWebSocketAdapter):
    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if self.ws.application_state is not WebSocketState.CONNECTED:
                return
            yield message

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is WebSocketState.CONNECTED:
            await super().close(code, reason)


class _Outlet:
    """One operation's results: see :class:`realtime.looks.Outlet`."""

    __slots__ = ("_before", "_line", "_websocket")

    def __init__(self, websocket: WebSocket, operation: str) -> None:
        self._websocket = websocket
        self._line = line_of(websocket.scope)
        self._before = b'{"id":' + orjson.dumps(operation) + b',"type":"next","payload":'

    def write(self, rendered: Rendered) -> bool:
        return self._line.write(rendered.frame(self._before, b"}"))

    async def send(self, rendered: Rendered) -> None:
        try:
            await self._websocket.send_text(rendered.within(self._before, b"}").decode())
        except WebSocketDisconnect:
            raise WebSocketDisconnected from None


class _Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, with hardened messages, a fresh look at the caller, and an end to it."""

    _feeds: Sequence[Feed] = ()
    """Handed over by the operation that this copy runs."""
    _expiry: asyncio.TimerHandle | None = None
    _closing: asyncio.Task[None] | None = None

    async def handle_message(self, message: Any) -> None:
        if not _well_formed(message):
            await self.handle_invalid_message("Messages must be as graphql-transport-ws has them")
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        await super().handle_connection_init(message)
        caller = self.context.caller
        if self.connection_acknowledged:
            # The socket may be idle for days: what its beginning needed is let go of.
            self.connection_init_timeout_task = None
            self.context.connection_params = None
        if self.connection_acknowledged and isinstance(caller, SocketCaller):
            left = caller.seconds_left()
            if left is not None:
                self._expiry = asyncio.get_running_loop().call_later(left, self._expire)

    async def handle_subscribe(self, message: Any) -> None:
        if self.connection_acknowledged and len(self.operations) >= MOST_OPERATIONS:
            error = refusal(f"At most {MOST_OPERATIONS} operations run at once on a socket", RateLimited.code)
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
            return
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """In a context of the operation's own, which may be handed a feed instead of a stream of results."""
        feeds: list[Feed] = []
        context = replace(self.context, hand_over=feeds.append)
        await context.authenticate()
        try:
            await context.count(Bucket.GRAPHQL)
        except DomainError as error:
            await operation.send_initial_errors([shown(GraphQLError(error.message, original_error=error))])
            return
        own = copy(self)
        own.context, own._feeds = context, feeds
        await super(_Handler, own).run_operation(operation)
        # What ran it so far is let go of: a subscription may wait for days.
        del own, context
        if feeds:
            await self._send_feed(operation, feeds.pop())

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: StreamResult) -> None:
        await super()._send_result_stream(operation, result_source)
        if self._feeds:
            # The operation is not complete: its feed follows.
            raise _OperationStreamClosed

    async def _send_feed(self, operation: Operation[Context, None], feed: Feed) -> None:
        """Send what happens until it ends. How it ends is told as a stream's end is: by a last result with errors."""
        look = look_at(feed, operation.query, operation.variables, operation.operation_name, self.context.limiter)
        outlet = _Outlet(cast(_Adapter, self.websocket).ws, operation.id)
        try:
            await deliver(feed.actor, feed.topic, look, outlet, after=feed.after)
        except WebSocketDisconnected:
            raise
        except Exception as error:
            failed = shown(GraphQLError(str(error), original_error=error))
            await operation.send_next(ExecutionResult(data=None, errors=[failed]))
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    async def shutdown(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        await super().shutdown()

    def _expire(self) -> None:
        self._closing = asyncio.ensure_future(self.websocket.close(_CLOSED_FORBIDDEN, "Token expired"))


class Socket(GraphQL[Context, None]):
    """The WebSocket side of the API."""

    graphql_transport_ws_handler_class = _Handler
    websocket_adapter_class = _Adapter

    def __init__(self, site: str | None = None) -> None:
        """``site`` is the Origin of a page that an assistant serves."""
        self._site = site
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_PATIENCE,
            max_subscriptions_per_connection=None,
            allowed_origins=get_settings().http.allowed_origins,
        )

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        return origin == self._site or super().is_websocket_origin_allowed(request, origin)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        return Context(SocketCaller(request), request.app.state.rate_limits, client_ip(request.scope), loaders)

    async def on_ws_connect(self, context: Context) -> Any:
        """Anybody may connect; a token that is presented must be good. Raises ConnectionRejectionError."""
        caller = context.caller
        try:
            if isinstance(caller, SocketCaller) and caller.present(context.connection_params or {}):
                await caller.actor()
        except Unavailable:
            # Nobody can tell now. Each operation asks again; clients take a refusal here for final.
            return UNSET
        except DomainError:
            raise ConnectionRejectionError from None
        return UNSET

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)


async def graphql_socket(websocket: WebSocket) -> None:
    """Serve one socket until it closes."""
    origin = websocket.headers.get("origin")
    site = origin if origin is not None and await guests.may_read(origin, None) else None
    await _socket(site, *get_settings().http.allowed_origins)(websocket.scope, websocket.receive, websocket.send)


@lru_cache(maxsize=64)
def _socket(site: str | None, *_: str) -> Socket:
    """One for all that come from the same site, as long as the allowed origins stay the same."""
    return Socket(site)


def _well_formed(message: object) -> bool:
    """Whether the message has the members that its type needs, each of its type."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    kind, payload = message["type"], message.get("payload")
    if kind in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return False
    if kind != "subscribe":
        return payload is None or isinstance(payload, dict)
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )

"""``/graphql``: POST and GET, event streams (:mod:`app.graphql_sse`), WebSockets (:mod:`app.graphql_socket`), GraphiQL.

Statuses are those of the GraphQL over HTTP specification. What a field refuses is told in ``errors`` under status 200.
"""

from collections.abc import Mapping

from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from app.authentication import actor_or_guest_of
from app.graphql_requests import (
    GRAPHQL_JSON,
    JSON,
    MULTIPART,
    GraphQLRequest,
    answer,
    answer_type,
    formatted,
    media_type_of,
    read_request,
)
from app.graphql_socket import graphql_socket
from app.graphql_sse import open_stream, wants_events
from app.idempotency import graphql_once, is_kept, refuse_key_of_stream
from app.pages import graphiql_response, wants_html
from app.persisted_queries import keep
from core.actor import Actor
from core.errors import BadRequest, DomainError, NotAuthenticated
from resolvers.loaders import loaders
from rest.idempotency import KEY
from schema.errors import refusal, shown, shown_all
from schema.root import schema
from schema.types.context import Context
from services.client_ip import client_ip
from services.rate_limits import Bucket

_ALLOWED = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}


def graphql_routes() -> list[BaseRoute]:
    """The routes of the GraphQL API; the application's state holds its ``rate_limits``."""
    return [
        Route("/graphql", graphql, methods=["GET", "POST"], name="graphql"),
        WebSocketRoute("/graphql", graphql_socket, name="graphql-socket"),
    ]


class RequestCaller:
    """Who sent a request: asked once, by its headers."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def actor(self) -> Actor:
        return await actor_or_guest_of(self._request)


async def graphql(request: Request) -> Response:
    """One operation."""
    if request.method in ("GET", "HEAD") and wants_html(request):
        return graphiql_response(request)
    media_type = JSON if wants_events(request) else answer_type(request)
    context = Context(RequestCaller(request), request.app.state.rate_limits, client_ip(request.scope), loaders)
    if media_type is None:
        return _refused(refusal("Accept application/json or application/graphql-response+json", "NOT_ACCEPTABLE"), 406)
    try:
        response = await _perform(request, context, media_type)
    except Exception as error:
        response = _failed(error, media_type)
    response.headers.update(context.decision.headers())
    return response


async def _perform(request: Request, context: Context, media_type: str) -> Response:
    """Nobody's body is read before they are counted, and no file of a stranger at all."""
    body_type = media_type_of(request) if request.method == "POST" else ""
    await context.authenticate()
    await context.count(Bucket.GRAPHQL)
    if body_type == MULTIPART and not context.is_known:
        # The headers that name somebody are also what no other site's form can send (CSRF).
        raise NotAuthenticated("Files are taken from those who are signed in, and from guests of sites")
    asked = await read_request(request, body_type)
    if wants_events(request):
        refuse_key_of_stream(request, asked)
        return await open_stream(request, asked, context)
    if KEY not in request.headers:
        return (await _run(asked, context, request.method, media_type))[0]

    async def perform() -> tuple[Response, bool]:
        try:
            return await _run(asked, context, request.method, media_type)
        except Exception as error:
            return _failed(error, media_type), False

    return await graphql_once(request, asked, context.actor if context.is_known else None, perform)


async def _run(asked: GraphQLRequest, context: Context, method: str, media_type: str) -> tuple[Response, bool]:
    """The response, and whether an attempt under the same Idempotency-Key is to get it too."""
    try:
        result = await _execute(asked, context, method)
    except InvalidOperationTypeError as error:
        return _wrong_kind(error, media_type), False
    except CannotGetOperationTypeError as error:
        return _refused(refusal(error.as_http_error_reason(), BadRequest.code), 400, media_type), False
    if asked.registers and not isinstance(result, PreExecutionError):
        keep(asked.query)
    return _answered(result, media_type), is_kept(result)


async def _execute(asked: GraphQLRequest, context: Context, method: str) -> ExecutionResult:
    return await schema.execute(
        asked.query,
        variable_values=asked.variables,
        operation_name=asked.operation_name,
        context_value=context,
        allowed_operation_types=_ALLOWED["GET" if method == "HEAD" else method],
    )


def _answered(result: ExecutionResult, media_type: str) -> Response:
    errors = shown_all(result.errors)
    body: dict[str, object] = {"errors": formatted(errors)} if errors else {}
    refused = isinstance(result, PreExecutionError) or _never_ran(result, errors)
    if not refused:
        body["data"] = result.data
    return answer(body, media_type=media_type, status=400 if refused and media_type == GRAPHQL_JSON else 200)


def _never_ran(result: ExecutionResult, errors: list[GraphQLError] | None) -> bool:
    """Whether the variables were refused: nothing below the root was reached."""
    return result.data is None and bool(errors) and all(error.path is None for error in errors or ())


def _failed(error: Exception, media_type: str) -> Response:
    if isinstance(error, DomainError):
        headers = None if error.retry_after is None else {"retry-after": str(error.retry_after)}
        # Of the newer media type 200 says that something ran.
        status = 400 if error.status == 200 and media_type == GRAPHQL_JSON else error.status
        return _refused(shown(GraphQLError(error.message, original_error=error)), status, media_type, headers)
    if isinstance(error, ClientDisconnect):
        return _refused(refusal("The client went away", BadRequest.code), 400, media_type)
    return _refused(shown(GraphQLError("", path=[], original_error=error)), 500, media_type)


def _wrong_kind(error: InvalidOperationTypeError, media_type: str) -> Response:
    if error.operation_type is OperationType.SUBSCRIPTION:
        message = "Subscriptions need a WebSocket that speaks graphql-transport-ws, or Accept: text/event-stream"
        return _refused(refusal(message, BadRequest.code), 400, media_type)
    return _refused(refusal("Mutations are sent by POST", BadRequest.code), 405, media_type, {"allow": "POST"})


def _refused(
    error: GraphQLError, status: int, media_type: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    return answer({"errors": formatted([error])}, media_type=media_type, status=status, headers=headers)

"""``/graphql``: POST and GET by a route of our own, WebSockets by :mod:`app.graphql_socket`, GraphiQL for browsers.

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
    MULTIPART,
    GraphQLRequest,
    answer,
    answer_type,
    formatted,
    media_type_of,
    read_request,
)
from app.graphql_socket import graphql_socket
from app.pages import graphiql_response, wants_html
from core.actor import Actor
from core.errors import BadRequest, DomainError, NotAuthenticated
from resolvers.loaders import loaders
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
    media_type = answer_type(request)
    context = Context(RequestCaller(request), request.app.state.rate_limits, client_ip(request.scope), loaders)
    if media_type is None:
        return _refused(refusal("Accept application/json or application/graphql-response+json", "NOT_ACCEPTABLE"), 406)
    try:
        response = await _perform(request, context, media_type)
    except DomainError as error:
        response = _refused(shown(GraphQLError(error.message, original_error=error)), error.status, media_type)
    except ClientDisconnect:
        response = _refused(refusal("The client went away", BadRequest.code), 400, media_type)
    except Exception as error:
        response = _refused(shown(GraphQLError("", path=[], original_error=error)), 500, media_type)
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
    try:
        result = await _execute(asked, context, request.method)
    except InvalidOperationTypeError as error:
        return _wrong_kind(error, media_type)
    except CannotGetOperationTypeError as error:
        return _refused(refusal(error.as_http_error_reason(), BadRequest.code), 400, media_type)
    return _answered(result, media_type)


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


def _wrong_kind(error: InvalidOperationTypeError, media_type: str) -> Response:
    if error.operation_type is OperationType.SUBSCRIPTION:
        message = "Subscriptions need a WebSocket that speaks graphql-transport-ws"
        return _refused(refusal(message, BadRequest.code), 400, media_type)
    return _refused(refusal("Mutations are sent by POST", BadRequest.code), 405, media_type, {"allow": "POST"})


def _refused(
    error: GraphQLError, status: int, media_type: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    return answer({"errors": formatted([error])}, media_type=media_type, status=status, headers=headers)

"""``Idempotency-Key`` on ``/graphql``: what of a request counts, and which answers are kept.

Over HTTP alone: a socket's mutations have no headers of their own. What people say carries a ``clientId`` there.
"""

from collections.abc import Awaitable, Callable

import orjson
from graphql import GraphQLError, GraphQLSyntaxError, OperationType, get_operation_ast, parse
from starlette.requests import Request
from starlette.responses import Response
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.graphql_requests import GraphQLRequest
from config.settings import get_settings
from core.actor import Actor
from core.errors import BadRequest, DomainError
from rest.idempotency import key_of, keyed, once
from schema.preparation import MOST_COMMENTS
from schema.types.scalars import UploadedFile
from services.idempotency import NOT_KEPT, fingerprint_of


async def graphql_once(
    request: Request,
    asked: GraphQLRequest,
    actor: Actor | None,
    perform: Callable[[], Awaitable[tuple[Response, bool]]],
) -> Response:
    """The response of ``perform``, or of the same mutation under the same key before.

    ``perform`` tells whether its response is to be kept, and raises nothing. Raises what
    :func:`rest.idempotency.once` does.
    """
    key = key_of(request)
    if key is None or not _is_mutation(asked):
        return (await perform())[0]
    return await once(keyed(request, key, actor, _content(asked)), perform)


def refuse_key_of_stream(request: Request, asked: GraphQLRequest) -> None:
    """Raises BadRequest for a mutation with a key whose answer is to be a stream of events: those are not kept."""
    if key_of(request) is not None and _is_mutation(asked):
        raise BadRequest("With an Idempotency-Key a mutation is answered in JSON", field="Accept")


def is_kept(result: ExecutionResult | PreExecutionError) -> bool:
    """Whether the next attempt is answered alike: something ran, and no part of it failed for a passing reason."""
    errors = result.errors or []
    if isinstance(result, PreExecutionError) or (result.data is None and all(error.path is None for error in errors)):
        return False
    statuses = [_status(error) for error in errors]
    return all(status < 500 and status not in NOT_KEPT for status in statuses)


def _is_mutation(asked: GraphQLRequest) -> bool:
    """A document that cannot be read is no mutation: it is refused as without a key."""
    try:
        document = parse(
            asked.query,
            no_location=True,
            max_lexical_tokens=get_settings().limits.graphql_tokens,
            max_comments=MOST_COMMENTS,
        )
    except (GraphQLSyntaxError, RecursionError):
        return False
    operation = get_operation_ast(document, asked.operation_name)
    return operation is not None and operation.operation is OperationType.MUTATION


def _content(asked: GraphQLRequest) -> bytes:
    """Raises BadRequest."""
    told = {"query": asked.query, "variables": asked.variables or {}, "operationName": asked.operation_name}
    try:
        return orjson.dumps(told, default=_file, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)
    except orjson.JSONEncodeError:
        # It reads deeper than it writes.
        raise BadRequest("With an Idempotency-Key variables are nested 250 deep at most", field="variables") from None


def _file(value: object) -> list[str]:
    if not isinstance(value, UploadedFile):
        raise TypeError
    return [value.name, fingerprint_of(value.data)]


def _status(error: GraphQLError) -> int:
    """As REST would answer; an error of the library's own is the client's fault."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, DomainError):
        return cause.status
    return 400 if isinstance(cause, GraphQLError) else 500

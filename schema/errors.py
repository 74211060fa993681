"""How failures look to clients: the same for an answer over HTTP, a list's row and an event of a subscription.

Every error has ``extensions.code`` of the catalogue in :mod:`core.errors`; ``extensions.field`` is the input to blame,
as the schema spells it. What nobody expected is logged under an id, and the id alone is told.
"""

from typing import Any

import structlog
from graphql import ArgumentNode, GraphQLError, GraphQLSyntaxError, ObjectFieldNode
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.utils.str_converters import to_camel_case

from core.errors import BadRequest, DomainError, InvalidInput, Lagged, ResumeExpired
from core.ids import new_uuid

logger = structlog.get_logger(__name__)

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
TOO_COMPLEX = "QUERY_TOO_COMPLEX"
_TOLD: tuple[tuple[type[DomainError], str, str], ...] = (
    (ResumeExpired, "oldest", "oldest"),
    (Lagged, "seq", "seq"),
)


def refusal(message: str, code: str) -> GraphQLError:
    """An error of the request itself, before anything ran."""
    return GraphQLError(message, extensions={"code": code})


def shown(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it."""
    cause = _cause(error)
    if isinstance(cause, DomainError):
        return _with(error, _worded(cause), domain_extensions(cause))
    if isinstance(cause, CannotGetOperationTypeError | InvalidOperationTypeError):
        # By streams and sockets: over HTTP these have statuses of their own.
        return _with(error, _wrong_operation(cause), {"code": BadRequest.code})
    if isinstance(cause, StrawberryInputCoercionError):
        return _refused_null(error)
    if isinstance(cause, GraphQLError) and "code" in (cause.extensions or {}):
        return _with(error, cause.message, dict(cause.extensions or {}))
    if error.path is None and (error.nodes or isinstance(cause, GraphQLError)):
        # The library's own words about the document or its variables: it has not run.
        code = PARSE_FAILED if isinstance(cause, GraphQLSyntaxError) else VALIDATION_FAILED
        return _with(error, error.message, {"code": code})
    return _unexpected(error, cause)


def shown_all(errors: list[GraphQLError] | None) -> list[GraphQLError] | None:
    return [shown(error) for error in errors] if errors else None


def _worded(error: DomainError) -> str:
    """The message, with the input to blame spelled as the schema spells it."""
    field = error.field or ""
    return error.message.replace(field, to_camel_case(field)) if "_" in field else error.message


def domain_extensions(error: DomainError) -> dict[str, Any]:
    """What a client can act on."""
    told: dict[str, Any] = {"code": error.code}
    if error.field is not None:
        told["field"] = ".".join(to_camel_case(part) for part in error.field.split("."))
    for kind, name, attribute in _TOLD:
        if isinstance(error, kind):
            told[name] = getattr(error, attribute)
    if error.retry_after is not None:
        told["retryAfter"] = error.retry_after
    return told


def _wrong_operation(cause: CannotGetOperationTypeError | InvalidOperationTypeError) -> str:
    if isinstance(cause, InvalidOperationTypeError):
        return f"{cause.operation_type.value.capitalize()}s are not sent like this"
    return cause.as_http_error_reason()


def _refused_null(error: GraphQLError) -> GraphQLError:
    """The library tells it in its own types' names, which are none of the client's business."""
    named = next((node for node in error.nodes or () if isinstance(node, ObjectFieldNode | ArgumentNode)), None)
    name = None if named is None else named.name.value
    told = {"code": InvalidInput.code} | ({} if name is None else {"field": name})
    return _with(error, f"{name or 'A field that may be left out'} must not be null", told)


def _cause(error: GraphQLError) -> Exception:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _unexpected(error: GraphQLError, cause: Exception) -> GraphQLError:
    error_id = str(new_uuid())
    logger.error("unexpected_error", error_id=error_id, path=error.path, exc_info=cause)
    return _with(error, f"Internal error {error_id}", {"code": DomainError.code, "errorId": error_id})


def _with(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )

"""What went wrong with a request, before a dialect gives it its shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from core.errors import DomainError, InvalidInput, NotAuthenticated
from core.ids import new_uuid
from core.refusals.idempotency import IdempotencyKeyReused

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value. ``field`` is its path in the request, parts joined by dots."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure ready to be rendered: HTTP status, stable code, message for people, wrong fields."""

    status: int
    code: str
    message: str
    fields: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    about: str | None = None
    """The one input to blame, where what is wrong is not its form."""


class ErrorShape(Protocol):
    """How a dialect writes a problem as JSON."""

    def __call__(self, problem: Problem) -> bytes: ...


class WrongFields(DomainError):
    """One or more values of the request do not fit; all that were found are listed."""

    code = "VALIDATION_ERROR"
    status = 422

    def __init__(self, fields: Sequence[FieldError]) -> None:
        super().__init__("Request validation failed")
        self.fields = tuple(fields)


class UnsupportedMediaType(DomainError):
    """The body is of a type that the operation does not read."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class BodyTooLarge(DomainError):
    code = "REQUEST_TOO_LARGE"
    status = 413


def problem_of(error: Exception) -> Problem:
    """Describe any failure. One that nobody expected is logged whole under an id, and only the id is told."""
    if isinstance(error, DomainError):
        return _expected(error)
    if isinstance(error, HTTPException):
        phrase = HTTPStatus(error.status_code).phrase
        code = phrase.upper().replace(" ", "_").replace("-", "_")
        return Problem(error.status_code, code, phrase, headers=error.headers or {})
    if isinstance(error, ClientDisconnect):
        return Problem(400, "CLIENT_DISCONNECTED", "The client went away")
    error_id = str(new_uuid())
    logger.error("unexpected_error", error_id=error_id, exc_info=error)
    return Problem(500, "INTERNAL_ERROR", f"Internal error {error_id}")


def _expected(error: DomainError) -> Problem:
    fields: tuple[FieldError, ...] = ()
    headers: dict[str, str] = {}
    if isinstance(error, WrongFields):
        fields = error.fields
    elif isinstance(error, InvalidInput | IdempotencyKeyReused) and error.field:
        fields = (FieldError(error.field, error.message),)
    if isinstance(error, NotAuthenticated):
        headers["www-authenticate"] = "Bearer"
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    if error.status >= 500:
        logger.warning("unavailable", code=error.code, error=error.message)
    return Problem(error.status, error.code, error.message, fields, headers, error.field)

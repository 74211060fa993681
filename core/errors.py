"""The one tree of expected failures.

Each error has a stable ``code`` (the same in GraphQL and in every REST dialect), a message for people
and, where one input is to blame, the ``field`` that holds it. Edges render them; nobody else catches them.
"""

from typing import ClassVar


class DomainError(Exception):
    """Base of every expected failure. ``status`` is the HTTP status that REST dialects use.

    ``retry_after``, where it is known, is in how many whole seconds asking again may help.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    retry_after: int | None = None

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidInput(DomainError):
    """The request is well formed but one of its values is not acceptable."""

    code = "VALIDATION_ERROR"
    status = 422


class BadRequest(DomainError):
    """The request cannot be carried out as asked."""

    code = "BAD_REQUEST"
    status = 400


class WeakPassword(BadRequest):
    code = "WEAK_PASSWORD"


class InvalidTransition(BadRequest):
    """A state may not move to the asked state; the message names both."""

    code = "INVALID_TRANSITION"

    def __init__(self, noun: str, present: str, asked: str) -> None:
        super().__init__(f"{noun} cannot move from {present} to {asked}", field="status")


class NotAuthenticated(DomainError):
    code = "UNAUTHORIZED"
    status = 401

    def __init__(self, message: str = "Not authenticated") -> None:
        super().__init__(message)


class InvalidCredentials(NotAuthenticated):
    code = "INVALID_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("Incorrect email or password")


class TokenExpired(NotAuthenticated):
    code = "TOKEN_EXPIRED"

    def __init__(self) -> None:
        super().__init__("Token has expired")


class Forbidden(DomainError):
    code = "FORBIDDEN"
    status = 403

    def __init__(self, message: str = "Not enough permissions") -> None:
        super().__init__(message)


class NotFound(DomainError):
    """Missing, or not of the caller's tenant: the two cannot be told apart."""

    code = "NOT_FOUND"
    status = 404

    def __init__(self, noun: str, key: object = None) -> None:
        super().__init__(f"{noun.capitalize()} not found")
        self.noun = noun
        self.key = key


class Conflict(DomainError):
    code = "CONFLICT"
    status = 409


class TooLarge(DomainError):
    code = "FILE_TOO_LARGE"
    status = 413


class UnsupportedFormat(DomainError):
    """The content is not of a supported kind, whatever its name says."""

    code = "UNSUPPORTED_FORMAT"
    status = 415


class FileInfected(InvalidInput):
    """The virus scanner found something; the message names the signature."""

    code = "FILE_INFECTED"

    def __init__(self, signature: str) -> None:
        super().__init__(f"The file is infected: {signature}", field="file")
        self.signature = signature


class QuotaExceeded(TooLarge):
    """The files of the person or of the tenant would take more than they may."""

    code = "QUOTA_EXCEEDED"


class UnreadableDocument(BadRequest):
    """The file is of a supported kind but damaged, encrypted or without text."""

    code = "UNREADABLE_DOCUMENT"


class InsufficientBalance(DomainError):
    """A debit would take the balance below zero."""

    code = "INSUFFICIENT_BALANCE"
    status = 402

    def __init__(self) -> None:
        super().__init__("The balance is not enough")


class RateLimited(DomainError):
    """Too many requests."""

    code = "RATE_LIMIT_EXCEEDED"
    status = 429
    retry_after: int

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many requests")
        self.retry_after = retry_after


class Unavailable(DomainError):
    """A part that the request needs does not answer. The message says what to set or mend."""

    code = "SERVICE_UNAVAILABLE"
    status = 503


class ModelUnavailable(Unavailable):
    """The chat or embedding endpoint failed within its whole retry budget."""

    code = "AI_SERVICE_UNAVAILABLE"


class ResumeExpired(Conflict):
    """The log does not hold what follows the asked number (any more): read the present state and watch from now."""

    code = "RESUME_EXPIRED"

    def __init__(self, oldest: int) -> None:
        super().__init__("The missed events are no longer kept", field="after")
        self.oldest = oldest
        """The lowest number that can be asked for as ``after``."""


class Lagged(DomainError):
    """The subscriber read too slowly and was let go. ``seq`` is the last number that it was given."""

    code = "RESUME_FROM"
    status = 408

    def __init__(self, seq: int) -> None:
        super().__init__(f"Too slow: resume after event {seq}")
        self.seq = seq


class AccessRevoked(NotAuthenticated):
    """The session ended or lost the right to what it watches, while it watched."""

    code = "ACCESS_REVOKED"

    def __init__(self) -> None:
        super().__init__("Access was revoked")

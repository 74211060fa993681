"""Why a stream of events is not served."""

from core.errors import BadRequest, NotAuthenticated, RateLimited


class StreamAuthFailed(NotAuthenticated):
    code = "SSE_AUTH_FAILED"


class StreamLimit(RateLimited):
    """Too many open streams."""

    code = "SSE_CONNECTION_LIMIT"


class InvalidLastEventId(BadRequest):
    code = "INVALID_LAST_EVENT_ID"

    def __init__(self, message: str = "Last-Event-ID is no event of this dialog") -> None:
        super().__init__(message, field="Last-Event-ID")

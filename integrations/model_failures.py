"""Why a call of a model endpoint failed. Apart from the endpoint, whose SDK takes a second to import."""

from enum import StrEnum

from core.errors import ModelUnavailable


class FailureReason(StrEnum):
    """Why a call failed, for metrics and for the choice of another token."""

    RATE_LIMITED = "rate_limited"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    KEY_REFUSED = "key_refused"
    REJECTED = "rejected"
    BROKEN_STREAM = "broken_stream"
    MALFORMED = "malformed"


class EndpointFailed(ModelUnavailable):
    """A model endpoint failed for good. The message names the host and what to mend, never the key or a reply.

    ``rest_s`` is how many seconds the endpoint asked to be left alone, None where it asked nothing.
    """

    def __init__(self, message: str, reason: FailureReason, rest_s: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.rest_s = rest_s

"""Why a request with an Idempotency-Key is not carried out."""

from core.errors import BadRequest, Conflict, DomainError

FIELD = "Idempotency-Key"


class IdempotencyKeyInvalid(BadRequest):
    code = "IDEMPOTENCY_KEY_INVALID"

    def __init__(self) -> None:
        super().__init__("Idempotency-Key must be sent once, as 1 to 255 visible ASCII characters", field=FIELD)


class IdempotencyKeyReused(DomainError):
    """The key names another request of the same caller."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request", field=FIELD)


class IdempotentRequestInProgress(Conflict):
    """The first attempt is still at work, or was when this one asked."""

    code = "IDEMPOTENCY_REQUEST_IN_PROGRESS"

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("The request with this Idempotency-Key is being carried out", field=FIELD)
        self.retry_after = retry_after


class IdempotencyAnswerLost(Conflict):
    """The request took effect, once; what was answered is not known any more."""

    code = "IDEMPOTENCY_ANSWER_LOST"

    def __init__(self) -> None:
        super().__init__("The request was carried out, but its answer was not kept: read what it changed", field=FIELD)

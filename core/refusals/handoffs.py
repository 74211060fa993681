"""Why a dialog does not change hands."""

from core.errors import Conflict, NotFound, RateLimited


class HandoffAlreadyRequested(Conflict):
    code = "HANDOFF_ALREADY_REQUESTED"

    def __init__(self) -> None:
        super().__init__("The dialog already waits for an operator or has one")


class HandoffRateLimit(RateLimited):
    code = "HANDOFF_RATE_LIMIT"


class OperatorCapacityExceeded(Conflict):
    code = "OPERATOR_CAPACITY_EXCEEDED"

    def __init__(self, capacity: int) -> None:
        super().__init__(f"The operator already has {capacity} active dialogs")


class HandoffConflict(Conflict):
    """Another operator was faster, or holds the dialog."""

    code = "HANDOFF_CONFLICT"

    def __init__(self) -> None:
        super().__init__("Another operator has the dialog")


class HandoffNotFound(NotFound):
    code = "HANDOFF_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("handoff")

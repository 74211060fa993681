"""Why a webhook is not set up."""

from core.errors import Conflict


class TooManyEndpoints(Conflict):
    code = "TOO_MANY_ENDPOINTS"

    def __init__(self, most: int) -> None:
        super().__init__(f"A company has at most {most} webhook endpoints")

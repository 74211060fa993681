"""Why a transaction is not carried out."""

from core.errors import Conflict, Unavailable


class Overtaken(Unavailable):
    """The database undid it for the sake of another transaction."""

    retry_after = 1

    def __init__(self) -> None:
        super().__init__("Another request was in the way: ask again")


class JobSuperseded(Conflict):
    """Another attempt of the job finished or took it: this one must leave nothing behind."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"Job {job_id} is not this attempt's any more")

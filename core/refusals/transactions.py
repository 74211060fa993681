"""Why a transaction is not carried out."""

from typing import ClassVar

from core.errors import Unavailable


class Overtaken(Unavailable):
    """The database undid it for the sake of another transaction. ``retry_after`` is in whole seconds."""

    retry_after: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__("Another request was in the way: ask again")

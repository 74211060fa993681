"""A value that was not given, where None is a value of its own."""

from enum import Enum
from typing import Final


class UnsetType(Enum):
    UNSET = "unset"

    def __bool__(self) -> bool:
        return False


UNSET: Final = UnsetType.UNSET

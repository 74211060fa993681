"""From rows to types: attributes of the same name are copied, the rest is said."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import strawberry


def copier(*names: str) -> Callable[[object], dict[str, Any]]:
    """What makes keyword arguments of the attributes that a row and its type both call so."""
    read = attrgetter(*names)
    return lambda row: dict(zip(names, read(row), strict=True))


def shown_id(number: int) -> strawberry.ID:
    """An id as clients see it: the integer, as text."""
    return strawberry.ID(str(number))


def shown_id_or_none(number: int | None) -> strawberry.ID | None:
    return None if number is None else shown_id(number)

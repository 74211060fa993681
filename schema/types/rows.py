"""From rows to types: attributes of the same name are copied, the rest is said; or nothing is copied (:func:`view`)."""

from collections.abc import Callable
from operator import attrgetter
from types import FunctionType
from typing import Any, TypeVar, cast

import strawberry

from core.actor import Actor
from services.ticket_rows import Column, Columns

T = TypeVar("T")
Attribute = Callable[[Any, Actor], Any]
Function = Callable[..., Any]


def copier(*names: str) -> Callable[[object], dict[str, Any]]:
    """What makes keyword arguments of the attributes that a row and its type both call so."""
    read = attrgetter(*names)
    return lambda row: dict(zip(names, read(row), strict=True))


def view(shown: type[T], columns: Columns, **others: Attribute) -> Callable[[Any, Actor | None], T]:
    """What makes of a row an instance of ``shown`` that reads the row whenever a field is asked for.

    So a page of hundreds costs what was selected of it. ``others``, which go before ``columns``, are given the row and
    the actor for whom it is shown. ``id`` is shown as clients see it.
    """

    def begin(self: Any, row: Any, actor: Actor | None) -> None:
        self._row, self._actor = row, actor

    attributes = {name: property(_own(_reading(name, column))) for name, column in columns.items()}
    attributes |= {name: property(_own(_showing(attribute))) for name, attribute in others.items()}
    members = {"__slots__": ("_actor", "_row"), "__init__": _own(begin), "__module__": shown.__module__, **attributes}
    made: Any = type(shown.__name__, (shown,), members)
    return cast(Callable[[Any, Actor | None], T], made)


def _reading(name: str, column: Column) -> Function:
    """As :meth:`services.ticket_rows.Column.read`, in the usual cases without a call."""
    key, values = column.name, column.values
    if column.optional:
        return lambda shown: column.read(shown._row)
    if name == "id":
        return lambda shown: str(shown._row[key])
    if values is None:
        return lambda shown: shown._row[key]
    return lambda shown: values[shown._row[key]]


def _showing(attribute: Attribute) -> Function:
    return lambda shown: attribute(shown._row, shown._actor)


def _own(function: Function) -> Function:
    """The same function with code of its own: Python makes code fast for the one class that it meets, and the code of
    a closure is shared by all that were made of it.
    """
    code = function.__code__.replace()
    return FunctionType(code, function.__globals__, function.__name__, closure=function.__closure__)


def shown_id(number: int) -> strawberry.ID:
    """An id as clients see it: the integer, as text."""
    return strawberry.ID(str(number))


def shown_id_or_none(number: int | None) -> strawberry.ID | None:
    return None if number is None else shown_id(number)

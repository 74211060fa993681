"""Readers: a selection that only reads attributes, written out as one Python function.

A selection becomes straight code, a few bytecodes a field, without a call between the row and what is shown of it: for
a list of tickets three times as fast as functions that call each other. Only values of exactly the class that the type
promises pass; a reader raises UnusualError, or whatever reading raised, for all else, and graphql-core takes over. What
orjson writes as the scalars do (UUID, dates, times of day in UTC) stays as it is.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain
from typing import Any, Generic, NamedTuple
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLObjectType, GraphQLScalarType
from graphql.pyutils import UndefinedType
from strawberry.schema.schema_converter import GraphQLCoreConverter

Read = Callable[[Any], Any]
_DEFINITION = "__strawberry_definition__"
DEEPEST = 15
"""Lists and objects inside one another: Python allows twenty loops in a function."""
_AS_IT_IS: Mapping[str, tuple[type, str]] = {
    "String": (str, ""),
    "ID": (str, ""),
    "Boolean": (bool, ""),
    "JSONObject": (dict, ""),
    "UUID": (UUID, ""),
    "Date": (date, ""),
    "DateTime": (datetime, " or {0}.tzinfo is not UTC"),
    "Float": (float, " or not isfinite({0})"),
    "Int": (int, " or not -2147483648 <= {0} <= 2147483647"),
    "BigInt": (int, " or not -9007199254740991 <= {0} <= 9007199254740991"),
}
"""Scalars whose values of exactly this class are shown as they are, unless what follows holds of them."""


class UnusualError(Exception):
    """Leave it to graphql-core."""


class Leaf(NamedTuple):
    """A scalar or an enumeration, by its type."""

    kind: GraphQLNamedType


class Fields(NamedTuple):
    """An object: what is shown under each name."""

    kind: GraphQLObjectType
    shown: Mapping[str, "Shown"]


class Items(NamedTuple):
    """A list of these."""

    each: "Kind"


Shape = Leaf | Fields | Items


class Kind(NamedTuple):
    """A shape, and whether null is a value of it."""

    shape: Shape
    nullable: bool


class Shown(NamedTuple):
    """A field: the attribute that it reads, and what stands there; None where it is the object's ``__typename``."""

    attribute: str
    kind: Kind | None


def reader(fields: Fields) -> Read | None:
    """What reads the fields of an object; None where they lie too deep."""
    writer = _Writer()
    source = writer.function(fields)
    if writer.deepest > DEEPEST:
        return None
    names: dict[str, Any] = {**_GIVEN, **writer.constants}
    # The source is made of names that are checked Python identifiers or GraphQL names, and of our own words.
    exec(compile(source, f"<reader of {fields.kind.name}>", "exec"), names)  # noqa: S102
    read: Read = names["read"]
    return read


@dataclass
class _Writer:
    """Writes one function. ``constants`` are the globals that it uses."""

    constants: dict[str, Any] = field(default_factory=dict)
    deepest: int = 0
    _lines: list[str] = field(default_factory=list)
    _names: int = 0

    def function(self, fields: Fields) -> str:
        self._line(0, "def read(source):")
        self._line(1, f"return {self._fields(fields, 'source', 1)}")
        return "\n".join(self._lines)

    def _fields(self, fields: Fields, source: str, level: int) -> str:
        """Read all fields; the expression that shows them."""
        self.deepest = max(self.deepest, level)
        members = []
        for name, shown in fields.shown.items():
            if shown.kind is None:
                members.append(f"{name!r}: {fields.kind.name!r}")
                continue
            value = self._name("v")
            self._line(level, f"{value} = {source}.{shown.attribute}")
            members.append(f"{name!r}: {self._value(shown.kind, value, level)}")
        return f"{{{', '.join(members)}}}"

    def _value(self, kind: Kind, value: str, level: int) -> str:
        """Make of the variable ``value`` what is shown; the expression for it."""
        if isinstance(kind.shape, Leaf):
            return self._leaf(kind.shape.kind, value, level, nullable=kind.nullable)
        if not kind.nullable:
            # What reads an object or a list refuses None, which is of another class.
            return self._inside(kind.shape, value, level)
        self._line(level, f"if {value} is not None:")
        self._line(level + 1, f"{value} = {self._inside(kind.shape, value, level + 1)}")
        return value

    def _inside(self, shape: Fields | Items, value: str, level: int) -> str:
        return self._object(shape, value, level) if isinstance(shape, Fields) else self._items(shape, value, level)

    def _object(self, fields: Fields, value: str, level: int) -> str:
        definition = fields.kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        refuse = self._constant("other", _refuse if fields.kind.is_type_of else _refuse_failures)
        known = self._constant("kinds", _classes(definition.origin))
        self._line(level, f"if {value}.__class__ not in {known}: {refuse}({value})")
        return self._fields(fields, value, level)

    def _items(self, items: Items, value: str, level: int) -> str:
        found, each = self._name("l"), self._name("v")
        self._line(level, f"if {value}.__class__ is not list: refuse({value})")
        self._line(level, f"{found} = []")
        self._line(level, f"for {each} in {value}:")
        self._line(level + 1, f"{found}.append({self._value(items.each, each, level + 1)})")
        return found

    def _leaf(self, kind: GraphQLNamedType, value: str, level: int, *, nullable: bool) -> str:
        test, usual = self._enumeration(kind, value) if isinstance(kind, GraphQLEnumType) else self._scalar(kind, value)
        unless_null = f"{value} is not None and " if nullable else ""
        coerce = self._constant("coerce", _coercing(kind))
        self._line(level, f"if {unless_null}({test}): {value} = {coerce}({value})")
        if usual:
            self._line(
                level, f"elif {value} is not None: {value} = {usual}" if nullable else f"else: {value} = {usual}"
            )
        return value

    def _scalar(self, kind: GraphQLNamedType, value: str) -> tuple[str, str]:
        """The test for what is not shown as it is."""
        exact, unless = _AS_IT_IS.get(kind.name, (_Nothing, ""))
        return f"{value}.__class__ is not {self._constant('kind', exact)}{unless.format(value)}", ""

    def _enumeration(self, kind: GraphQLEnumType, value: str) -> tuple[str, str]:
        """The test for what is no member, and the name of a member."""
        definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        shown = {member: kind.coerce_output_value(member) for member in definition.wrapped_cls}
        test = f"{value}.__class__ is not {self._constant('kind', definition.wrapped_cls)}"
        if all(member._name_ == name for member, name in shown.items()):
            # Hashing a member calls a function of Python's; its name is at hand.
            return test, f"{value}._name_"
        return test, f"{self._constant('names', shown)}[{value}]"

    def _line(self, level: int, text: str) -> None:
        self._lines.append(f"{' ' * level}{text}")

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"

    def _constant(self, prefix: str, value: Any) -> str:
        """A name for the value, which is the same for the same value."""
        for known, present in self.constants.items():
            if present is value:
                return known
        name = self._name(f"{prefix}_")
        self.constants[name] = value
        return name


@cache
def _classes(origin: type) -> frozenset[type]:
    """The class of a type, its generic, and their views: subclasses that are no types themselves."""
    own = {origin, *(base for base in origin.__bases__ if Generic in base.__bases__)}
    below: Iterator[type] = chain.from_iterable(each.__subclasses__() for each in own)
    return frozenset(own.union(each for each in below if _DEFINITION not in vars(each)))


class _Nothing:
    """No value is of this class."""


def _refuse(_: object) -> None:
    raise UnusualError


def _refuse_failures(value: object) -> None:
    """A type that cannot tell its instances takes any object that has the attributes, as graphql-core does."""
    if value is None or isinstance(value, Exception | UndefinedType) or hasattr(value, "__await__"):
        raise UnusualError


def _coercing(kind: GraphQLNamedType) -> Read:
    coerce = kind.coerce_output_value if isinstance(kind, GraphQLScalarType | GraphQLEnumType) else _refuse

    def shown(value: Any) -> Any:
        _refuse_failures(value)
        result = coerce(value)
        if result is None:
            raise UnusualError
        return result

    return shown


_GIVEN: Mapping[str, Any] = {"refuse": _refuse, "isfinite": math.isfinite, "UTC": UTC}

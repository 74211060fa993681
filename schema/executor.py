"""Execution of what needs no resolver: objects whose selected fields are plain attributes, all the way down.

graphql-core treats each field of each row alike, some microseconds apiece. A selection below a resolver that only reads
attributes is turned into a reader once and kept; lists of rows are then read like that. Whatever is unusual (a
resolver, an argument, a directive, a null where none may be, a value of another type) is left to graphql-core, which
also words the errors. It builds on methods that graphql-core does not call public: its version is pinned, and
tests/graphql/test_executor.py compares both ways on odd data.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    SelectionSetNode,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter

from core.bounded_cache import BoundedCache

Read = Callable[[Any], Any]
_AS_IT_IS: dict[str, type] = {"String": str, "ID": str, "Boolean": bool, "JSONObject": dict}
"""Scalars whose values of exactly this class are shown as they are."""


class _Compiled(NamedTuple):
    """``nodes`` are held so that no other node can have their identity while the entry lives."""

    nodes: tuple[FieldNode, ...]
    read: Read | None


class _UnusualError(Exception):
    """Leave it to graphql-core."""


_compiled: BoundedCache[tuple[object, ...], _Compiled] = BoundedCache(4000)


class CompilingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor with a short way for plain objects."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._readers: dict[int, tuple[Any, Read | None]] = {}

    def execute_fields(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Any, grouped_field_set: Any, *rest: Any
    ) -> Any:
        read = self._reader(parent_type, grouped_field_set)
        if read is not None:
            with suppress(Exception):
                return read(source_value)
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, *rest)

    def _reader(self, parent: GraphQLObjectType, grouped: Any) -> Read | None:
        """Kept by the identity of the group, which graphql-core shares between the rows of a list."""
        known = self._readers.get(id(grouped))
        if known is None:
            known = self._readers[id(grouped)] = (grouped, self._kept_reader(parent, grouped))
        return known[1]

    def _kept_reader(self, parent: GraphQLObjectType, grouped: Any) -> Read | None:
        """Kept between requests by the nodes of the document, which lives in the cache of prepared documents."""
        if self.middleware_manager and self.middleware_manager.middlewares:
            return None
        nodes = tuple(details.node for group in grouped.values() for details in group)
        key = (id(self.schema), parent.name, *grouped, *map(id, nodes))
        found = _compiled.get(key)
        if found is None:
            read = None if self._has_directives(nodes) else self._compile(parent, grouped)
            found = _Compiled(nodes, read)
            _compiled.put(key, found)
        return found.read

    def _compile(self, parent: GraphQLObjectType, grouped: Any) -> Read | None:
        steps: list[tuple[str, Read]] = []
        for name, group in grouped.items():
            step = self._step(parent, group)
            if step is None:
                return None
            steps.append((name, step))
        return lambda source: {name: step(source) for name, step in steps}

    def _step(self, parent: GraphQLObjectType, group: Any) -> Read | None:
        name = group[0].node.name.value
        if name == "__typename":
            return lambda _: parent.name
        field = self.schema.get_field(parent, name)
        if field is None or not _is_plain(field):
            return None
        complete = self._completion(field.type, group)
        if complete is None:
            return None
        attribute = attrgetter(field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].python_name)
        return lambda source: complete(attribute(source))

    def _completion(self, kind: GraphQLOutputType, group: Any) -> Read | None:
        """What turns a value of the type into what is shown."""
        inner = kind.of_type if is_non_null_type(kind) else kind
        complete = self._completion_of_nullable(inner, group)
        if complete is None:
            return None
        return _required(complete) if is_non_null_type(kind) else _optional(complete)

    def _completion_of_nullable(self, kind: GraphQLOutputType, group: Any) -> Read | None:
        if is_list_type(kind):
            complete = self._completion(kind.of_type, group)
            return None if complete is None else _each(complete)
        if is_leaf_type(kind):
            return _leaf(kind)
        if not isinstance(kind, GraphQLObjectType):
            return None
        collected = self.collect_subfields(kind, group)
        read = None if collected[1] else self._compile(kind, collected[0])
        return None if read is None else _of_class(kind, read)

    def _has_directives(self, nodes: Iterable[Any]) -> bool:
        return any(node.directives or self._selects_directives(node.selection_set) for node in nodes)

    def _selects_directives(self, selections: SelectionSetNode | None) -> bool:
        selection: Any
        for selection in selections.selections if selections else ():
            if selection.directives:
                return True
            spread = isinstance(selection, FragmentSpreadNode)
            inside = self.fragment_definitions[selection.name.value] if spread else selection
            if self._selects_directives(inside.selection_set):
                return True
        return False


def _is_plain(field: GraphQLField) -> bool:
    return getattr(field.resolve, "_is_default", False) and not field.args


def _required(complete: Read) -> Read:
    def read(value: Any) -> Any:
        if value is None:
            raise _UnusualError
        return complete(value)

    return read


def _optional(complete: Read) -> Read:
    return lambda value: None if value is None else complete(value)


def _each(complete: Read) -> Read:
    def read(values: Any) -> Any:
        if values.__class__ is not list:
            raise _UnusualError
        return [complete(value) for value in values]

    return read


def _of_class(kind: GraphQLObjectType, read: Read) -> Read:
    """Types that can tell their instances insist on them, as graphql-core does; the others read what is there."""
    if kind.is_type_of is None:
        return read
    origin = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin

    def checked(value: Any) -> Any:
        if value.__class__ is not origin:
            raise _UnusualError
        return read(value)

    return checked


def _leaf(kind: GraphQLNamedType) -> Read | None:
    if isinstance(kind, GraphQLScalarType):
        exact, coerce = _AS_IT_IS.get(kind.name), kind.coerce_output_value
        return lambda value: value if value.__class__ is exact else _shown(coerce, value)
    if isinstance(kind, GraphQLEnumType):
        names = {member: _shown(kind.coerce_output_value, member) for member in _members(kind)}
        return lambda value: names[value]
    return None


def _members(kind: GraphQLEnumType) -> Iterable[Any]:
    return kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].wrapped_cls  # type: ignore[no-any-return]


def _shown(coerce: Read, value: Any) -> Any:
    shown = None if hasattr(value, "__await__") else coerce(value)
    if shown is None:
        raise _UnusualError
    return shown

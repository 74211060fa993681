"""Execution of what needs no resolver: objects whose selected fields are plain attributes, all the way down.

graphql-core treats each field of each row alike, some microseconds apiece. What a selection only reads is written out
as a function once (:mod:`schema.readers`) and kept with the document; beside it graphql-core resolves what has a
resolver. Whatever is unusual (an argument, a null where none may be, a value of another type) is left to graphql-core
altogether, which also words the errors. This builds on methods that graphql-core does not call public: its version is
pinned, and tests/graphql/test_executor*.py compare both ways on odd data and on the whole schema.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    VariableNode,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.execution import ExecutionResult
from strawberry.utils.await_maybe import await_maybe

from core.bounded_cache import BoundedCache
from schema.readers import Fields, Items, Kind, Leaf, Read, Shown, UnusualError, reader

_MOST_KEPT = 4000
_NO_FLAGS: frozenset[str] = frozenset()


class _Compiled(NamedTuple):
    """``read`` shows the plain fields, None where there are none worth it; ``left`` names the others.

    ``nodes`` are held so that no other node can have their identity while the entry lives.
    """

    nodes: tuple[FieldNode, ...]
    read: Read | None
    left: tuple[str, ...] = ()


class _Plan(NamedTuple):
    """What is compiled of a group, in one execution: ``left`` are the group's fields that graphql-core resolves."""

    group: Any
    read: Read | None
    left: dict[str, Any]


class _Flags(NamedTuple):
    """The variables that directives below the nodes look at; None where it has another directive."""

    nodes: tuple[FieldNode, ...]
    names: frozenset[str] | None


_compiled: BoundedCache[tuple[object, ...], _Compiled] = BoundedCache(_MOST_KEPT)
_flags: BoundedCache[tuple[int, ...], _Flags] = BoundedCache(_MOST_KEPT)


class CompilingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor with a short way for plain objects."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[int, _Plan] = {}

    def execute_fields(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Any, grouped_field_set: Any, *rest: Any
    ) -> Any:
        plan = self._plan(parent_type, grouped_field_set)
        shown = None
        if plan.read is not None:
            with suppress(Exception):
                shown = plan.read(source_value)
        if shown is None:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, *rest)
        if not plan.left:
            return shown
        resolved = super().execute_fields(parent_type, source_value, path, plan.left, *rest)
        return _joined(plan.group, shown, resolved)

    def _plan(self, parent: GraphQLObjectType, grouped: Any) -> _Plan:
        """Kept by the identity of the group, which graphql-core shares between the rows of a list."""
        known = self._plans.get(id(grouped))
        if known is None:
            compiled = self._kept(parent, grouped)
            left = {name: grouped[name] for name in compiled.left}
            known = self._plans[id(grouped)] = _Plan(grouped, compiled.read, left)
        return known

    def _kept(self, parent: GraphQLObjectType, grouped: Any) -> _Compiled:
        """Kept between requests by the nodes of the document, which lives in the cache of prepared documents."""
        nodes = tuple(details.node for group in grouped.values() for details in group)
        flags = self._flags(nodes)
        if flags is None or (self.middleware_manager and self.middleware_manager.middlewares):
            return _Compiled(nodes, None)
        given = map(self.variable_values.coerced.get, flags)
        key = (id(self.schema), parent.name, *grouped, *map(id, nodes), *given)
        if (found := _compiled.get(key)) is None:
            _compiled.put(key, found := self._compile(parent, grouped, nodes))
        return found

    def _flags(self, nodes: tuple[FieldNode, ...]) -> list[str] | None:
        """The variables that @skip and @include look at, in order; None where other directives stand."""
        key = tuple(map(id, nodes))
        found = _flags.get(key)
        if found is None:
            named: frozenset[str] | None = _NO_FLAGS
            with suppress(UnusualError):
                named = frozenset(self._conditions(nodes))
            found = _Flags(nodes, named)
            _flags.put(key, found)
        return None if found.names is None else sorted(found.names)

    def _conditions(self, nodes: Iterable[Any]) -> Iterator[str]:
        """The variables that directives of the nodes and below them look at. Raises UnusualError for others."""
        for node in nodes:
            for directive in node.directives or ():
                if directive.name.value not in ("skip", "include"):
                    raise UnusualError
                yield from (
                    each.value.name.value for each in directive.arguments if isinstance(each.value, VariableNode)
                )
            inside: Any = self.fragment_definitions[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            yield from self._conditions(inside.selection_set.selections if inside.selection_set else ())

    def _compile(self, parent: GraphQLObjectType, grouped: Any, nodes: tuple[FieldNode, ...]) -> _Compiled:
        shown = {name: self._shown(parent, group) for name, group in grouped.items()}
        plain = {name: field for name, field in shown.items() if field is not None}
        if all(field.kind is None for field in plain.values()):
            # An object that is asked for its name alone has to be what it says: graphql-core looks.
            return _Compiled(nodes, None)
        return _Compiled(nodes, reader(Fields(parent, plain)), tuple(name for name in shown if name not in plain))

    def _shown(self, parent: GraphQLObjectType, group: Any) -> Shown | None:
        """How a field is read; None where it has to be resolved."""
        name = group[0].node.name.value
        if name == "__typename":
            return Shown("", None)
        field = self.schema.get_field(parent, name)
        if field is None or not _is_plain(field):
            return None
        kind = self._kind(field.type, group)
        return kind and Shown(field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].python_name, kind)

    def _kind(self, of: GraphQLOutputType, group: Any) -> Kind | None:
        inner = of.of_type if is_non_null_type(of) else of
        shape = self._shape(inner, group)
        return shape and Kind(shape, nullable=inner is of)

    def _shape(self, of: Any, group: Any) -> Leaf | Fields | Items | None:
        """None where something in it has to be resolved."""
        if is_list_type(of):
            each = self._kind(of.of_type, group)
            return each and Items(each)
        if is_leaf_type(of):
            return Leaf(of)
        if not isinstance(of, GraphQLObjectType):
            return None
        grouped, deferred, _ = self.collect_subfields(of, group)
        shown = {name: self._shown(of, below) for name, below in grouped.items()}
        if deferred or None in shown.values():
            return None
        return Fields(of, {name: field for name, field in shown.items() if field is not None})


async def run(
    schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: dict[str, Any] | None, context: object
) -> ExecutionResult | None:
    """Execute a valid document; None where the variables are not what it declares."""
    values = {"raw_variable_values": variables, "operation_name": name, "context_value": context}
    executor = CompilingExecutor.build(schema, document, is_awaitable=optimized_is_awaitable, **values)  # type: ignore[arg-type]
    if isinstance(executor, list):
        return None
    result: Any = await await_maybe(executor.execute_operation())
    return ExecutionResult(data=result.data, errors=result.errors)


def _joined(group: Any, shown: dict[str, Any], resolved: Any) -> Any:
    """The fields that were read with those that are resolved, which may take time, in the order of the group."""
    if isinstance(resolved, dict):
        return _in_order(group, shown, resolved)

    async def joined() -> dict[str, Any]:
        return _in_order(group, shown, await resolved)

    return joined()


def _in_order(names: Iterable[str], shown: dict[str, Any], resolved: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] if name in shown else resolved[name] for name in names}


def _is_plain(field: GraphQLField) -> bool:
    return getattr(field.resolve, "_is_default", False) and not field.args

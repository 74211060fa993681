"""How heavy a document is: its depth, its aliases, and what an operation may cost. Reckoned once for a document.

Each fragment is weighed once, however often it is spread, so that weighing cannot be made slow by what it measures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from core.paging import MAX_CURSOR_PAGE

UNPAGED = 10
"""Rows that a list without a size is taken to have."""
MOST_OBJECTS = 120
"""Objects and fragments that an operation selects. Validation compares each with each (overlapping fields)."""
MOST_NESTED = 60
"""Selection sets inside one another, those of fragments included: a bound for our own recursion."""
_SIZES = ("first", "limit", "maxContext")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a selection looks like, its fragments opened.

    ``objects`` counts selections that have selections of their own; ``nesting`` also counts levels that add no depth.
    """

    depth: int = 0
    aliases: int = 0
    objects: int = 0
    nesting: int = 0
    introspects: bool = False

    def beside(self, other: "Shape") -> "Shape":
        return Shape(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.objects + other.objects,
            max(self.nesting, other.nesting),
            self.introspects or other.introspects,
        )


class Shapes:
    """Shapes of one document's operations. Needs no schema, so that it can come before validation."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = fragments_of(document)
        self._known: dict[str, Shape] = {}

    def of(self, selections: SelectionSetNode | None, level: int = 0) -> Shape:
        """Deeper than MOST_NESTED nothing is read: the shape says that it goes on."""
        if level > MOST_NESTED:
            return Shape(nesting=level)
        shape = Shape(nesting=level)
        for selection in selections.selections if selections else ():
            shape = shape.beside(self._of_one(selection, level))
        return shape

    def _of_one(self, selection: Any, level: int) -> Shape:
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value, level)
        if isinstance(selection, InlineFragmentNode):
            below = self.of(selection.selection_set, level + 1)
            return replace(below, objects=below.objects + 1)
        aliased = Shape(aliases=int(selection.alias is not None))
        if selection.name.value.startswith("__"):
            # Its depth is bounded by MaxIntrospectionDepthRule, its breadth by the size of the schema.
            return aliased.beside(Shape(introspects=selection.name.value != "__typename"))
        if selection.selection_set is None:
            return aliased
        below = self.of(selection.selection_set, level + 1)
        return aliased.beside(replace(below, depth=below.depth + 1, objects=below.objects + 1))

    def _of_fragment(self, name: str, level: int) -> Shape:
        if name not in self._known:
            self._known[name] = Shape()  # A cycle ends here; validation reports it.
            fragment = self._fragments.get(name)
            below = self.of(fragment.selection_set, level + 1) if fragment else Shape()
            self._known[name] = replace(below, objects=below.objects + 1)
        return self._known[name]


@dataclass(slots=True)
class Cost:
    """``fixed``, and parts that are multiplied by variables which are known only when the operation runs."""

    fixed: int = 0
    parts: list[tuple["Size", "Cost"]] = field(default_factory=list)

    def add(self, times: "Size", cost: "Cost") -> None:
        if isinstance(times, int) and not cost.parts:
            self.fixed += times * cost.fixed
        else:
            self.parts.append((times, cost))

    def total(self, variables: Mapping[str, Any]) -> int:
        """The cost with these variables."""
        return self._total(variables, {})

    def _total(self, variables: Mapping[str, Any], known: dict[int, int]) -> int:
        if id(self) not in known:
            known[id(self)] = self.fixed + sum(
                _value(times, variables) * cost._total(variables, known) for times, cost in self.parts
            )
        return known[id(self)]


@dataclass(frozen=True, slots=True)
class Variable:
    """A size that the client gives with the request."""

    name: str
    default: int


Size = int | Variable


class Costs:
    """Costs of one valid document's operations: one for each object, times the size of the lists that hold it."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = fragments_of(document)
        self._defaults: dict[str, int] = {}
        self._known: dict[str, Cost] = {}

    def of(self, operation: OperationDefinitionNode) -> Cost:
        self._known.clear()
        self._defaults = {
            definition.variable.name.value: int(definition.default_value.value)
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode) and len(definition.default_value.value) < 10
        }
        root = self._schema.get_root_type(operation.operation)
        return self._of_set(operation.selection_set, root, paged=False) if root else Cost()

    def _of_set(self, selections: SelectionSetNode, parent: GraphQLNamedType, *, paged: bool) -> Cost:
        cost = Cost()
        for selection in selections.selections:
            cost.add(1, self._of_one(selection, parent, paged=paged))
        return cost

    def _of_one(self, selection: Any, parent: GraphQLNamedType, *, paged: bool) -> Cost:
        if isinstance(selection, FieldNode):
            return self._of_field(selection, parent, paged=paged)
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            inner = self._schema.get_type(condition.name.value) if condition else parent
            return self._of_set(selection.selection_set, inner or parent, paged=paged)
        name = f"{selection.name.value}/{paged}"
        if name not in self._known:
            fragment = self._fragments[selection.name.value]
            inner = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self._of_set(fragment.selection_set, inner or parent, paged=paged)
        return self._known[name]

    def _of_field(self, node: FieldNode, parent: GraphQLNamedType, *, paged: bool) -> Cost:
        found = _field_of(parent, node.name.value)
        if found is None or node.selection_set is None or not is_composite_type(get_named_type(found.type)):
            return Cost()
        size = self._size(node, found)
        # The edges of a page are as many as the page was asked to have.
        unsized = UNPAGED if size is None and not paged and _is_list(found) else 1
        below = self._of_set(node.selection_set, get_named_type(found.type), paged=size is not None)
        cost = Cost(unsized)
        cost.add(unsized if size is None else size, below)
        return cost

    def _size(self, node: FieldNode, found: GraphQLField) -> Size | None:
        name = next((name for name in _SIZES if name in found.args), None)
        if name is None:
            return None
        given = next((argument.value for argument in node.arguments or () if argument.name.value == name), None)
        return self._given(given, _default(found.args[name]))

    def _given(self, value: ValueNode | None, default: int) -> Size:
        if isinstance(value, VariableNode):
            return Variable(value.name.value, self._defaults.get(value.name.value, default))
        if isinstance(value, IntValueNode):
            return _bounded(int(value.value)) if len(value.value) < 10 else MAX_CURSOR_PAGE
        return default


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def operations_of(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (node for node in document.definitions if isinstance(node, OperationDefinitionNode))


def _field_of(parent: GraphQLNamedType, name: str) -> GraphQLField | None:
    return parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None


def _is_list(found: GraphQLField) -> bool:
    inner = found.type.of_type if is_non_null_type(found.type) else found.type
    return is_list_type(inner)


def _default(argument: GraphQLArgument) -> int:
    value = argument.default.value if argument.default else None
    return _bounded(value) if isinstance(value, int) else UNPAGED


def _value(size: Size, variables: Mapping[str, Any]) -> int:
    if isinstance(size, int):
        return size
    given = variables.get(size.name)
    return _bounded(given) if isinstance(given, int) else size.default


def _bounded(number: int) -> int:
    """What lies beyond the largest page is refused by the field itself."""
    return max(1, min(number, MAX_CURSOR_PAGE))

"""Data for any selection of any schema: mostly what the types promise, now and then not."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

_USUAL: Mapping[str, Any] = {
    "String": "text",
    "ID": "1",
    "Int": 3,
    "Float": 1.5,
    "Boolean": True,
    "BigInt": 2**40,
    "JSONObject": {"a": [1, None]},
    "UUID": UUID(int=7),
    "Date": date(2026, 1, 2),
    "DateTime": datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
    "Decimal": Decimal("1.50"),
}
_UNUSUAL = (
    None,
    7,
    2**60,
    "7",
    True,
    1.5,
    float("nan"),
    float("inf"),
    [1],
    (),
    object(),
    ValueError("wrong"),
    datetime(2026, 1, 1),  # noqa: DTZ001  # on purpose
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=5))),
    UUID(int=1),
)


class OddData:
    """The same for the same ``seed`` and path, whoever asks and in which order."""

    def __init__(self, schema: GraphQLSchema, seed: int, odds: float) -> None:
        self._schema = schema
        self._seed = seed
        self._odds = odds
        self._fragments: Mapping[str, FragmentDefinitionNode] = {}

    def resolve(self, _: object, info: GraphQLResolveInfo[Any], **__: object) -> Any:
        """What a resolver may return; some take time."""
        self._fragments = info.fragments
        chance = random.Random(f"{self._seed}/{info.path.as_list()}")
        value = self._value(info.return_type, list(info.field_nodes), chance)
        if chance.random() < 0.3:
            return _later(value)
        return value

    def _value(self, kind: Any, nodes: list[FieldNode], chance: random.Random) -> Any:
        if chance.random() < self._odds:
            return chance.choice(_UNUSUAL)
        if is_non_null_type(kind):
            return self._value(kind.of_type, nodes, chance)
        if is_list_type(kind):
            return [self._value(kind.of_type, nodes, chance) for _ in range(chance.randint(0, 3))]
        if is_leaf_type(kind):
            return self._leaf(kind, chance)
        if is_abstract_type(kind):
            kind = chance.choice(list(self._schema.get_possible_types(kind)))
        return self._object(kind, nodes, chance)

    def _leaf(self, kind: Any, chance: random.Random) -> Any:
        if isinstance(kind, GraphQLEnumType):
            return chance.choice(list(kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].wrapped_cls))
        return _USUAL.get(kind.name, "text")

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode], chance: random.Random) -> Any:
        """An instance of the type with the attributes that are selected, without its constructor."""
        made = object.__new__(kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin)
        selected: dict[str, list[FieldNode]] = {}
        for node in self._selected(nodes):
            selected.setdefault(node.name.value, []).append(node)
        for name, below in selected.items():
            field = kind.fields.get(name)
            if field is not None and getattr(field.resolve, "_is_default", False):
                python_name = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].python_name
                setattr(made, python_name, self._value(field.type, below, chance))
        return made

    def _selected(self, nodes: list[Any]) -> Iterator[FieldNode]:
        """The fields right below, fragments opened, conditions not looked at."""
        for node in nodes:
            for selection in node.selection_set.selections if node.selection_set else ():
                if isinstance(selection, FieldNode):
                    yield selection
                elif isinstance(selection, FragmentSpreadNode):
                    yield from self._selected([self._fragments[selection.name.value]])
                else:
                    yield from self._selected([selection])


async def _later(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value

"""Texts that no store holds, numbers beyond all bounds: in every place of the schema, and nothing breaks."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
)

from core.actor import Role
from schema.root import schema
from tests.fixtures.people import new_tenant, new_user, sign_in
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import code_of

Path = tuple[str, ...]
PLAIN: dict[str, Any] = {
    "String": "a", "ID": str(2**62), "Int": 1, "Float": 1.0, "Boolean": True, "BigInt": 1, "Decimal": "1.00",
    "UUID": "00000000-0000-0000-0000-000000000000", "DateTime": "2025-01-01T00:00:00Z", "JSONObject": {},
    "Date": "2025-01-01",
}  # fmt: skip
DEEP: dict[str, Any] = {}
for _ in range(500):
    DEEP = {"a": DEEP}
BAD: dict[str, tuple[Any, ...]] = {
    "String": ("a\0b", "\ud800", "a\r\nBcc: b@example.com", "x" * 100_000, "", "%00"),
    "ID": ("0", "-1", str(2**63), "9" * 40, "a\0", "١", "1.5", ""),
    "Int": (-1, 0, 2**31 - 1, -(2**31)),
    "BigInt": (-1, 2**63, 10**40),
    "Decimal": ("NaN", "Infinity", "1e400", "-1", "0.001", "9" * 60, "a\0"),
    "DateTime": ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "a\0"),
    "Float": (-1.0, 1.7e308),
    "JSONObject": ({"a": "\0"}, {"\0": 1}, {"a": "\ud800"}, {"a": 2**70}, {"a": 1e308}, DEEP, [[[]]]),
}


def valid(kind: GraphQLInputType) -> Any:
    """The least that the schema takes."""
    if isinstance(kind, GraphQLNonNull):
        return valid(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [valid(kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        return {name: valid(field.type) for name, field in kind.fields.items() if is_required_input_field(field)}
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return PLAIN[kind.name]


def leaves(kind: GraphQLInputType, path: Path) -> Iterator[tuple[Path, str]]:
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from leaves(field.type, (*path, name))
    elif named.name in BAD:
        yield path, named.name


def places() -> list[tuple[str, str, Path, str]]:
    """Root field by root field: where a text or a number may stand."""
    core = schema._schema
    return [
        (kind, name, path, leaf)
        for kind, root in (("query", core.query_type), ("mutation", core.mutation_type))
        if root is not None
        for name, field in root.fields.items()
        if not any(get_named_type(argument.type).name == "Upload" for argument in field.args.values())
        for argument, definition in field.args.items()
        for path, leaf in leaves(definition.type, (argument,))
    ]


def operation(kind: str, name: str, path: Path) -> tuple[str, dict[str, Any]]:
    """A call of the field with its required arguments and that of the path, and their values."""
    core = schema._schema
    root = core.query_type if kind == "query" else core.mutation_type
    assert root is not None
    field = root.fields[name]
    used = {
        key: argument for key, argument in field.args.items() if key == path[0] or is_required_input_field(argument)
    }
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in used.items())
    passed = ", ".join(f"{key}: ${key}" for key in used)
    shown = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    return f"{kind}({declared}) {{ {name}({passed}) {shown} }}", {
        key: valid(argument.type) for key, argument in used.items()
    }


def with_value(variables: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(variables)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner.setdefault(step, {})
        inner = inner[0] if isinstance(inner, list) else inner
    inner[path[-1]] = [value] if isinstance(inner.get(path[-1]), list) else value
    return changed


@pytest.fixture(scope="module")
async def token(database: None) -> str:
    return await sign_in(await new_user(await new_tenant(), Role.SUPERADMIN))


@pytest.mark.parametrize(("kind", "name", "path", "leaf"), places())
async def test_nothing_breaks(kind: str, name: str, path: Path, leaf: str, token: str, client: Any) -> None:
    text, variables = operation(kind, name, path)
    caller = GraphQLClient(client, token)
    for value in BAD[leaf]:
        try:
            response = await caller.post(text, with_value(variables, path, value))
        except UnicodeEncodeError:
            continue
        assert code_of(response) != "INTERNAL_ERROR", (value if len(str(value)) < 99 else "long", response.text[:300])

"""The schema as clients see it: printed, committed, described."""

from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from schema.root import schema

COMMITTED = Path(__file__).resolve().parents[2] / "schema" / "schema.graphql"


def test_the_committed_schema_is_the_present_one() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == f"{schema.as_str()}\n", (
        "run: opora schema > schema/schema.graphql, and look at the difference as a client would"
    )


@pytest.mark.parametrize("root", ["Query", "Mutation", "Subscription"])
def test_every_root_field_says_what_it_does(root: str) -> None:
    fields = schema._schema.type_map[root]
    assert isinstance(fields, GraphQLObjectType)
    assert [name for name, field in fields.fields.items() if len(field.description or "") < 20] == []


def test_every_type_of_output_and_input_is_described_or_speaks_for_itself() -> None:
    """Payloads and inputs of one operation are described by it."""
    silent = [
        name
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
        and not name.startswith("__")
        and not kind.description
        and not name.endswith(("Payload", "Input", "Report", "Count"))
    ]
    assert silent == []


def test_names_of_fields_are_camel_case() -> None:
    odd = [
        f"{name}.{field}"
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType) and not name.startswith("__")
        for field in kind.fields
        if "_" in field
    ]
    assert odd == []

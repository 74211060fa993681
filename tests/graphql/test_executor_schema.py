"""Random queries over the whole schema, on random data that is now and then not what the types promise: the compiling
executor shows what graphql-core's own does, in data and in errors.

No resolver runs: whatever has one is given a value of the type that it returns.
"""

import asyncio
import inspect
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    execute,
    parse,
    print_ast,
    validate,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema import executor
from schema.executor import CompilingExecutor
from schema.root import schema
from tests.graphql.odd_data import OddData

CORE = schema._schema
SCALARS = {
    "BigInt": st.integers(0, 100).map(nodes.Int),
    "JSONObject": st.just(nodes.Object([])),
    "UUID": st.just(nodes.String("00000000-0000-0000-0000-000000000001")),
    "Date": st.just(nodes.String("2026-01-01")),
    "DateTime": st.just(nodes.String("2026-01-01T00:00:00Z")),
    "Decimal": st.just(nodes.String("1.5")),
    "Upload": st.just(nodes.String("file")),
}
ROOTS = sorted(f"{kind}:{name}" for kind in ("query_type", "mutation_type") for name in getattr(CORE, kind).fields)


class Fragments(Visitor):
    """Says the same in other words: names of types, fragments with and without names, directives, aliases."""

    def __init__(self, info: TypeInfo, chance: random.Random) -> None:
        super().__init__()
        self.made: list[FragmentDefinitionNode] = []
        self._info = info
        self._chance = chance

    def leave_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode:
        parent = self._info.get_parent_type()
        found: list[Any] = [self._reworded(each, parent) for each in node.selections]
        if self._chance.random() < 0.3:
            found.insert(self._chance.randint(0, len(found)), _field("__typename"))
        return SelectionSetNode(selections=tuple(found))

    def _reworded(self, selection: Any, parent: Any) -> Any:
        draw = self._chance.random()
        if draw < 0.1:
            directives = parse("{ a @include(if: $yes) b @skip(if: $yes) c @skip(if: $no) d @include(if: true) }")
            field = self._chance.choice(directives.definitions[0].selection_set.selections)  # type: ignore[attr-defined]
            return InlineFragmentNode(
                type_condition=None,
                directives=field.directives,
                selection_set=SelectionSetNode(selections=(selection,)),
            )
        if draw < 0.2 and isinstance(parent, GraphQLObjectType) and isinstance(selection, FieldNode):
            return self._named(selection, parent)
        return selection

    def _named(self, selection: FieldNode, parent: GraphQLObjectType) -> FragmentSpreadNode:
        name = NameNode(value=f"Part{len(self.made)}")
        condition = NamedTypeNode(name=NameNode(value=parent.name))
        below = SelectionSetNode(selections=(selection,))
        self.made.append(
            FragmentDefinitionNode(
                name=name, type_condition=condition, selection_set=below, directives=(), variable_definitions=()
            )
        )
        return FragmentSpreadNode(name=name, directives=())


def _field(name: str) -> FieldNode:
    return FieldNode(name=NameNode(value=name), alias=None, arguments=(), directives=(), selection_set=None)


def reworded(text: str, chance: random.Random) -> DocumentNode:
    """The document with some selections said in other words."""
    info = TypeInfo(CORE)
    visitor = Fragments(info, chance)
    document = visit(parse(text), TypeInfoVisitor(info, visitor))
    operation = print_ast(document.definitions[0])
    word = operation.split(maxsplit=1)[0]
    kind, rest = (word, operation[len(word) :]) if word in ("query", "mutation") else ("query", operation)
    declared = "($yes: Boolean = true, $no: Boolean)" if "$yes" in operation or "$no" in operation else ""
    return parse(f"{kind} Q{declared} {rest[rest.index('{') :]}\n" + "\n".join(map(print_ast, visitor.made)))


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[OddData]]:
    """Fields with resolvers take what the one element of the list says."""
    data: list[OddData] = []
    for kind in CORE.type_map.values():
        for field in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            if not kind.name.startswith("__") and not getattr(field.resolve, "_is_default", False):
                monkeypatch.setattr(field, "resolve", lambda *given, **named: data[0].resolve(*given, **named))
    executor._compiled.clear()
    yield data
    executor._compiled.clear()


def shown(document: DocumentNode, variables: dict[str, Any], kind: type) -> tuple[bytes, list[bytes]]:
    """Data and errors as clients get them."""

    async def run() -> Any:
        result = execute(CORE, document, variable_values=variables, executor_class=kind)
        return await result if inspect.isawaitable(result) else result

    result = asyncio.run(run())
    return orjson.dumps(result.data), sorted(orjson.dumps(error.formatted) for error in result.errors or ())


def compare(text: str, seed: int, data: list[OddData]) -> bool:
    """Whether there were errors. Twice, because what was compiled the first time is used again."""
    chance = random.Random(seed)
    document = reworded(text, chance)
    if validate(CORE, document):
        document = parse(text)
    data[:] = [OddData(CORE, seed, odds=chance.choice((0.0, 0.05, 0.3)))]
    variables = {"no": chance.random() < 0.5} if chance.random() < 0.8 else {"yes": False, "no": False}
    plain = shown(document, variables, StrawberryGraphQLCoreExecutionContext)
    for _ in range(2):
        assert shown(document, variables, CompilingExecutor) == plain, print_ast(document)
    return bool(plain[1])


def drawn(root: str) -> Any:
    """Documents that ask for a root field."""
    kind, _, name = root.partition(":")
    make = queries if kind == "query_type" else mutations
    return make(CORE, fields=[name], custom_scalars=SCALARS, allow_x00=False)


def examine(data: list[OddData], count: int) -> tuple[int, int]:
    """How many random queries were compared, and how many of them had errors."""
    failures: list[bool] = []

    @settings(
        max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(ROOTS).flatmap(drawn), st.integers(0, 2**30))
    def one(text: str, seed: int) -> None:
        failures.append(compare(text, seed, data))

    one()
    return len(failures), sum(failures)


def test_random_queries_are_shown_as_graphql_core_shows_them(resolved: list[OddData]) -> None:
    compared, failed = examine(resolved, 60)
    assert compared >= 60
    assert failed > 5


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_thousands_of_random_queries(resolved: list[OddData]) -> None:
    compared, failed = examine(resolved, 3_000)
    assert compared >= 3_000
    assert 200 < failed < 2_800

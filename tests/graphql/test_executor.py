"""The compiling executor shows exactly what graphql-core's own does, also for data that no resolver should return."""

import enum
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache
from strawberry.types.execution import ExecutionContext

from schema import executor
from schema.executor import CompilingExecutor

ROUNDS = 600
ALL = "id number ratio at key flag colour x: id leaf { id name number colour __typename } other { ...L } leaves { id }"
QUERIES = [
    f"{{ rows {{ {ALL} }} }}",
    f"{{ nullableRows {{ {ALL} others {{ __typename ...L }} }} }}",
    "{ rows { id slow broken leaf { name } } }",
    "{ nullableRows { id @skip(if: true) ratio slow leaves { colour } } }",
    "query($s: Boolean = false) { nullableRows { id @include(if: $s) leaf @skip(if: $s) { number } } }",
    "query($s: Boolean = false) { nullableRows { id ...L2 @include(if: $s) leaf { id ... @skip(if: $s) { name } } } }",
    "{ nodes { id ... on Leaf { name number } } }",
    f"{{ one {{ {ALL} slow }} }}",
    "{ rows { __typename leaf { ...L ...L name } texts } }",
]
FRAGMENTS = {"...L ": " fragment L on Leaf { colour id name }", "...L2": " fragment L2 on Row { number }"}


@strawberry.enum
class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Leaf(Node):
    name: str
    number: int | None
    colour: Colour


@strawberry.type
class Row:
    id: int
    number: int | None
    ratio: float
    at: datetime
    key: UUID
    flag: bool
    colour: Colour | None
    texts: list[str]
    leaf: Leaf
    other: Leaf | None
    leaves: list[Leaf]
    others: list[Leaf | None] | None

    @strawberry.field
    async def slow(self) -> int:
        return self.id * 2

    @strawberry.field
    def broken(self) -> int | None:
        if self.id % 5 == 2:
            raise ValueError("broken")
        return 1


@strawberry.type
class Query:
    @strawberry.field
    async def rows(self, info: strawberry.Info) -> list[Row] | None:
        return info.context["rows"]  # type: ignore[no-any-return]

    @strawberry.field
    async def nullable_rows(self, info: strawberry.Info) -> list[Row | None]:
        return info.context["rows"]  # type: ignore[no-any-return]

    @strawberry.field
    def nodes(self, info: strawberry.Info) -> list[Node]:
        return [row.leaf for row in info.context["rows"] if isinstance(row.leaf, Leaf)]

    @strawberry.field
    def one(self, info: strawberry.Info) -> Row | None:
        return info.context["rows"][0]  # type: ignore[no-any-return]


class QuietSchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        return None


class Odd:
    """Mostly right values, now and then one that is not."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def maybe(self, value: Any, wrong: Sequence[Any]) -> Any:
        return self._random.choice(wrong) if self._random.random() < 0.05 else value

    def leaf(self) -> Any:
        return Leaf(
            id=self.maybe(strawberry.ID("x1"), [None, 7]),
            name=self.maybe("name", [None, 7, True, ValueError("e")]),
            number=self.maybe(3, [None, 2**40, "7", "x", True, 3.0]),
            colour=self.maybe(Colour.RED, [None, "r", "zzz"]),
        )

    def row(self, number: int) -> Any:
        return Row(
            id=self.maybe(number, [None, "9"]),
            number=self.maybe(1, [None, "x"]),
            ratio=self.maybe(1.5, [None, float("nan"), 3, "2.5", True]),
            at=self.maybe(datetime(2026, 1, 1, tzinfo=UTC), [None, "2026"]),
            key=self.maybe(UUID(int=5), [None, "x"]),
            flag=self.maybe(True, [None, 1, "yes"]),
            colour=self.maybe(Colour.BLUE, [None, "b", 1]),
            texts=self.maybe(["a"], [None, [1], [None], "text", ("a",)]),
            leaf=self.maybe(self.leaf(), [None, object()]),
            other=self.maybe(self.leaf(), [None, 5]),
            leaves=self.maybe([self.leaf(), self.leaf()], [None, (self.leaf(),), [None], iter([])]),
            others=self.maybe([self.leaf(), None], [None, [object()]]),
        )

    def rows(self) -> list[Any]:
        return [self.row(number) for number in range(self._random.randint(1, 5))]


PLAIN = QuietSchema(Query)
COMPILED = QuietSchema(Query, extensions=[lambda: ParserCache(maxsize=50)], execution_context_class=CompilingExecutor)


async def shown(schema: strawberry.Schema, query: str, seed: int) -> tuple[bytes, list[str]]:
    """Data as clients get them, and errors. The rows are made anew, because some of them can be read only once."""
    variables = {"s": seed % 2 == 0} if "$s" in query else None
    result = await schema.execute(query, variable_values=variables, context_value={"rows": Odd(seed).rows()})
    return orjson.dumps(result.data), sorted(str(error.formatted) for error in result.errors or ())


@pytest.mark.parametrize("query", QUERIES)
async def test_both_ways_show_the_same(query: str) -> None:
    text = query + "".join(fragment for spread, fragment in FRAGMENTS.items() if spread in f"{query} ")
    failed = 0
    for seed in range(ROUNDS // len(QUERIES)):
        plain, compiled = await shown(PLAIN, text, seed), await shown(COMPILED, text, seed)
        assert compiled == plain, (text, seed)
        failed += bool(plain[1])
    assert 0 < failed < ROUNDS // len(QUERIES)


async def test_plain_rows_are_read_by_what_was_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = 0
    real = executor.CompilingExecutor._compile

    def counting(self: CompilingExecutor, *args: Any) -> Any:
        nonlocal compiled
        compiled += 1
        return real(self, *args)

    monkeypatch.setattr(executor.CompilingExecutor, "_compile", counting)
    for seed in range(5):
        await shown(COMPILED, "{ rows { id number leaf { name } } }", seed)
    assert compiled <= len(("Query", "Row", "Leaf", "Leaf"))

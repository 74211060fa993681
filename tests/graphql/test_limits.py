"""What a document may be: its depth, aliases, tokens, cost; that it is prepared once; that none is slow to refuse."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query, validate

from core.bounded_cache import BoundedCache
from resolvers.policy import RULES
from schema import preparation
from tests.graphql.client import GraphQLClient

CHAIN = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(150))
DEEP_MESSAGES = "{ tickets(first: 100) { edges { node { messages(first: 100) { edges { node { id } } } } } } }"
SIZED = """query($first: Int!, $m: Int = 100) { tickets(first: $first) { edges { node {
    messages(first: $m) { edges { node { id } } } } } } }"""


def nested(depth: int) -> str:
    return "{ ticket(id: 1) " + "{ lastMessage " * depth + "{ id } " + "}" * (depth + 1)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param(nested(13), "QUERY_TOO_COMPLEX", id="depth"),
        pytest.param(nested(150), "QUERY_TOO_COMPLEX", id="great depth"),
        pytest.param("{ a" * 5000, "GRAPHQL_PARSE_FAILED", id="depth of any size"),
        pytest.param("{" * 100_000, "GRAPHQL_PARSE_FAILED", id="only braces"),
        pytest.param("{ ask(question: " + "[" * 900 + "]" * 900 + ") { model } }", "GRAPHQL_PARSE_FAILED", id="lists"),
        pytest.param("{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}", "QUERY_TOO_COMPLEX", id="aliases"),
        pytest.param("{" + "__typename " * 2001 + "}", "GRAPHQL_PARSE_FAILED", id="tokens"),
        pytest.param("#\n" * 2000 + "{ __typename }", "GRAPHQL_PARSE_FAILED", id="comments"),
        pytest.param(DEEP_MESSAGES, "QUERY_TOO_COMPLEX", id="cost"),
        pytest.param("{ ...F0 } " + CHAIN + "fragment F150 on Query { __typename }", "QUERY_TOO_COMPLEX", id="chain"),
        pytest.param("{" + "...{ tickets { edges { cursor } } }" * 100 + "}", "QUERY_TOO_COMPLEX", id="objects"),
        pytest.param("{ ...A } fragment A on Query { ...A }", "GRAPHQL_VALIDATION_FAILED", id="cycle"),
        pytest.param("{ ...Nobody }", "GRAPHQL_VALIDATION_FAILED", id="unknown fragment"),
        pytest.param("{ __typename @skip(if: true) @skip(if: true) }", "GRAPHQL_VALIDATION_FAILED", id="directives"),
        pytest.param("{ __typename " + "@a" * 900 + "}", "GRAPHQL_VALIDATION_FAILED", id="unknown directives"),
        pytest.param(
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
            "GRAPHQL_VALIDATION_FAILED",
            id="deep introspection",
        ),
    ],
)
async def test_a_document_beyond_the_limits_is_refused(anonymous: GraphQLClient, query: str, code: str) -> None:
    started = time.perf_counter()
    assert await anonymous.code(query) == code
    assert time.perf_counter() - started < 2


async def test_ten_levels_of_a_real_question_are_fine(customer: GraphQLClient) -> None:
    await customer(
        "{ tickets { edges { node { messages { edges { node { citations { source } author { id } } } } } } } }"
    )


async def test_fields_that_overlap_without_end_are_refused_or_quick(anonymous: GraphQLClient) -> None:
    """Merging of overlapping fields is quadratic in graphql-core: the limit on tokens bounds it."""
    selection = " ".join("... on Query { ticket(id: 1) { id } }" for _ in range(60))
    started = time.perf_counter()
    assert await anonymous.code("{" + selection + "}") == "UNAUTHORIZED"
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"first": 20, "m": 20}, None),
        ({"first": 100, "m": 100}, "QUERY_TOO_COMPLEX"),
        ({"first": 100}, "QUERY_TOO_COMPLEX"),
        ({"first": 2}, None),
    ],
)
async def test_the_cost_counts_the_sizes_that_variables_give(
    customer: GraphQLClient, variables: dict[str, Any], code: str | None
) -> None:
    assert await customer.code(SIZED, **variables) == code


async def test_a_document_is_validated_once(customer: GraphQLClient, monkeypatch: pytest.MonkeyPatch) -> None:
    validated = 0
    real = validate

    def counting(*arguments: Any, **options: Any) -> Any:
        nonlocal validated
        validated += 1
        return real(*arguments, **options)

    monkeypatch.setattr(preparation, "validate", counting)
    query = "query Once($id: ID!) { ticket(id: $id) { id } }"
    for number in range(5):
        assert await customer.code(query, id=str(number + 10**12)) == "NOT_FOUND"
    assert validated == 1


async def test_a_long_document_is_not_kept(customer: GraphQLClient) -> None:
    await customer("{ __typename }" + " " * preparation.LONGEST_KEPT)
    assert all(len(text) <= preparation.LONGEST_KEPT for text in preparation._prepared._values)


async def test_introspection_is_open_but_in_production(
    anonymous: GraphQLClient, customer: GraphQLClient, override: Any
) -> None:
    query = get_introspection_query()
    assert (await anonymous(query))["__schema"]
    with override(OPORA_ENV="production"):
        assert await anonymous.code(query) == "UNAUTHORIZED"
        assert await anonymous.code('{ x: __type(name: "User") { name } }') == "UNAUTHORIZED"
        assert (await anonymous("{ __typename }")) == {"__typename": "Query"}
        assert (await customer(query))["__schema"]


async def test_names_are_suggested_to_strangers_in_development_only(anonymous: GraphQLClient, override: Any) -> None:
    async def told() -> str:
        return str((await anonymous.post("{ meee { id } }")).json()["errors"][0]["message"])

    assert "Did you mean" in await told()
    with override(OPORA_ENV="production"):
        assert await told() == "Cannot query field 'meee' on type 'Query'."


async def test_limits_are_settings(customer: GraphQLClient, override: Any) -> None:
    with override(OPORA_GRAPHQL_MAX_DEPTH="2"):
        assert await customer.code("{ tickets { edges { node { title } } } }") == "QUERY_TOO_COMPLEX"


def test_the_cache_forgets_what_was_used_longest_ago() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)


@pytest.mark.parametrize(
    "name",
    [
        "start_sign_in",
        "finish_sign_in",
        "create_sign_in_provider",
        "update_sign_in_provider",
        "test_webhook_endpoint",
        "replay_webhook_delivery",
        "replay_webhook_deliveries",
        "send_test_mail",
    ],
)
def test_what_has_us_call_others_is_counted(name: str) -> None:
    assert RULES[name].value.bucket is not None

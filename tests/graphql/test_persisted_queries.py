"""Documents that are named by their hash: sent once, found afterwards, over POST and GET; limits hold as ever."""

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from app import persisted_queries
from tests.graphql.client import GraphQLClient

TYPENAME = "{ __typename }"
DELETE = "mutation { deleteTicket(id: 1) { id } }"
GRAPHQL_JSON = "application/graphql-response+json"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    persisted_queries._kept.clear()
    yield
    persisted_queries._kept.clear()


def named(query: str, **more: Any) -> dict[str, Any]:
    digest = hashlib.sha256(query.encode()).hexdigest()
    return {"persistedQuery": {"version": 1, "sha256Hash": digest, **more}}


async def asked(by: GraphQLClient, query: str | None, extensions: Any, **headers: str) -> httpx.Response:
    body = {"query": query, "extensions": extensions}
    return await by.client.post("/graphql", json=body, headers={**by.headers, **headers})


async def registered(by: GraphQLClient, query: str) -> None:
    response = await asked(by, query, named(query))
    assert response.status_code == 200, response.text


def code(response: httpx.Response) -> str:
    assert "data" not in response.json()
    return str(response.json()["errors"][0]["extensions"]["code"])


async def test_a_document_is_sent_once(anonymous: GraphQLClient) -> None:
    response = await asked(anonymous, None, named(TYPENAME))
    assert response.status_code == 200
    assert response.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code(response) == "PERSISTED_QUERY_NOT_FOUND"
    await registered(anonymous, TYPENAME)
    assert (await asked(anonymous, None, named(TYPENAME))).json() == {"data": {"__typename": "Query"}}


async def test_a_get_finds_it_too(anonymous: GraphQLClient) -> None:
    await registered(anonymous, TYPENAME)
    query = {"extensions": orjson.dumps(named(TYPENAME)).decode()}
    response = await anonymous.client.get("/graphql", params=query, headers={"accept": "application/json"})
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_variables_are_sent_each_time(customer: GraphQLClient) -> None:
    query = "query($first: Int!) { tickets(first: $first) { edges { cursor } } }"
    first = await asked(customer, query, named(query))
    assert code(first) == "GRAPHQL_VALIDATION_FAILED"
    body = {"extensions": named(query), "variables": {"first": 1}}
    response = await customer.client.post("/graphql", json=body, headers=customer.headers)
    assert response.json() == {"data": {"tickets": {"edges": []}}}


async def test_the_hash_has_to_be_that_of_the_document(anonymous: GraphQLClient) -> None:
    response = await asked(anonymous, TYPENAME, named("{ me { id } }"))
    assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_MISMATCH")
    assert code(await asked(anonymous, None, named("{ me { id } }"))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "extensions", [named(TYPENAME, version=2), named(TYPENAME, sha256Hash="x"), {"persistedQuery": "x"}]
)
async def test_another_protocol_is_not_supported(anonymous: GraphQLClient, extensions: Any) -> None:
    for query in (None, TYPENAME):
        assert code(await asked(anonymous, query, extensions)) == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_the_newer_media_type_has_a_status_for_it(anonymous: GraphQLClient) -> None:
    assert (await asked(anonymous, None, named(TYPENAME), accept=GRAPHQL_JSON)).status_code == 400


async def test_what_is_refused_is_not_kept(anonymous: GraphQLClient) -> None:
    for query in ("{ nothing }", "{", f"{{ {' '.join(f'a{n}: __typename' for n in range(500))} }}"):
        assert (await asked(anonymous, query, named(query))).status_code in (200, 400)
        assert code(await asked(anonymous, None, named(query))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_hash_gives_nobody_rights(admin: GraphQLClient, anonymous: GraphQLClient) -> None:
    await registered(admin, DELETE)
    response = await asked(anonymous, None, named(DELETE))
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"
    query = {"extensions": orjson.dumps(named(DELETE)).decode()}
    by_get = await admin.client.get("/graphql", params=query, headers={**admin.headers, "accept": "application/json"})
    assert by_get.status_code == 405


async def test_memory_is_bounded(anonymous: GraphQLClient) -> None:
    long = f"{TYPENAME} #{'x' * persisted_queries.LONGEST}"
    await registered(anonymous, long)
    assert code(await asked(anonymous, None, named(long))) == "PERSISTED_QUERY_NOT_FOUND"
    for number in range(1_001):
        persisted_queries.keep(f"{{ a{number}: __typename }}")
    assert len(persisted_queries._kept._values) == 1_000

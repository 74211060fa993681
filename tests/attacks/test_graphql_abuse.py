"""Documents that would cost much or open what is shut, through every door that takes one.

Each limit by itself is tested in tests/graphql/test_limits.py, the socket's manners in test_socket_protocol.py, hashes
of documents in test_persisted_queries.py.
"""

import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed

from core.actor import Role
from tests.attacks.test_guessing import from_address, limited
from tests.fixtures.application import bearer, client_of
from tests.fixtures.listening import listening
from tests.fixtures.people import new_tenant, new_user, sign_in
from tests.graphql.socket_client import graphql_socket

ABUSES = {
    "depth": "{ ticket(id: 1) " + "{ lastMessage " * 13 + "{ id } " + "}" * 14,
    "aliases": "{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}",
    "cost": "{ tickets(first: 100) { edges { node { messages(first: 100) { edges { node { id } } } } } } }",
    "cycle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "directives": "{ __typename " + "@include(if: true) " * 400 + "}",
    "fragments without end": "{ ...F0 } "
    + "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(90))
    + "fragment F90 on Query { __typename }",
    "tokens": "{" + "__typename " * 3000 + "}",
    "an unclosed document": "{ tickets { edges {" * 500,
}
REFUSALS = ("QUERY_TOO_COMPLEX", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")
Ask = Callable[["Doors", str], Awaitable[str]]


class Doors:
    """A client that is signed in, and the same API as it is served."""

    def __init__(self, client: httpx.AsyncClient, host: str, token: str) -> None:
        self.client = client
        self.host = host
        self.token = token

    async def post(self, query: str, **headers: str) -> str:
        named = bearer(self.token) | headers
        return (await self.client.post("/graphql", json={"query": query}, headers=named)).text

    async def get(self, query: str) -> str:
        return (await self.client.get("/graphql", params={"query": query}, headers=bearer(self.token))).text

    async def hashed(self, query: str) -> str:
        named = {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}
        body = {"query": query, "extensions": {"persistedQuery": named}}
        return (await self.client.post("/graphql", json=body, headers=bearer(self.token))).text

    async def streamed(self, query: str) -> str:
        return await self.post(query, accept="text/event-stream")

    async def by_socket(self, query: str) -> str:
        async with graphql_socket(f"ws://{self.host}/graphql") as socket:
            await socket.init(self.token or None)
            await socket.subscribe("1", query)
            return json.dumps(await socket.next())


DOORS: Mapping[str, Ask] = {
    "POST": Doors.post,
    "GET": Doors.get,
    "hash": Doors.hashed,
    "event stream": Doors.streamed,
    "socket": Doors.by_socket,
}


@pytest.fixture(scope="module")
async def host(application: Starlette) -> AsyncIterator[str]:
    async with listening(application) as address:
        yield address


@pytest.fixture(scope="module")
async def doors(application: Starlette, host: str) -> AsyncIterator[Doors]:
    token = await sign_in(await new_user(await new_tenant(), Role.ADMIN), "graphql")
    async with client_of(application) as client:
        yield Doors(client, host, token)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("abuse", ABUSES)
async def test_a_costly_document_is_refused_soon_by_every_door(door: str, abuse: str, doors: Doors) -> None:
    started = time.process_time()
    answer = await DOORS[door](doors, ABUSES[abuse])
    assert any(code in answer for code in REFUSALS), answer[:300]
    assert time.process_time() - started < 1


@pytest.mark.parametrize("door", DOORS)
async def test_introspection_is_shut_to_strangers_in_production_by_every_door(
    door: str, doors: Doors, override: Any
) -> None:
    stranger = Doors(doors.client, doors.host, "")
    with override(OPORA_ENV="production"):
        for query in (get_introspection_query(descriptions=False), "{ __schema { types { name } } }"):
            answer = await DOORS[door](stranger, query)
            assert "UNAUTHORIZED" in answer
            assert "createTicket" not in answer


async def test_batches_are_not_taken(doors: Doors) -> None:
    batch = [{"query": "{ __typename }"}] * 50
    response = await doors.client.post("/graphql", json=batch, headers=bearer(doors.token))
    assert (response.status_code, "Batches are not accepted" in response.text) == (400, True)


@pytest.mark.parametrize(
    "variables",
    [
        {"input": {"title": "x" * 2_000_000}},
        {"input": {"title": "x"}, "more": [[[]]] * 300_000},
        {"input": json.loads("[" * 500 + "]" * 500)},
        {"input": {"title": 10**400}},
        {"input": {f"field{n}": n for n in range(20_000)}},
        {f"variable{n}": n for n in range(50_000)},
    ],
    ids=["long", "broad", "deep", "great", "many fields", "many"],
)
async def test_huge_variables_are_refused_soon(variables: dict[str, Any], doors: Doors) -> None:
    query = "mutation($input: CreateTicketInput!) { createTicket(input: $input) { id } }"
    started = time.process_time()
    body = {"query": query, "variables": variables}
    response = await doors.client.post("/graphql", json=body, headers=bearer(doors.token))
    assert "errors" in response.json()
    assert len(response.content) < 20_000
    assert time.process_time() - started < 2


async def test_aliases_make_no_more_guesses_than_requests_do(override: Any) -> None:
    one = 'login(input: {email: "nobody@example.com", password: "wrong"}) { accessToken }'
    query = "mutation { " + " ".join(f"g{n}: {one}" for n in range(20)) + " }"
    async with limited(override) as app, from_address(app, "2001:db8:400::1") as client:
        answer = (await client.post("/graphql", json={"query": query})).json()
    codes = [error["extensions"]["code"] for error in answer["errors"]]
    assert codes.count("RATE_LIMIT_EXCEEDED") >= 15


async def test_a_hash_cannot_be_made_to_mean_another_document(doors: Doors) -> None:
    harmless, harmful = "query Harmless { __typename }", "query Harmful { me { id email } }"
    digest = hashlib.sha256(harmless.encode()).hexdigest()
    named = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    for query in (harmful, f"{harmless} ", harmless.upper()):
        body = {"query": query, "extensions": named}
        refused = await doors.client.post("/graphql", json=body, headers=bearer(doors.token))
        assert "data" not in refused.json()
    await doors.hashed(harmless)
    known = await doors.client.post("/graphql", json={"extensions": named})
    assert known.json() == {"data": {"__typename": "Query"}}


async def test_a_frame_beyond_the_bound_closes_the_socket(doors: Doors) -> None:
    async with graphql_socket(f"ws://{doors.host}/graphql") as socket:
        await socket.init(doors.token)
        await socket.subscribe("1", "{ __typename }" + " " * 3_000_000)
        with pytest.raises(ConnectionClosed):
            await socket.receive()


async def test_operations_over_a_socket_are_counted_as_requests_are(override: Any) -> None:
    few = limited(override, OPORA_RATE_LIMIT_GRAPHQL_PER_MINUTE="5")
    token = await sign_in(await new_user(await new_tenant(), Role.ADMIN), "graphql")
    async with few as app, listening(app) as host, graphql_socket(f"ws://{host}/graphql") as socket:
        await socket.init(token)
        answers = []
        for n in range(12):
            await socket.subscribe(str(n), "{ me { id } }")
            answers.append(json.dumps(await socket.next(str(n))))
    assert "RATE_LIMIT_EXCEEDED" in answers[-1]
    assert sum("RATE_LIMIT_EXCEEDED" not in answer for answer in answers) <= 6

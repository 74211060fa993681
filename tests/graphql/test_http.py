"""GraphQL over HTTP: bodies, types, statuses, methods; the errors are JSON of the one shape, never a 500."""

from typing import Any

import httpx
import pytest

from core.refusals.transactions import Overtaken
from tests.graphql.client import GraphQLClient

GRAPHQL_JSON = "application/graphql-response+json"
QUERY = b'{"query": "{ __typename }"}'
SIZED = "query($first: Int!) { tickets(first: $first) { edges { cursor } } }"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


async def posted(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/graphql", content=body, headers={"content-type": "application/json", **named})


def code_of(response: httpx.Response) -> str:
    body = response.json()
    assert set(body) == {"errors"}
    return str(body["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"1",
        b'"{ __typename }"',
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 1}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "x"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "extensions": "x"}',
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001,
    ],
)
async def test_a_malformed_request_is_a_400(client: httpx.AsyncClient, body: bytes) -> None:
    for accept in ("application/json", GRAPHQL_JSON):
        response = await posted(client, body, accept=accept)
        assert response.status_code == 400
        assert code_of(response) == "BAD_REQUEST"


async def test_a_nul_is_refused_wherever_it_stands(customer: GraphQLClient) -> None:
    create = "mutation($title: String!) { createTicket(input: {title: $title}) { id } }"
    assert await customer.code(create, title="a\0b") == "VALIDATION_ERROR"
    assert await customer.code('mutation { createTicket(input: {title: "a\\u0000b"}) { id } }') == "VALIDATION_ERROR"
    assert await customer.code('mutation { createTicket(input: {title: "a\\u{0}b"}) { id } }') == "VALIDATION_ERROR"
    assert (await customer("{ tickets { edges { cursor } } }"))["tickets"]["edges"] == []


async def test_variables_nested_too_deeply_are_refused(customer: GraphQLClient) -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    assert await customer.code("{ __typename }", unused=deep) == "VALIDATION_ERROR"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml"])
async def test_other_types_of_bodies_are_not_read(client: httpx.AsyncClient, content_type: str) -> None:
    response = await posted(client, QUERY, content_type=content_type)
    assert response.status_code == 415
    assert code_of(response) == "UNSUPPORTED_MEDIA_TYPE"


async def test_a_body_beyond_the_limit_is_a_413(client: httpx.AsyncClient) -> None:
    response = await posted(client, b'{"query": "' + b" " * 1_000_001 + b'"}')
    assert response.status_code == 413
    assert code_of(response) == "REQUEST_TOO_LARGE"


@pytest.mark.parametrize(
    ("accept", "shown"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, application/json;q=0.9", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.5, application/json", "application/json"),
        ("application/*", "application/json"),
    ],
)
async def test_the_answer_has_the_type_that_the_client_prefers(
    client: httpx.AsyncClient, accept: str, shown: str
) -> None:
    response = await posted(client, QUERY, accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{shown}; charset=utf-8"
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_client_that_accepts_neither_type_is_told(client: httpx.AsyncClient) -> None:
    response = await posted(client, QUERY, accept="text/csv")
    assert response.status_code == 406


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID!) { ticket(id: $id) { id } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        (SIZED, {"first": "x"}, "GRAPHQL_VALIDATION_FAILED"),
        (SIZED, {"first": 2**40}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_never_ran_is_a_400_for_those_who_know_the_new_type(
    anonymous: GraphQLClient, query: str, variables: dict[str, Any], code: str
) -> None:
    for accept, status in ((GRAPHQL_JSON, 400), ("application/json", 200)):
        response = await anonymous.post(query, variables, accept=accept)
        assert response.status_code == status
        assert code_of(response) == code


async def test_what_a_field_refuses_is_told_beside_the_others(anonymous: GraphQLClient) -> None:
    for accept in (GRAPHQL_JSON, "application/json"):
        response = await anonymous.post("{ __typename me { id } }", accept=accept)
        assert response.status_code == 200
        body = response.json()
        assert body["data"] == {"__typename": "Query", "me": None}
        assert body["errors"][0]["path"] == ["me"]
        assert body["errors"][0]["extensions"] == {"code": "UNAUTHORIZED"}


async def test_queries_may_be_asked_by_get_and_mutations_not(client: httpx.AsyncClient) -> None:
    asked = {"query": "query A($x: Boolean!) { __typename @include(if: $x) } query B { x: __typename }"}
    first = await client.get("/graphql", params={**asked, "operationName": "A", "variables": '{"x": true}'})
    assert (first.status_code, first.json()) == (200, {"data": {"__typename": "Query"}})
    second = await client.get("/graphql", params={**asked, "operationName": "B"})
    assert second.json() == {"data": {"x": "Query"}}
    for wrong in ({"variables": "{"}, {"variables": "[]"}, {"extensions": "1"}):
        assert (await client.get("/graphql", params={**asked, "operationName": "B", **wrong})).status_code == 400
    refused = await client.get("/graphql", params={"query": "mutation { logout { ok } }"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert (await client.get("/graphql")).status_code == 400


async def test_a_subscription_by_http_says_where_to_go(anonymous: GraphQLClient) -> None:
    response = await anonymous.post("subscription { inboxEvents { seq } }")
    assert response.status_code == 400
    assert "WebSocket" in response.json()["errors"][0]["message"]


async def test_an_unknown_operation_name_is_a_400(client: httpx.AsyncClient) -> None:
    response = await posted(client, b'{"query": "query A { __typename }", "operationName": "B"}')
    assert response.status_code == 400
    assert code_of(response) == "BAD_REQUEST"


async def test_a_browser_gets_graphiql(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"accept": BROWSER})
    assert page.headers["content-type"].startswith("text/html")
    assert "GraphiQL" in page.text
    answer = await client.get("/graphql", params={"query": "{ __typename }"}, headers={"accept": "application/json"})
    assert answer.json()["data"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_allowed(client: httpx.AsyncClient, method: str) -> None:
    assert (await client.request(method, "/graphql")).status_code == 405


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", "Bearer \xe9"])
async def test_a_wrong_token_bars_what_needs_one_and_nothing_else(
    client: httpx.AsyncClient, authorization: str
) -> None:
    headers = {b"content-type": b"application/json", b"authorization": authorization.encode("latin-1")}
    response = await client.post("/graphql", content=b'{"query": "{ __typename me { id } }"}', headers=headers)
    assert response.json()["data"] == {"__typename": "Query", "me": None}
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"


async def test_an_unexpected_error_is_shown_as_its_id_alone(
    customer: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("services.users.get_me", broken)
    monkeypatch.setattr("services.users.by_ids", broken)
    created = await customer('mutation { createTicket(input: {title: "x", autoRespond: false}) { id } }')
    ticket_id = created["createTicket"]["id"]
    await customer(f'mutation {{ addMessage(ticketId: {ticket_id}, input: {{text: "x"}}) {{ id }} }}')
    nested = "{ tickets { edges { node { messages { edges { node { author { id } } } } } } } }"
    for query in ("{ me { id } }", nested):
        response = await customer.post(query)
        assert response.status_code == 200
        error = response.json()["errors"][0]
        assert error["extensions"]["code"] == "INTERNAL_ERROR"
        assert error["message"] == f"Internal error {error['extensions']['errorId']}"
        assert "hunter2" not in response.text
        assert "Traceback" not in response.text


async def test_responses_are_never_cached(anonymous: GraphQLClient) -> None:
    assert (await anonymous.post("{ __typename }")).headers["cache-control"] == "no-store"


async def test_a_document_of_several_operations_says_which_to_name(client: httpx.AsyncClient) -> None:
    response = await posted(client, b'{"query": "query A { __typename } query B { __typename }"}')
    assert code_of(response) == "GRAPHQL_VALIDATION_FAILED"
    named = await posted(client, b'{"query": "query A { __typename } query B { __typename }", "operationName": "B"}')
    assert named.json() == {"data": {"__typename": "Query"}}


async def test_null_for_what_may_only_be_left_out_is_told_in_the_schemas_words(customer: GraphQLClient) -> None:
    response = await customer.post('mutation { updateTicket(id: "1", input: {title: null}) { id } }')
    (error,) = response.json()["errors"]
    assert error["message"] == "title must not be null"
    assert error["extensions"] == {"code": "VALIDATION_ERROR", "field": "title"}


async def test_what_nothing_ran_for_says_when_to_ask_again(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def undone(self: object) -> None:
        raise Overtaken

    monkeypatch.setattr("app.graphql.Context.authenticate", undone)
    response = await posted(client, QUERY)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryAfter": 1}

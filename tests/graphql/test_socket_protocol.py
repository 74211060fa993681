"""The WebSocket itself: who may open it, what it takes, when it closes."""

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from core.errors import Unavailable
from tests.graphql.client import GraphQLClient
from tests.graphql.socket_client import graphql_socket


async def test_anybody_may_connect_but_not_ask(live: str) -> None:
    async with graphql_socket(live) as socket:
        await socket.init()
        await socket.subscribe("1", "{ me { id } }")
        assert (await socket.next())["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"


async def test_the_handshakes_own_header_signs_in(live: str, customer: GraphQLClient) -> None:
    async with graphql_socket(live, Authorization=f"Bearer {customer.token}") as socket:
        await socket.init()
        await socket.subscribe("1", "{ me { id } }")
        assert (await socket.next())["data"]["me"]


@pytest.mark.parametrize("token", ["forged", "a.b.c", "é"])
async def test_a_wrong_token_closes_the_socket(live: str, token: str) -> None:
    async with graphql_socket(live) as socket:
        await socket.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert await socket.closed() == 4403


async def test_a_database_that_is_away_does_not_make_a_token_wrong(
    live: str, customer: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("The database does not answer")

    async with graphql_socket(live) as socket:
        with monkeypatch.context() as patched:
            patched.setattr("app.graphql_socket.actor_or_guest_of", away)
            await socket.init(customer.token)
        await socket.subscribe("1", "{ me { id } }")
        assert (await socket.next())["data"]["me"]


async def test_the_socket_closes_when_its_token_runs_out(
    live: str, customer: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.graphql_socket.SocketCaller.seconds_left", lambda self: 0.05)
    async with graphql_socket(live) as socket:
        await socket.init(customer.token)
        assert await socket.closed() == 4403


async def test_a_subscription_before_the_init_closes_the_socket(live: str) -> None:
    async with graphql_socket(live) as socket:
        await socket.subscribe("1", "{ __typename }")
        assert await socket.closed() == 4401


@pytest.mark.parametrize(
    "message",
    [
        "nonsense",
        "[]",
        "1",
        "null",
        json.dumps({"type": 7}),
        json.dumps({"type": "nobody knows"}),
        json.dumps({"type": "subscribe"}),
        json.dumps({"type": "subscribe", "id": 1, "payload": {"query": "{ me { id } }"}}),
        json.dumps({"type": "subscribe", "id": "1", "payload": "{ me { id } }"}),
        json.dumps({"type": "subscribe", "id": "1", "payload": {"query": 1}}),
        json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "{ me { id } }", "variables": []}}),
        json.dumps({"type": "complete"}),
    ],
)
async def test_a_malformed_message_closes_the_socket(live: str, message: str) -> None:
    async with graphql_socket(live) as socket:
        await socket.init()
        await socket.connection.send(message)
        assert await socket.closed() == 4400


async def test_a_page_of_another_site_may_not_connect(live: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with graphql_socket(live, Origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_pages_and_those_allowed_may_connect(live: str, override: Any) -> None:
    with override(OPORA_ALLOWED_ORIGINS="https://shop.example"):
        for origin in ("https://shop.example", live.replace("ws://", "http://").removesuffix("/graphql")):
            async with graphql_socket(live, Origin=origin) as socket:
                await socket.init()


async def test_errors_of_a_document_are_told_without_closing(live: str) -> None:
    async with graphql_socket(live) as socket:
        await socket.init()
        for number, (query, code) in enumerate(
            [
                ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
                ('{ ask(question: "\\u0000") { model } }', "VALIDATION_ERROR"),
            ]
        ):
            await socket.subscribe(str(number), query)
            assert (await socket.next(str(number)))["errors"][0]["extensions"]["code"] == code


async def test_an_unexpected_error_is_masked_over_the_socket(
    live: str, customer: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.users.get_me", _broken)
    async with graphql_socket(live) as socket:
        await socket.init(customer.token)
        await socket.subscribe("1", "{ me { id } }")
        (error,) = (await socket.next())["errors"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert error["message"] == f"Internal error {error['extensions']['errorId']}"


async def test_too_many_operations_at_once_are_refused(
    live: str, agent: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.graphql_socket.MOST_OPERATIONS", 2)
    async with graphql_socket(live) as socket:
        await socket.init(agent.token)
        for number in range(3):
            await socket.subscribe(str(number), "subscription { inboxEvents { seq } }")
        assert (await socket.next("2"))["errors"]
        await socket.send(id="0", type="complete")
        await asyncio.sleep(0)
        await socket.subscribe("3", "{ me { id } }")
        assert (await socket.next("3"))["data"]


async def _broken(*_: object) -> None:
    raise RuntimeError("select secret from vault")

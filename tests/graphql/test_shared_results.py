"""Subscriptions that share results: what shapes them keeps them apart, and each client has its own id around them."""

import asyncio
from typing import Any

import pytest

from schema.root import schema
from tests.graphql.client import GraphQLClient
from tests.graphql.socket_client import graphql_socket
from tests.graphql.test_tickets import opened, wrote

pytestmark = pytest.mark.usefixtures("live_events")

INBOX = "subscription($after: BigInt) { inboxEvents(after: $after) { __typename seq ticketId ticket { title } } }"
TICKET = """subscription($id: ID!, $after: BigInt, $texts: Boolean = true, $first: Int = 5) {
    ticketEvents(id: $id, after: $after) {
        seq ... on MessageAdded { message { text @include(if: $texts) author { email } } }
        ticket { messages(first: $first) { edges { node { text } } } } } }"""


class Counting:
    """The schema, as shared results are made with it; notes what each execution was for."""

    def __init__(self) -> None:
        self.items: list[Any] = []

    async def execute(self, query: str, variables: Any, context: Any, item: Any, *rest: Any, **more: Any) -> Any:
        self.items.append(item)
        return await schema.execute(query, variables, context, item, *rest, **more)


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What subscriptions were executed for, event by event."""
    counting = Counting()
    monkeypatch.setattr("app.graphql_looks.schema", counting)
    return counting.items


async def test_one_execution_serves_every_operator(
    live: str, customer: GraphQLClient, agent: GraphQLClient, executed: list[Any]
) -> None:
    ids = ["1", "1", 'quo"te', "юникод"]
    async with graphql_socket(live) as one, graphql_socket(live) as two:
        for socket in (one, two):
            await socket.init(agent.token)
        sockets = [one, two, one, two]
        for number, (socket, name) in enumerate(zip(sockets, ids, strict=True)):
            await socket.subscribe(name, INBOX, **({"after": 0} if number % 2 else {"after": None}))
        await asyncio.sleep(0.5)
        executed.clear()
        ticket_id = await opened(customer, "Shared")
        for socket, name in zip(sockets, ids, strict=True):
            event = (await socket.next(name))["data"]["inboxEvents"]
            assert (event["seq"], event["ticketId"], event["ticket"]["title"]) == (1, ticket_id, "Shared")
    assert len(executed) == 1


async def test_variables_that_shape_results_keep_them_apart(
    live: str, customer: GraphQLClient, agent: GraphQLClient
) -> None:
    ticket_id = await opened(customer)
    async with graphql_socket(live) as socket:
        await socket.init(agent.token)
        for name, chosen in (("a", {}), ("b", {"texts": False}), ("c", {"first": 1})):
            await socket.subscribe(name, TICKET, id=ticket_id, after=1, **chosen)
        await asyncio.sleep(0.5)
        await wrote(customer, ticket_id, "One")
        await wrote(customer, ticket_id, "Two")
        results = {name: [(await socket.next(name))["data"]["ticketEvents"] for _ in range(2)] for name in "abc"}
    assert [each["message"]["text"] for each in results["a"]] == ["One", "Two"]
    assert all("text" not in each["message"] for each in results["b"])
    assert [len(each[1]["ticket"]["messages"]["edges"]) for each in (results["a"], results["c"])] == [2, 1]


async def test_customers_and_staff_each_see_their_own(live: str, customer: GraphQLClient, agent: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    async with graphql_socket(live) as theirs, graphql_socket(live) as ours:
        for socket, client in ((theirs, customer), (ours, agent)):
            await socket.init(client.token)
            await socket.subscribe("1", TICKET, id=ticket_id, after=1)
        await asyncio.sleep(0.5)
        await wrote(agent, ticket_id, "A note", internal=True)
        await wrote(agent, ticket_id, "Hello")
        shown = [(await ours.next())["data"]["ticketEvents"] for _ in range(2)]
        seen = (await theirs.next())["data"]["ticketEvents"]
    assert [each["message"]["text"] for each in shown] == ["A note", "Hello"]
    assert shown[1]["message"]["author"]["email"] is not None
    assert (seen["message"]["text"], seen["message"]["author"]["email"]) == ("Hello", None)
    assert [edge["node"]["text"] for edge in seen["ticket"]["messages"]["edges"]] == ["Hello"]


async def test_an_operation_that_is_completed_gets_nothing_more(
    live: str, customer: GraphQLClient, agent: GraphQLClient
) -> None:
    async with graphql_socket(live) as socket:
        await socket.init(agent.token)
        for name in ("1", "2"):
            await socket.subscribe(name, INBOX)
        await asyncio.sleep(0.5)
        await socket.send(id="1", type="complete")
        await asyncio.sleep(0.2)
        await opened(customer)
        assert (await socket.next("2"))["data"]["inboxEvents"]["seq"] == 1
        assert not socket._kept

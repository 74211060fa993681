"""What the dialect says of figures and typing, said by GraphQL first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from core.actor import Role
from models.tickets import TicketStatus
from services import tickets
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.conftest import live  # noqa: F401  # a fixture
from tests.graphql.socket_client import graphql_socket
from tests.telegram_dialect.desk import Desk

DASHBOARD = """{ dashboard { total byStatus { status count } response { count averageHours medianHours }
    categories { category { name } count percentage } helpers { helper { fullName email } ticketsHandled } } }"""
PERIOD = """query($from: DateTime, $to: DateTime, $category: ID) {
    ticketStatistics(from: $from, to: $to, categoryId: $category) { start end created resolved
    byPriority { priority count } days { day created resolved } resolution { count } response { medianHours } } }"""
SET_TYPING = "mutation($id: ID!) { setTyping(ticketId: $id, isTyping: true) { isTyping } }"
TYPING = "subscription($id: ID!) { typing(ticketId: $id) { isTyping user { fullName } } }"
CHANGED = """subscription($id: ID!) { ticketEvents(id: $id, after: 0) {
    ... on TicketStatusChanged { status changedBy { fullName } } } }"""


def client_of(desk: Desk, client: httpx.AsyncClient, role: Role) -> GraphQLClient:
    return GraphQLClient(client, desk.tokens[role])


async def test_the_dashboard(desk: Desk, client: httpx.AsyncClient) -> None:
    await desk.say(Role.AGENT, "Здравствуйте")
    found = (await client_of(desk, client, Role.AGENT)(DASHBOARD))["dashboard"]
    assert (found["total"], found["response"]["count"]) == (1, 1)
    assert {row["status"]: row["count"] for row in found["byStatus"]}["OPEN"] == 1
    assert [row["percentage"] for row in found["categories"] if row["category"]["name"] == "Оплата"] == [100]
    assert found["helpers"][0]["ticketsHandled"] == 1


async def test_a_period(desk: Desk, client: httpx.AsyncClient) -> None:
    agent = client_of(desk, client, Role.AGENT)
    found = (await agent(PERIOD, category=str(desk.category.id)))["ticketStatistics"]
    assert (found["created"], found["resolved"], len(found["days"])) == (1, 0, 31)
    with pytest.raises(Refused) as refused:
        await agent(PERIOD, **{"from": "2024-02-01T00:00:00Z", "to": "2024-01-01T00:00:00Z"})
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", "from")
    assert await agent.code(PERIOD, category=str(2**60)) == "NOT_FOUND"


@asynccontextmanager
async def subscribed(address: str, desk: Desk, role: Role, query: str) -> AsyncIterator[Any]:
    async with graphql_socket(address) as socket:
        await socket.init(desk.tokens[role])
        await socket.subscribe("1", query, id=str(desk.ticket.id))
        yield socket


@pytest.mark.usefixtures("live_events")
async def test_typing(desk: Desk, client: httpx.AsyncClient, live: str) -> None:  # noqa: F811
    agent = client_of(desk, client, Role.AGENT)
    async with subscribed(live, desk, Role.USER, TYPING) as socket:
        payload = None
        while payload is None:
            await agent(SET_TYPING, id=str(desk.ticket.id))
            try:
                async with asyncio.timeout(0.3):
                    payload = await socket.next()
            except TimeoutError:
                continue
    assert payload["data"]["typing"] == {
        "isTyping": True, "user": {"fullName": desk.people[Role.AGENT].full_name},
    }  # fmt: skip


async def test_nobody_types_in_anothers_ticket(desk: Desk, other_desk: Desk, client: httpx.AsyncClient) -> None:
    theirs = await desk.ticket_of_stranger()
    customer = client_of(desk, client, Role.USER)
    assert await customer.code(SET_TYPING, id=str(theirs.id)) == "FORBIDDEN"
    assert await customer.code(SET_TYPING, id=str(other_desk.ticket.id)) == "NOT_FOUND"


@pytest.mark.usefixtures("live_events")
async def test_who_moved_a_ticket(desk: Desk, application: Starlette, live: str) -> None:  # noqa: F811
    async with unit_of_work(actor_of(desk.people[Role.AGENT])) as uow:
        await tickets.update(uow, desk.ticket.id, TicketChanges(status=TicketStatus.RESOLVED))
    async with subscribed(live, desk, Role.USER, CHANGED) as socket:
        while not (event := (await socket.next())["data"]["ticketEvents"]):
            continue
    assert event == {"status": "RESOLVED", "changedBy": {"fullName": desk.people[Role.AGENT].full_name}}

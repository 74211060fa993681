"""Another tenant's topics, by every door that leads to one: sockets, event streams, and the rule behind them all.

Subscriptions of GraphQL are tried by construction in tests/graphql/test_isolation.py.
"""

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

import core.facts
from core.actor import Actor, Role
from core.errors import Forbidden, NotFound
from models.tenants import DEFAULT_TENANT_ID
from realtime.topics import INSTALLATION, authorise
from services import guests
from tests.doubles.websocket import WebSocketClosed, WebSocketSession
from tests.fixtures.application import bearer, client_of
from tests.fixtures.dialogs import new_site
from tests.fixtures.people import actor_of, new_tenant, new_user, sign_in
from tests.graphql.world import MARK, World, make_world

TOPICS: Mapping[str, Callable[[World], int]] = {
    "core.events.ticket_topic": lambda world: world.ticket.id,
    "core.events.queue_topic": lambda world: world.tenant.id,
    "core.events.user_topic": lambda world: world.customer.id,
    "core.events.own_tickets_topic": lambda world: world.customer.id,
    "core.facts.chatbot.chatbot_topic": lambda world: world.tenant.id,
    "core.facts.chatbot.own_chatbot_topic": lambda world: world.customer.id,
    "core.facts.dialogs.dialog_topic": lambda world: world.dialog.id,
    "core.facts.dialogs.dialogs_topic": lambda world: world.tenant.id,
    "core.facts.documents.documents_topic": lambda world: world.tenant.id,
    "core.facts.leads.leads_topic": lambda world: world.tenant.id,
    "core.facts.monitoring.monitoring_topic": lambda world: world.tenant.id,
    "core.facts.payments.billing_topic": lambda world: world.tenant.id,
}
"""Every kind of topic, and whose it is in the other tenant."""
SOCKETS: Mapping[str, Callable[[World], str]] = {
    "/v1/ws/{ticket_id:int}": lambda world: f"/v1/ws/{world.ticket.id}",
    "/ws/tickets/{ticket_id}": lambda world: f"/ws/tickets/{world.ticket.public_id}",
    "/ws/dialogs/{dialog_id}": lambda world: f"/ws/dialogs/{world.dialog.id}",
}
OWN_TOPICS_ALONE = {
    "/ws": "names no topic: the caller's own",
    "/graphql": "tests/graphql/test_isolation.py",
}


def topics() -> Iterator[tuple[str, Callable[[int], str]]]:
    """Every function of the core that names a topic."""
    modules = ["core.events", *(f"core.facts.{found.name}" for found in pkgutil.iter_modules(core.facts.__path__))]
    for name in modules:
        for function_name, function in inspect.getmembers(importlib.import_module(name), inspect.isfunction):
            if function_name.endswith("_topic") and function.__module__ == name:
                yield f"{name}.{function_name}", function


@pytest.fixture(scope="module")
async def theirs(database: None) -> World:
    return await make_world(await new_tenant(name=MARK), new_user)


@pytest.fixture(scope="module")
async def tokens(database: None) -> dict[Role, str]:
    """Of everybody in a tenant of the attackers' own."""
    ours = await new_tenant()
    return {role: await sign_in(await new_user(ours, role), "replyx") for role in Role}


@pytest.fixture(scope="module")
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application) as client:
        yield client


def test_every_kind_of_topic_has_its_case() -> None:
    assert {name for name, _ in topics()} == TOPICS.keys()


@pytest.mark.parametrize("name", TOPICS)
async def test_nobody_watches_a_topic_of_another_tenant(name: str, theirs: World) -> None:
    topic = dict(topics())[name](TOPICS[name](theirs))
    tenant = await new_tenant()
    for role in Role:
        with pytest.raises((NotFound, Forbidden)):
            await authorise(actor_of(await new_user(tenant, role)), topic)


async def test_the_one_topic_that_all_staff_share_is_of_no_tenant() -> None:
    customer, agent = (Actor(DEFAULT_TENANT_ID + 1, role, 7) for role in (Role.USER, Role.AGENT))
    await authorise(agent, INSTALLATION)
    with pytest.raises(Forbidden):
        await authorise(customer, INSTALLATION)


@pytest.mark.parametrize(
    "topic",
    ["", "ticket:", "ticket:0", "ticket:1 ", "ticket:1\n", "ticket:*", "tenant:1:", "user:1:x", "ticket:１", "*"],
)
async def test_what_is_no_topic_is_not_there(topic: str) -> None:
    with pytest.raises(NotFound):
        await authorise(Actor(1, Role.SUPERADMIN, 1), topic)


def test_every_socket_has_its_case(application: Starlette) -> None:
    paths = {route.path for route in application.routes if isinstance(route, WebSocketRoute)}
    assert paths == SOCKETS.keys() | OWN_TOPICS_ALONE.keys()


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize("role", Role)
async def test_a_socket_on_what_is_another_tenants_closes_without_a_word(
    path: str, role: Role, theirs: World, tokens: Mapping[Role, str], application: Starlette
) -> None:
    heard, code = await heard_of(application, f"{SOCKETS[path](theirs)}?token={tokens[role]}")
    assert 4400 <= code < 4500
    assert MARK not in str(heard)


async def heard_of(application: Starlette, address: str) -> tuple[list[Any], int]:
    """What a socket says until it closes, and the code that it closes with."""
    heard = []
    try:
        async with WebSocketSession(application, address) as socket:
            while True:
                heard.append(await socket.receive_json())
    except WebSocketClosed as closed:
        return heard, closed.code


@pytest.mark.parametrize("role", [None, *Role])
async def test_an_event_stream_of_another_tenants_dialog_is_not_there(
    role: Role | None, theirs: World, tokens: Mapping[Role, str], client: httpx.AsyncClient
) -> None:
    headers = {} if role is None else bearer(tokens[role])
    response = await client.get(f"/api/dialogs/{theirs.dialog.id}/events", headers=headers)
    assert (response.status_code in (401, 403, 404), MARK in response.text) == (True, False)


@pytest.mark.parametrize(
    "field",
    ["ticketEvents(id: {ticket})", "typing(ticketId: {ticket})", "answerStream(ticketId: {ticket})"],
)
async def test_a_graphql_event_stream_of_another_tenant_tells_nothing(
    field: str, theirs: World, tokens: Mapping[Role, str], client: httpx.AsyncClient
) -> None:
    query = "subscription { " + field.format(ticket=theirs.ticket.id) + " { __typename } }"
    headers = bearer(tokens[Role.ADMIN]) | {"accept": "text/event-stream"}
    response = await client.post("/graphql", json={"query": query}, headers=headers)
    assert "NOT_FOUND" in response.text
    assert MARK not in response.text


async def test_a_guest_of_another_site_watches_no_dialog(theirs: World, application: Starlette) -> None:
    token = guests.token_of(await (await new_site()).guest()).token
    heard, code = await heard_of(application, f"/ws/dialogs/{theirs.dialog.id}?token={token}")
    assert 4400 <= code < 4500
    assert MARK not in str(heard)

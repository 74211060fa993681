"""A ticket's message that its writer numbered: sent again, by whatever way, it is the message that it was."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from core.actor import Role
from models.tenants import Tenant
from models.users import User
from tests.fixtures.people import MakeUser, TokenFor
from tests.graphql.client import GraphQLClient, Refused

_TICKET = 'mutation { createTicket(input: {title: "No sound", autoRespond: false}) { id } }'
_SAY = """mutation($id: ID!, $text: String!, $number: UUID) {
    addMessage(ticketId: $id, input: {text: $text, clientId: $number, autoRespond: false}) { id text clientId } }"""
_READ = "query($id: ID!) { ticket(id: $id) { messages { edges { node { id text } } } } }"


@pytest.fixture
async def customer(client: httpx.AsyncClient, person: User, token_for: TokenFor) -> GraphQLClient:
    return GraphQLClient(client, await token_for(person, "graphql"))


async def said(customer: GraphQLClient, ticket: str) -> list[str]:
    edges = (await customer(_READ, id=ticket))["ticket"]["messages"]["edges"]
    return [edge["node"]["text"] for edge in edges]


async def test_a_message_that_is_sent_again_is_the_one_that_is_there(customer: GraphQLClient) -> None:
    ticket = (await customer(_TICKET))["createTicket"]["id"]
    given: dict[str, Any] = {"id": ticket, "text": "Hello", "number": str(uuid4())}
    first, again = [(await customer(_SAY, **given))["addMessage"] for _ in range(2)]
    assert first == again
    assert first["clientId"] == given["number"]
    assert (await said(customer, ticket)).count("Hello") == 1


async def test_without_a_number_it_is_another_message(customer: GraphQLClient) -> None:
    ticket = (await customer(_TICKET))["createTicket"]["id"]
    for _ in range(2):
        await customer(_SAY, id=ticket, text="Hello", number=None)
    assert (await said(customer, ticket)).count("Hello") == 2


async def test_a_number_is_its_writers_own(
    customer: GraphQLClient, client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, token_for: TokenFor
) -> None:
    agent = GraphQLClient(client, await token_for(await make_user(tenant, Role.AGENT), "graphql"))
    ticket, number = (await customer(_TICKET))["createTicket"]["id"], str(uuid4())
    await customer(_SAY, id=ticket, text="Hello", number=number)
    with pytest.raises(Refused) as refused:
        await agent(_SAY, id=ticket, text="Good day", number=number)
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", "clientId")
    assert (await said(customer, ticket)).count("Good day") == 0

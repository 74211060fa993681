"""The chatbot in GraphQL, beside what tests/chatbot lives through: keeping entries, errors, watching."""

from typing import Any

import pytest

from core.actor import Role, system_actor
from models.chatbot import ChatbotExchange, Faq
from models.tenants import Tenant
from models.users import User
from services import chatbot
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.conftest import SignIn
from tests.graphql.socket_client import graphql_socket

CREATE = """mutation($input: CreateFaqInput!) { createFaq(input: $input) { id question answer category tags } }"""
UPDATE = """mutation($id: ID!, $input: UpdateFaqInput!) { updateFaq(id: $id, input: $input) {
    question answer category tags isActive } }"""
DELETE = "mutation($id: ID!) { deleteFaq(id: $id) { id } }"
LIST = """query($first: Int!, $after: String, $filter: FaqFilter) {
    faqs(first: $first, after: $after, filter: $filter) {
        edges { cursor node { question } } pageInfo { hasNextPage endCursor } } }"""
ASK = "mutation($input: AskChatbotInput!) { askChatbot(input: $input) { sessionId exchangeId } }"
WATCH = """subscription($after: BigInt) { chatbotEvents(after: $after) {
    seq sessionId userId message { authorKind text citations { source } } } }"""
DOOR = {"question": "Where is the secret door?", "answer": "Behind the shelf.", "category": "Doors", "tags": ["door"]}


async def test_an_entry_is_kept(agent: GraphQLClient) -> None:
    created = (await agent(CREATE, input=DOOR))["createFaq"]
    assert {name: created[name] for name in DOOR} == DOOR
    changed = await agent(UPDATE, id=created["id"], input={"answer": "Under the rug.", "isActive": False})
    assert changed["updateFaq"] == DOOR | {"answer": "Under the rug.", "isActive": False}
    assert (await agent(DELETE, id=created["id"]))["deleteFaq"] == {"id": created["id"]}
    assert await agent.code(DELETE, id=created["id"]) == "NOT_FOUND"


async def test_entries_come_in_pages(agent: GraphQLClient, customer: GraphQLClient) -> None:
    for number in range(3):
        await agent(CREATE, input=DOOR | {"question": f"Where is door {number}?", "isActive": number != 1})
    first = (await agent(LIST, first=2))["faqs"]
    rest = (await agent(LIST, first=2, after=first["pageInfo"]["endCursor"]))["faqs"]
    shown = [edge["node"]["question"] for page in (first, rest) for edge in page["edges"]]
    assert shown == [f"Where is door {number}?" for number in range(3)]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    inactive = (await agent(LIST, first=9, filter={"isActive": False}))["faqs"]["edges"]
    assert [edge["node"]["question"] for edge in inactive] == ["Where is door 1?"]
    assert len((await customer(LIST, first=9))["faqs"]["edges"]) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"question": ""}, "question"), ({"answer": "a" * 10_001}, "answer"), ({"tags": ["t" * 51]}, "tags")],
)
async def test_bad_entries_name_the_field(
    agent: GraphQLClient, tenant: Tenant, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        await agent(CREATE, input=DOOR | wrong)
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", field)
    async with unit_of_work(system_actor(tenant.id)):
        assert await Faq.all().count() == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [({"message": " "}, "message"), ({"message": "m" * 4_001}, "message"), ({"sessionId": "s" * 65}, "sessionId")],
)
async def test_bad_messages_name_the_field(
    customer: GraphQLClient, tenant: Tenant, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        await customer(ASK, input={"message": "Hello"} | given)
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", field)
    async with unit_of_work(system_actor(tenant.id)):
        assert await ChatbotExchange.all().count() == 0


async def _speak(user: User, key: str) -> None:
    await chatbot.chat(actor_of(user), message="Where is the secret door?", session_key=key)


@pytest.mark.usefixtures("live_events")
async def test_users_watch_their_own_sessions_and_staff_all(
    live: str, tenant: Tenant, make_user: MakeUser, make_tenant: MakeTenant, sign_in: SignIn, agent: GraphQLClient
) -> None:
    await agent(CREATE, input=DOOR)
    first, second, foreign = await make_user(tenant), await make_user(tenant), await make_user(await make_tenant())
    for user, key in ((first, "a"), (foreign, "b"), (second, "c")):
        await _speak(user, key)
    mine = await _watched(live, (await sign_in(second)).token, 2)
    assert [(event["sessionId"], event["message"]["authorKind"]) for event in mine] == [
        ("c", "CUSTOMER"),
        ("c", "ASSISTANT"),
    ]
    assert mine[1]["message"]["citations"] == [{"source": "FAQ"}]
    everything = await _watched(live, agent.token, 4)
    assert [event["sessionId"] for event in everything] == ["a", "a", "c", "c"]
    assert [event["seq"] for event in everything] == [1, 2, 3, 4]
    assert {event["userId"] for event in everything} == {str(first.id), str(second.id)}


async def _watched(live: str, token: str | None, count: int) -> list[dict[str, Any]]:
    """So many events from the first on."""
    async with graphql_socket(live) as socket:
        await socket.init(token)
        await socket.subscribe("1", WATCH, after=0)
        return [(await socket.next())["data"]["chatbotEvents"] for _ in range(count)]


async def test_the_log_is_for_staff(customer: GraphQLClient, make_user: MakeUser, tenant: Tenant) -> None:
    await _speak(await make_user(tenant, Role.USER), "a")
    assert await customer.code("{ chatbotLogs { edges { node { query } } } }") == "FORBIDDEN"
    assert await customer.code("{ chatbotAnalytics { totalQueries } }") == "FORBIDDEN"

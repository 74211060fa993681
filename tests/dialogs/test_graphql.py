"""Dialogs by GraphQL: staff, and guests, who may do what is theirs and nothing else."""

from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from core.actor import Role
from models.conversations import Message
from models.tenants import Tenant
from models.tickets import Ticket
from services import dialog_messages, guests
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import SITE, Shop, enter, opened, say
from tests.fixtures.application import client_of
from tests.fixtures.people import MakeUser, TokenFor
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.conftest import live
from tests.graphql.socket_client import graphql_socket

__all__ = ["live"]

OPEN = "mutation { openDialog { guestId guestToken expiresAt dialog { id status assistant { name } } } }"
SEND = """mutation($id: ID!, $text: String!) { sendDialogMessage(dialogId: $id, input: {text: $text}) {
    authorKind text operatorName } }"""
READ = "query($id: ID!) { dialog(id: $id) { lastSeq messages { edges { node { text internal authorKind } } } } }"


@pytest.fixture
def guest(client: httpx.AsyncClient, shop: Shop) -> GraphQLClient:
    """The shop's guest, by a token."""
    return GraphQLClient(client, guests.token_of(shop.guest).token)


@pytest.fixture
async def agent(client: httpx.AsyncClient, shop: Shop, make_user: MakeUser, token_for: TokenFor) -> GraphQLClient:
    return GraphQLClient(client, await token_for(await make_user(shop.tenant, Role.AGENT), "graphql"))


async def test_a_page_opens_a_dialog_by_its_site_token(client: httpx.AsyncClient, shop: Shop) -> None:
    page = GraphQLClient(client)
    page.headers = {"x-site-token": shop.assistant.site_token, "origin": SITE}
    first = (await page(OPEN))["openDialog"]
    assert (first["dialog"]["status"], first["dialog"]["assistant"]["name"]) == ("ACTIVE", "Helper")
    page.headers["x-guest-id"] = first["guestId"]
    assert (await page(OPEN))["openDialog"]["dialog"] == first["dialog"]
    page.headers["origin"] = "https://evil.net"
    assert await page.code(OPEN) == "FORBIDDEN"


async def test_a_guest_writes_and_reads(guest: GraphQLClient, shop: Shop) -> None:
    dialog = await opened(shop)
    sent = (await guest(SEND, id=str(dialog.id), text="Hello"))["sendDialogMessage"]
    assert (sent["authorKind"], sent["operatorName"]) == ("CUSTOMER", None)
    await say(shop.agent, dialog, "A note", internal=True)
    shown = (await guest(READ, id=str(dialog.id)))["dialog"]
    assert [edge["node"]["text"] for edge in shown["messages"]["edges"]] == ["Hello"]


@pytest.mark.parametrize(
    "query",
    [
        "{ me { id } }", "{ tickets { edges { node { id } } } }", "{ dialogs { total } }", "{ tenant { id } }",
        "{ ask(question: \"Hi\") { content } }", "{ knowledgeSearch(query: \"returns\") { content } }",
        "mutation { createTicket(input: {title: \"New\"}) { id } }", "mutation { logout { ok } }",
        "mutation { askChatbot(input: {message: \"Hi\", sessionId: \"s\"}) { response } }",
    ],
)  # fmt: skip
async def test_a_guest_may_do_nothing_else(guest: GraphQLClient, shop: Shop, query: str) -> None:
    with pytest.raises(Refused) as refused:
        await guest(query)
    assert refused.value.code == "FORBIDDEN"
    async with unit_of_work(shop.admin):
        assert await Ticket.all().count() == 0


async def test_a_stranger_sends_no_files(guest: GraphQLClient) -> None:
    response = await guest.client.post("/graphql", files={"operations": (None, "{}")})
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"


async def test_a_guest_moves_and_reads_no_dialog_of_others(guest: GraphQLClient, shop: Shop) -> None:
    other = await enter(shop.assistant)
    dialog = await opened(Shop(shop.tenant, shop.assistant, shop.admin, shop.agent, other))
    assert await guest.code(READ, id=str(dialog.id)) == "NOT_FOUND"
    assert await guest.code(SEND, id=str(dialog.id), text="Hi") == "NOT_FOUND"
    for name in ("archiveDialog", "reopenDialog"):
        assert await guest.code(f"mutation($id: ID!) {{ {name}(id: $id) {{ id }} }}", id=str(dialog.id)) == "FORBIDDEN"
    async with unit_of_work(shop.admin):
        assert await Message.filter(conversation_id=dialog.id).count() == 0


async def test_messages_of_many_dialogs_are_few_statements(
    agent: GraphQLClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        visitor = await enter(shop.assistant)
        dialog = await opened(Shop(shop.tenant, shop.assistant, shop.admin, shop.agent, visitor))
        await say(shop.agent, dialog, "Hello", operator_name="Анна")
    units: list[object] = []
    load = dialog_messages.pages

    async def counted(*args: Any) -> Any:
        units.append(args)
        return await load(*args)

    monkeypatch.setattr(dialog_messages, "pages", counted)
    page = await agent("{ dialogs(limit: 10) { total dialogs { messages { edges { node { operatorName } } } } } }")
    assert page["dialogs"]["total"] == 4
    assert len(units) == 1


async def test_a_wrong_page_is_refused_by_the_arguments_name(agent: GraphQLClient) -> None:
    with pytest.raises(Refused) as refused:
        await agent("{ dialogs(offset: -1) { total } }")
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", "offset")


@pytest.mark.usefixtures("live_events")
async def test_a_guest_uses_a_socket_and_stays_the_same_one(live: str, shop: Shop) -> None:
    async with graphql_socket(live) as socket:
        token = guests.token_of(shop.guest).token
        await socket.init(token)
        dialog = await opened(shop)
        await socket.subscribe("1", READ, id=str(dialog.id))
        assert (await socket.next())["data"]["dialog"]["lastSeq"] == 1
        await socket.subscribe("2", "{ me { id } }")
        assert (await socket.next("2"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.usefixtures("live_events")
async def test_a_page_that_opens_a_socket_is_one_guest_for_as_long_as_it_lives(live: str, shop: Shop) -> None:
    async with graphql_socket(live, origin=SITE) as socket:
        await socket.send(type="connection_init", payload={"X-Site-Token": shop.assistant.site_token})
        assert (await socket.receive())["type"] == "connection_ack"
        found = []
        for number in ("1", "2"):
            await socket.subscribe(number, OPEN)
            found.append((await socket.next(number))["data"]["openDialog"]["dialog"]["id"])
    assert found[0] == found[1]


@pytest.mark.parametrize("origin", ["https://evil.net", "null"])
async def test_a_socket_of_another_site_is_refused(live: str, origin: str) -> None:
    with pytest.raises(InvalidStatus):
        async with graphql_socket(live, origin=origin):
            pass


async def test_a_guests_upload_link_is_not_theirs(application: Any, shop: Shop, tenant: Tenant) -> None:
    async with client_of(application) as browser:
        headers = {"authorization": f"Bearer {guests.token_of(shop.guest).token}"}
        response = await browser.get("/uploads/files/00000000-0000-0000-0000-000000000000", headers=headers)
        assert response.status_code in (401, 404)

"""Dialogs as they happen, over GraphQL: what guests and staff get, resuming, streamed words, the tenant's queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.actor import Actor
from core.facts.dialogs import AssistantSilenced, dialog_topic
from core.facts.handoffs import HandoffRequested, HandoffStarted
from models.conversations import AuthorKind
from models.dialogs import Dialog
from realtime.ephemeral import publish_ephemeral
from services import dialogs, guests
from services.unit_of_work import unit_of_work
from tests.fixtures.dialogs import Site, new_site, say
from tests.graphql.client import GraphQLClient
from tests.graphql.socket_client import GraphQLSocket, graphql_socket
from tests.graphql.test_subscriptions import repeated

pytestmark = pytest.mark.usefixtures("live_events")

EVENTS = """subscription($id: ID!, $after: BigInt) { dialogEvents(dialogId: $id, after: $after) { __typename
    ... on DialogEvent { seq dialogId }
    ... on DialogMessageAdded { replyTo message { text authorKind internal operatorName } }
    ... on HandoffRequested { reason queuePosition priority } ... on HandoffStarted { operatorName }
    ... on AnswerDelta { turn text } ... on DialogTyping { byStaff name isTyping } } }"""
TENANT = """subscription($after: BigInt) { tenantDialogEvents(after: $after) { __typename seq dialogId
    ... on AssistantSilenced { reason } } }"""
TYPE = "mutation($id: ID!) { setDialogTyping(dialogId: $id, isTyping: true) { isTyping } }"


@pytest.fixture
async def site(database: None) -> Site:
    return await new_site()


@pytest.fixture
async def guest(site: Site) -> Actor:
    return await site.guest()


@pytest.fixture
async def dialog(site: Site, guest: Actor) -> Dialog:
    return await site.open(guest)


@asynccontextmanager
async def watching(live: str, token: str, query: str, **variables: Any) -> AsyncIterator[GraphQLSocket]:
    async with graphql_socket(live) as socket:
        await socket.init(token)
        await socket.subscribe("1", query, **variables)
        yield socket


async def shown(socket: GraphQLSocket, kind: str | None = None) -> dict[str, Any]:
    """The next update; of a kind, where one is named."""
    while True:
        payload = await socket.next()
        update: dict[str, Any] = next(iter(payload["data"].values()))
        if kind in (None, update["__typename"]):
            return update


async def test_a_guest_gets_what_happens_and_resumes_without_notes_among_staff(
    live: str, site: Site, guest: Actor, dialog: Dialog
) -> None:
    await say(guest, dialog, "Где мой заказ?")
    await say(site.agent, dialog, "Постоянный клиент", internal=True)
    await site.tell(HandoffRequested(dialog.id, 1, reason="keyword", queue_position=2, priority="normal"))
    await say(site.agent, dialog, "Уже едет")
    async with watching(live, guests.token_of(guest).token, EVENTS, id=str(dialog.id), after=1) as socket:
        said, requested, answered = [await shown(socket) for _ in range(3)]
        await site.tell(HandoffStarted(dialog.id, 1, operator_id=1, operator_name="Анна"))
        started = await shown(socket)
    assert [one["seq"] for one in (said, requested, answered, started)] == [2, 4, 5, 6]
    assert (said["message"]["authorKind"], said["message"]["text"]) == ("CUSTOMER", "Где мой заказ?")
    assert (requested["queuePosition"], requested["priority"]) == (2, "NORMAL")
    assert (answered["message"]["operatorName"], started["operatorName"]) == ("Анна", "Анна")


async def test_words_of_an_answer_pass_by_until_its_message_is_there(
    live: str, site: Site, guest: Actor, dialog: Dialog
) -> None:
    asked = await say(guest, dialog, "Где мой заказ?")
    piece = {"type": "answer.delta", "turn": asked.id, "attempt": 1, "offset": 0, "text": "Уже"}
    topic = dialog_topic(dialog.id)
    async with watching(live, guests.token_of(guest).token, EVENTS, id=str(dialog.id), after=2) as socket:
        async with repeated(dialog.tenant_id, topic, piece):
            assert await shown(socket) == {"__typename": "AnswerDelta", "turn": str(asked.id), "text": "Уже"}
        async with unit_of_work(site.agent) as uow:
            locked = await dialogs.get_locked(uow, dialog.id)
            await dialogs.store(uow, locked, kind=AuthorKind.ASSISTANT, text="Уже едет", turn_id=asked.id)
        assert (await shown(socket, "DialogMessageAdded"))["replyTo"] == str(asked.id)
        await publish_ephemeral(dialog.tenant_id, topic, piece)
        await publish_ephemeral(dialog.tenant_id, topic, {**piece, "type": "answer.failed"})
        await publish_ephemeral(dialog.tenant_id, topic, {**piece, "turn": asked.id + 1})
        assert (await shown(socket))["turn"] == str(asked.id + 1)


async def test_typing_is_told_to_the_others(
    live: str, site: Site, guest: Actor, dialog: Dialog, anonymous: GraphQLClient
) -> None:
    operator = GraphQLClient(anonymous.client, site.token)
    async with watching(live, guests.token_of(guest).token, EVENTS, id=str(dialog.id)) as page:
        await asyncio.sleep(0.3)
        answer = await operator(TYPE, id=str(dialog.id))
        told = await shown(page)
    assert answer == {"setDialogTyping": {"isTyping": True}}
    assert told == {"__typename": "DialogTyping", "byStaff": True, "name": "Анна", "isTyping": True}


async def test_staff_watch_all_dialogs_and_guests_do_not(live: str, site: Site, guest: Actor, dialog: Dialog) -> None:
    other = await site.open(await site.guest())
    async with watching(live, site.token, TENANT, after=0) as socket:
        opened = [await shown(socket) for _ in range(2)]
        await site.tell(AssistantSilenced(other.id, reason="INSUFFICIENT_BALANCE"))
        silenced = await shown(socket)
    assert [(one["__typename"], one["dialogId"]) for one in opened] == [
        ("DialogOpened", str(dialog.id)),
        ("DialogOpened", str(other.id)),
    ]
    assert (silenced["__typename"], silenced["reason"]) == ("AssistantSilenced", "INSUFFICIENT_BALANCE")
    async with watching(live, guests.token_of(guest).token, TENANT) as socket:
        (error,) = (await socket.next())["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_a_guest_watches_no_dialog_of_another(live: str, site: Site, guest: Actor, dialog: Dialog) -> None:
    stranger = guests.token_of(await site.guest()).token
    async with watching(live, stranger, EVENTS, id=str(dialog.id), after=0) as socket:
        (error,) = (await socket.next())["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"

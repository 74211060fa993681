"""Live events over a real WebSocket served by uvicorn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.actor import system_actor
from core.events import ticket_topic
from models.conversations import AuthorKind
from models.tenants import Tenant
from models.tickets import Ticket
from realtime.ephemeral import publish_ephemeral
from services import threads
from services.unit_of_work import unit_of_work
from tests.graphql.client import GraphQLClient
from tests.graphql.socket_client import GraphQLSocket, graphql_socket
from tests.graphql.test_tickets import ADD, UPDATE, opened, wrote

pytestmark = pytest.mark.usefixtures("live_events")

EVENTS = """subscription($id: ID!, $after: BigInt) { ticketEvents(id: $id, after: $after) {
    __typename seq ticketId ticket { title lastSeq }
    ... on MessageAdded { message { text internal author { fullName } } }
    ... on TicketStatusChanged { status previous }
    ... on TicketEscalated { reason } } }"""
INBOX = "subscription($after: BigInt) { inboxEvents(after: $after) { __typename seq ticketId } }"
ANSWERS = """subscription($id: ID!) { answerStream(ticketId: $id) { __typename
    ... on AnswerStarted { turn attempt } ... on AnswerDelta { offset text }
    ... on AnswerFinished { turn message { text } } ... on AnswerFailed { turn } } }"""
LAST_SEQ = "query($id: ID!) { ticket(id: $id) { lastSeq } }"


@asynccontextmanager
async def repeated(tenant_id: int, topic: str, frame: dict[str, object]) -> AsyncIterator[None]:
    """A frame that is sent again and again: what passes by before the subscription stands is lost."""

    async def send() -> None:
        while True:
            await publish_ephemeral(tenant_id, topic, frame)
            await asyncio.sleep(0.05)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def step(socket: GraphQLSocket, kind: str) -> dict[str, Any]:
    """The next step of that kind; others before it are passed over."""
    while True:
        shown: dict[str, Any] = (await socket.next())["data"]["answerStream"]
        if shown["__typename"] == kind:
            return shown


async def test_events_are_replayed_by_seq_and_then_come_live(
    live: str, customer: GraphQLClient, agent: GraphQLClient
) -> None:
    ticket_id = await opened(customer, "Printer")
    await wrote(customer, ticket_id, "It smokes")
    async with graphql_socket(live) as socket:
        await socket.init(customer.token)
        await socket.subscribe("1", EVENTS, id=ticket_id, after=0)
        created = (await socket.next())["data"]["ticketEvents"]
        added = (await socket.next())["data"]["ticketEvents"]
        assert (created["__typename"], created["seq"], created["ticket"]["title"]) == ("TicketCreated", 1, "Printer")
        assert (added["__typename"], added["seq"], added["message"]["text"]) == ("MessageAdded", 2, "It smokes")
        await agent(UPDATE, id=ticket_id, input={"status": "ESCALATED"})
        changed, escalated, notice = [(await socket.next())["data"]["ticketEvents"] for _ in range(3)]
        assert (changed["seq"], changed["previous"], changed["status"]) == (3, "OPEN", "ESCALATED")
        assert (escalated["seq"], escalated["reason"]) == (4, "MANUAL")
        assert (notice["seq"], notice["message"]["author"]) == (5, None)


async def test_a_subscriber_that_comes_back_misses_nothing(live: str, customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    seen = (await customer(LAST_SEQ, id=ticket_id))["ticket"]["lastSeq"]
    for number in range(3):
        await wrote(customer, ticket_id, f"{number}")
        async with graphql_socket(live) as socket:
            await socket.init(customer.token)
            await socket.subscribe("1", EVENTS, id=ticket_id, after=seen)
            event = (await socket.next())["data"]["ticketEvents"]
        assert (event["seq"], event["message"]["text"]) == (seen + 1, f"{number}")
        seen = event["seq"]


async def test_a_number_never_given_out_is_no_place_to_resume(live: str, customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    async with graphql_socket(live) as socket:
        await socket.init(customer.token)
        await socket.subscribe("1", EVENTS, id=ticket_id, after=99)
        (error,) = (await socket.next())["errors"]
    assert error["extensions"] == {"code": "RESUME_EXPIRED", "field": "after", "oldest": 0}


async def test_an_internal_note_reaches_staff_alone(live: str, customer: GraphQLClient, agent: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    async with graphql_socket(live) as theirs, graphql_socket(live) as ours:
        for socket, client in ((theirs, customer), (ours, agent)):
            await socket.init(client.token)
            await socket.subscribe("1", EVENTS, id=ticket_id, after=1)
        await wrote(agent, ticket_id, "A note", internal=True)
        await wrote(agent, ticket_id, "Hello")
        assert (await ours.next())["data"]["ticketEvents"]["message"]["text"] == "A note"
        assert (await ours.next())["data"]["ticketEvents"]["message"]["text"] == "Hello"
        event = (await theirs.next())["data"]["ticketEvents"]
        assert (event["seq"], event["message"]["text"]) == (3, "Hello")


async def test_staff_watch_the_whole_queue_and_customers_do_not(
    live: str, customer: GraphQLClient, agent: GraphQLClient
) -> None:
    async with graphql_socket(live) as socket:
        await socket.init(agent.token)
        await socket.subscribe("1", INBOX, after=0)
        ticket_id = await opened(customer)
        event = (await socket.next())["data"]["inboxEvents"]
        assert event == {"__typename": "TicketCreated", "seq": 1, "ticketId": ticket_id}
    async with graphql_socket(live) as socket:
        await socket.init(customer.token)
        await socket.subscribe("1", INBOX, after=0)
        assert (await socket.next())["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_an_answer_is_watched_while_it_is_written(live: str, customer: GraphQLClient, tenant: Tenant) -> None:
    ticket_id = await opened(customer)
    topic = ticket_topic(int(ticket_id))
    frame = {"ticket_id": int(ticket_id), "turn": 0, "attempt": 1}
    async with graphql_socket(live) as socket:
        await socket.init(customer.token)
        await socket.subscribe("1", ANSWERS, id=ticket_id)
        async with repeated(tenant.id, topic, {"type": "answer.started", **frame}):
            await step(socket, "AnswerStarted")
        await publish_ephemeral(tenant.id, topic, {"type": "answer.delta", **frame, "offset": 0, "text": "Turn it"})
        assert (await step(socket, "AnswerDelta"))["text"] == "Turn it"
        async with unit_of_work(system_actor(tenant.id)) as uow:
            ticket = await Ticket.get(id=int(ticket_id))
            await threads.store(uow, ticket, kind=AuthorKind.ASSISTANT, text="Turn it off", turn_id=0)
        finished = await step(socket, "AnswerFinished")
    assert finished == {"__typename": "AnswerFinished", "turn": "0", "message": {"text": "Turn it off"}}


async def test_a_session_that_ends_takes_its_subscriptions_along(live: str, customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    async with graphql_socket(live) as socket:
        await socket.init(customer.token)
        await socket.subscribe("1", EVENTS, id=ticket_id, after=0)
        assert (await socket.next())["data"]
        await customer("mutation { logout { ok } }")
        assert (await socket.next())["errors"][0]["extensions"]["code"] == "ACCESS_REVOKED"
        await socket.subscribe("2", "{ me { id } }")
        assert (await socket.next("2"))["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"


async def test_queries_and_mutations_run_over_the_socket_too(live: str, customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    async with graphql_socket(live) as socket:
        await socket.init(customer.token, key="AUTHORIZATION")
        await socket.subscribe("1", ADD, id=ticket_id, input={"text": "Hi", "autoRespond": False})
        assert (await socket.next())["data"]["addMessage"]["text"] == "Hi"
        assert await socket.next() == {"completed": True}

"""`/v1/ws/{ticket_id}`: documented frames, close codes, resuming."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from core.actor import Actor, Role
from core.errors import NotAuthenticated
from core.events import AccessChanged, EscalationReason
from models.conversations import AuthorKind
from models.tickets import Ticket, TicketStatus
from realtime.frames import support
from realtime.hub import Hub
from realtime.websocket import serve_ticket_socket
from services import messages, threads, tickets
from services.unit_of_work import unit_of_work
from tests.doubles.websocket import WebSocketSession
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.realtime.conftest import Access, Emit

pytestmark = pytest.mark.usefixtures("relay")


@pytest.fixture
def people() -> dict[str, Actor]:
    """Who stands behind which token."""
    return {}


@pytest.fixture
def app(hub: Hub, people: dict[str, Actor]) -> Starlette:
    async def authenticate(token: str) -> Actor:
        if token not in people:
            raise NotAuthenticated
        return people[token]

    async def endpoint(websocket: WebSocket) -> None:
        await serve_ticket_socket(websocket, authenticate, support.SOCKET)

    return Starlette(routes=[WebSocketRoute("/v1/ws/{ticket_id:int}", endpoint)])


@pytest.fixture
def address(ticket: Ticket, customer: Actor, agent: Actor, people: dict[str, Actor]) -> str:
    people.update(customer=customer, agent=agent)
    return f"/v1/ws/{ticket.id}"


async def say(actor: Actor, ticket: Ticket, text: str, **how: Any) -> int:
    async with unit_of_work(actor) as uow:
        message = await messages.add(uow, ticket.id, text=text, auto_respond=False, **how)
    return int(message.id)


async def test_documented_frames_arrive(
    app: Starlette, address: str, ticket: Ticket, customer: Actor, agent: Actor
) -> None:
    async with WebSocketSession(app, f"{address}?token=customer") as socket:
        await asyncio.sleep(0.3)
        message_id = await say(agent, ticket, "Looking into it")
        frame = await socket.receive_json()
        assert (frame["type"], frame["data"]["id"], frame["data"]["content"]) == (
            "message",
            message_id,
            "Looking into it",
        )
        assert (frame["data"]["role"], frame["seq"]) == ("agent", 2)
        async with unit_of_work(customer) as uow:
            locked = await tickets.get_locked(uow, ticket.id)
            await threads.escalate(uow, locked, EscalationReason.CUSTOMER_REQUEST)
        assert (await socket.receive_json())["data"] == {"status": "escalated"}
        escalation = await socket.receive_json()
        assert (escalation["type"], escalation["data"]["reason"]) == ("escalation", "User requested human agent")
        assert (await socket.receive_json())["data"]["role"] == "system"


async def test_it_resumes_after_the_last_number_seen(
    app: Starlette, address: str, ticket: Ticket, customer: Actor
) -> None:
    for number in range(4):
        await say(customer, ticket, f"Line {number}")
    headers = {"authorization": "Bearer customer"}
    async with WebSocketSession(app, f"{address}?last_seq=3", headers) as socket:
        frames = [await socket.receive_json(), await socket.receive_json()]
    assert [(frame["seq"], frame["data"]["content"]) for frame in frames] == [(4, "Line 2"), (5, "Line 3")]


async def test_internal_notes_and_messages_made_internal_are_for_staff(
    app: Starlette, address: str, ticket: Ticket, customer: Actor, agent: Actor
) -> None:
    await say(agent, ticket, "The customer is rude", internal=True)
    hidden = await say(agent, ticket, "Said too much")
    async with unit_of_work(agent) as uow:
        await uow.rows("UPDATE messages SET visibility = 'staff' WHERE id = $1", hidden)
    await say(customer, ticket, "Hello?")
    async with WebSocketSession(app, f"{address}?token=customer&last_seq=0") as socket:
        assert (await socket.receive_json())["data"]["content"] == "Hello?"
        assert await socket.nothing_more()
    async with WebSocketSession(app, f"{address}?token=agent&last_seq=0") as socket:
        texts = [(await socket.receive_json())["data"]["content"] for _ in range(3)]
    assert texts == ["The customer is rude", "Said too much", "Hello?"]


@pytest.mark.parametrize(("query", "code"), [("", 4401), ("?token=forged", 4401), ("?token=customer&last_seq=x", 4422)])
async def test_a_wrong_request_is_closed_with_its_code(app: Starlette, address: str, query: str, code: int) -> None:
    async with WebSocketSession(app, address + query) as socket:
        assert await socket.closed() == code


async def test_the_ticket_of_another_is_forbidden_or_unknown(
    app: Starlette, address: str, ticket: Ticket, people: dict[str, Actor], make_user: MakeUser, make_tenant: MakeTenant
) -> None:
    people["stranger"] = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    async with WebSocketSession(app, f"{address}?token=stranger") as socket:
        assert await socket.closed() == 4404
    async with WebSocketSession(app, "/v1/ws/999999999?token=customer") as socket:
        assert await socket.closed() == 4404
    async with unit_of_work(people["agent"]) as uow:
        foreign = await tickets.create(uow, title="Of an agent", auto_respond=False)
    async with WebSocketSession(app, f"/v1/ws/{foreign.id}?token=customer") as socket:
        assert await socket.closed() == 4403


async def test_a_number_that_is_no_longer_kept_is_closed_as_such(app: Starlette, address: str) -> None:
    async with WebSocketSession(app, f"{address}?token=customer&last_seq=77") as socket:
        assert await socket.closed() == 4409


async def test_a_revoked_session_is_closed_at_once(
    app: Starlette, address: str, customer: Actor, access: Access, emit: Emit
) -> None:
    assert customer.user_id is not None
    async with WebSocketSession(app, f"{address}?token=customer") as socket:
        await asyncio.sleep(0.3)
        access.changed[customer.user_id] = None
        await emit(AccessChanged(customer.user_id))
        assert await socket.closed() == 4401


async def test_a_deleted_ticket_closes_its_sockets(
    app: Starlette, address: str, ticket: Ticket, make_user: MakeUser
) -> None:
    async with WebSocketSession(app, f"{address}?token=customer") as socket:
        await asyncio.sleep(0.3)
        async with unit_of_work(Actor(ticket.tenant_id, Role.ADMIN)) as uow:
            await tickets.delete(uow, ticket.id)
        assert await socket.closed() == 4404


async def test_a_client_that_leaves_leaves_nothing_behind(app: Starlette, address: str, hub: Hub) -> None:
    async with WebSocketSession(app, f"{address}?token=customer&stream=1"):
        await asyncio.sleep(0.3)
        assert hub.watched > 0
    assert hub.watched == 0


async def test_one_reading_serves_all_sockets(
    app: Starlette, address: str, ticket: Ticket, customer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, readings = messages.views, []

    async def count(*arguments: Any) -> Any:
        readings.append(arguments)
        return await read(*arguments)

    monkeypatch.setattr(messages, "views", count)
    sockets = [WebSocketSession(app, f"{address}?token=customer") for _ in range(8)]
    for socket in sockets:
        await socket.__aenter__()
    await asyncio.sleep(0.4)
    await say(customer, ticket, "Hello?")
    frames = await asyncio.gather(*(socket.receive_json() for socket in sockets))
    for socket in sockets:
        await socket.__aexit__(None, None, None)
    assert len({str(frame) for frame in frames}) == len(readings) == 1


def test_the_kinds_of_the_dialect_are_complete() -> None:
    from realtime.frames import support

    assert set(support.ROLES) == set(AuthorKind)
    assert set(support._REASONS) == set(EscalationReason)
    assert TicketStatus.CANCELLED.value == "cancelled"

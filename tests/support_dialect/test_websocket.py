"""WebSocket API: the documented frames, and who gets which."""

import pytest

from core.actor import Role
from core.events import EscalationReason
from models.tickets import TicketStatus
from services import messages, threads, tickets, users
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.doubles.websocket import WebSocketClosed
from tests.fixtures.application import Websocket
from tests.fixtures.people import actor_of, new_user, sign_in
from tests.support_dialect.world import World


def address(world: World, role: Role, ticket_id: object = None, **query: object) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/v1/ws/{ticket_id or world.ticket.id}?token={world.tokens[role]}{more}"


@pytest.mark.usefixtures("live_events")
async def test_the_three_documented_events(world: World, websocket: Websocket) -> None:
    agent = actor_of(world.people[Role.AGENT])
    async with websocket(address(world, Role.USER, last_seq=0)) as socket:
        async with unit_of_work(agent) as uow:
            await messages.add(uow, world.ticket.id, text="Which browser?")
            await tickets.update(uow, world.ticket.id, TicketChanges(status=TicketStatus.IN_PROGRESS))
            ticket = await tickets.get_locked(uow, world.ticket.id)
            await threads.escalate(uow, ticket, EscalationReason.CUSTOMER_REQUEST)
        frames = [await socket.receive_json() for _ in range(5)]
    kinds = [(frame["type"], frame["data"].get("role") or frame["data"].get("status")) for frame in frames]
    assert kinds[:3] == [("message", "user"), ("message", "agent"), ("status_change", "in_progress")]
    assert frames[1]["data"]["content"] == "Which browser?"
    assert {"type": "escalation", "reason": "User requested human agent"} in [
        {"type": frame["type"], "reason": frame["data"].get("reason")} for frame in frames[3:]
    ]
    assert [frame["seq"] for frame in frames] == sorted({frame["seq"] for frame in frames})


@pytest.mark.usefixtures("live_events")
async def test_customers_get_no_internal_notes(world: World, websocket: Websocket) -> None:
    addresses = [address(world, role, last_seq=2) for role in (Role.USER, Role.AGENT)]
    async with websocket(addresses[0]) as customer, websocket(addresses[1]) as agent:
        async with unit_of_work(actor_of(world.people[Role.ADMIN])) as uow:
            await messages.add(uow, world.ticket.id, text="Between us", internal=True)
            await messages.add(uow, world.ticket.id, text="For all")
        assert (await customer.receive_json())["data"]["content"] == "For all"
        assert (await agent.receive_json())["data"]["content"] == "Between us"


@pytest.mark.parametrize(
    ("query", "code"), [("", 4401), ("?token=", 4401), ("?token=a.b.c", 4401), ("?token=%00%FF", 4401)]
)
async def test_without_a_good_token(query: str, code: int, common_world: World, websocket: Websocket) -> None:
    async with websocket(f"/v1/ws/{common_world.ticket.id}{query}") as socket:
        assert await socket.closed() == code


async def test_whose_ticket_it_is(common_world: World, other_world: World, websocket: Websocket) -> None:
    stranger = await sign_in(common_world.stranger)
    tries = {
        f"/v1/ws/{common_world.ticket.id}?token={stranger}": 4403,
        address(common_world, Role.ADMIN, other_world.ticket.id): 4404,
        address(common_world, Role.ADMIN, 2**62): 4404,
        address(common_world, Role.ADMIN, 2**63): 4404,
        address(common_world, Role.ADMIN, "9" * 50): 4404,
        address(common_world, Role.USER, last_seq="x"): 4422,
        address(common_world, Role.USER, last_seq=10**9): 4409,
    }
    for tried, code in tries.items():
        async with websocket(tried) as socket:
            assert await socket.closed() == code, tried


async def test_what_is_no_path_of_a_ticket(common_world: World, websocket: Websocket) -> None:
    for tried in ("abc", "-1", "1.5"):
        with pytest.raises(WebSocketClosed):
            await websocket(address(common_world, Role.USER, tried)).__aenter__()


@pytest.mark.usefixtures("live_events")
async def test_deactivation_closes_the_socket(world: World, websocket: Websocket) -> None:
    agent = await new_user(world.tenant, Role.AGENT)
    async with websocket(f"/v1/ws/{world.ticket.id}?token={await sign_in(agent)}") as socket:
        async with unit_of_work(actor_of(world.people[Role.ADMIN])) as uow:
            await users.deactivate(uow, agent.id)
        assert await socket.closed() == 4401

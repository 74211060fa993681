"""WebSocket API: the documented frames, typing, who gets which, and frames that nobody should send."""

from typing import Any

import pytest
from starlette.applications import Starlette

from core.actor import Role, system_actor
from core.events import EscalationReason
from models.conversations import AuthorKind
from models.tickets import TicketStatus
from services import files, threads, tickets
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.doubles.websocket import WebSocketSession
from tests.fixtures.application import Websocket, client_of
from tests.fixtures.people import actor_of, new_user, sign_in
from tests.telegram_dialect.desk import NOBODY, Desk

TYPING = {"type": "typing", "data": {"is_typing": True}}

pytestmark = pytest.mark.usefixtures("live_events")


def address(desk: Desk, role: Role, ticket: object = None, **query: object) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/ws/tickets/{ticket or desk.ticket.public_id}?token={desk.tokens[role]}{more}"


async def move(desk: Desk, *statuses: TicketStatus) -> None:
    for status in statuses:
        async with unit_of_work(actor_of(desk.people[Role.AGENT])) as uow:
            await tickets.update(uow, desk.ticket.id, TicketChanges(status=status))


async def test_a_message_is_the_one_of_the_history(desk: Desk, websocket: Websocket, application: Starlette) -> None:
    attachment = await files.upload(actor_of(desk.people[Role.USER]), file_name="a.txt", data=b"Words.\n")
    async with websocket(address(desk, Role.AGENT)) as socket, client_of(application) as client:
        await desk.say(Role.USER, "Новое сообщение", attachments=[attachment.public_id])
        frame = await socket.receive_json()
        listed = await client.get(desk.path("messages"), headers=desk.headers(Role.AGENT))
    (row,) = listed.json()["items"]
    assert (frame["type"], frame["data"]) == ("new_message", row | {"ticket_id": str(desk.ticket.public_id)})
    assert len(row["attachments"]) == 1


async def test_the_documented_change_of_status(desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(desk, Role.USER)) as socket:
        await move(desk, TicketStatus.IN_PROGRESS)
        frame = await socket.receive_json()
    agent = str(desk.people[Role.AGENT].public_id)
    assert frame == {
        "type": "status_changed",
        "data": {
            "ticket_id": str(desk.ticket.public_id),
            "old_status": "OPEN",
            "new_status": "IN_PROGRESS",
            "changed_by": {"id": agent, "first_name": "Agent", "role": "HELPER"},
        },
        "seq": frame["seq"],
    }


async def test_a_call_for_a_person_is_told_by_the_system(desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(desk, Role.USER)) as socket:
        async with unit_of_work(system_actor(desk.tenant.id)) as uow:
            ticket = await tickets.get_locked(uow, desk.ticket.id)
            await threads.escalate(uow, ticket, EscalationReason.NO_GROUND)
        moved, said = [await socket.receive_json() for _ in range(2)]
    system = {"id": "00000000-0000-0000-0000-000000000002", "first_name": "Система", "role": "ADMIN"}
    assert (moved["data"]["new_status"], moved["data"]["changed_by"]) == ("IN_PROGRESS", system)
    assert (said["type"], said["data"]["user"]) == ("new_message", system)


async def test_moves_that_look_alike_are_not_told(desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(desk, Role.USER)) as socket:
        await move(desk, TicketStatus.IN_PROGRESS, TicketStatus.PENDING_AGENT, TicketStatus.RESOLVED)
        frames = [await socket.receive_json() for _ in range(2)]
        assert await socket.nothing_more()
    assert [frame["data"]["new_status"] for frame in frames] == ["IN_PROGRESS", "RESOLVED"]
    assert frames[1]["data"]["old_status"] == "IN_PROGRESS"


async def test_notes_reach_staff_alone(desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(desk, Role.USER)) as customer, websocket(address(desk, Role.ADMIN)) as staff:
        await desk.say(Role.AGENT, "Между нами", internal=True)
        await desk.say(Role.AGENT, "Всем")
        shown = [await staff.receive_json() for _ in range(2)]
        assert (await customer.receive_json())["data"]["content"] == "Всем"
    assert [frame["data"]["is_internal"] for frame in shown] == [True, False]


async def test_what_was_missed_is_sent_first(desk: Desk, websocket: Websocket) -> None:
    await desk.say(Role.USER, "1")
    async with websocket(address(desk, Role.USER, last_seq=0)) as socket:
        first = await socket.receive_json()
    await desk.say(Role.AGENT, "2")
    async with websocket(address(desk, Role.USER, last_seq=first["seq"])) as socket:
        second = await socket.receive_json()
    assert [first["data"]["content"], second["data"]["content"]] == ["1", "2"]


async def _has_typed(desk: Desk, typist: WebSocketSession, watcher: WebSocketSession) -> Any:
    """What the watcher gets. The ephemeral line of a socket stands a moment after it is open: so try again."""
    for _ in range(20):
        await typist.send_json(TYPING)
        try:
            return await watcher.receive_json(0.2)
        except TimeoutError:
            continue
    raise AssertionError("nobody was told")


async def test_typing_is_told_to_the_others(desk: Desk, websocket: Websocket, override: Any) -> None:
    async with websocket(address(desk, Role.USER)) as customer, websocket(address(desk, Role.AGENT)) as agent:
        frame = await _has_typed(desk, agent, customer)
        assert frame == {
            "type": "typing",
            "data": {"user_id": str(desk.people[Role.AGENT].public_id), "is_typing": True},
        }
        assert await agent.nothing_more()


async def test_whoever_leaves_types_no_more(desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(desk, Role.USER)) as customer:
        async with websocket(address(desk, Role.AGENT)) as agent:
            await _has_typed(desk, agent, customer)
        while (frame := await customer.receive_json())["data"]["is_typing"]:
            continue
    assert frame["data"] == {"user_id": str(desk.people[Role.AGENT].public_id), "is_typing": False}


async def test_a_client_cannot_type_as_somebody_else(desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(desk, Role.USER)) as customer, websocket(address(desk, Role.AGENT)) as agent:
        await _has_typed(desk, agent, customer)
        await agent.send_json({"type": "typing", "data": {"is_typing": False, "user_id": str(NOBODY)}})
        while (frame := await customer.receive_json())["data"]["is_typing"]:
            continue
    assert frame["data"]["user_id"] == str(desk.people[Role.AGENT].public_id)


@pytest.mark.parametrize(
    "frame",
    [5, None, [], "typing", {}, {"type": "typing"}, {"type": "typing", "data": {"is_typing": "yes"}},
     {"type": "typing", "data": []}, {"type": "new_message", "data": {"content": "x"}}, {"type": ["typing"]}],
)  # fmt: skip
async def test_frames_that_are_not_understood_are_answered_and_close_nothing(
    frame: object, desk: Desk, websocket: Websocket
) -> None:
    before = await desk.contents()
    async with websocket(address(desk, Role.USER)) as socket:
        await socket.send_json(frame)
        answer = await socket.receive_json()
        assert (answer["type"], answer["data"]["code"]) == ("error", "VALIDATION_ERROR")
        assert await desk.contents() == before
        await move(desk, TicketStatus.IN_PROGRESS)
        assert (await socket.receive_json())["type"] == "status_changed"


async def test_too_many_frames_are_told_once(common_desk: Desk, websocket: Websocket, override: Any) -> None:
    with override(OPORA_RATE_LIMITS="on"):
        async with websocket(address(common_desk, Role.USER)) as socket:
            for _ in range(50):
                await socket.send_json(TYPING)
            answer = await socket.receive_json()
            assert (answer["type"], answer["data"]["code"]) == ("error", "RATE_LIMIT_EXCEEDED")
            assert await socket.nothing_more()


async def test_a_huge_frame_closes_the_socket(common_desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(common_desk, Role.USER)) as socket:
        await socket.send_json({"type": "typing", "data": {"is_typing": True, "more": "x" * 5000}})
        assert await socket.closed() == 1009


async def test_who_may_watch(common_desk: Desk, other_desk: Desk, websocket: Websocket) -> None:
    stranger = await sign_in(common_desk.stranger, "telegram")
    path = f"/ws/tickets/{common_desk.ticket.public_id}"
    tries = {
        path: 4401,
        f"{path}?token=a.b.c": 4401,
        f"{path}?token={stranger}": 4403,
        address(common_desk, Role.ADMIN, other_desk.ticket.public_id): 4404,
        address(common_desk, Role.ADMIN, NOBODY): 4404,
        address(common_desk, Role.ADMIN, common_desk.ticket.id): 4404,
        address(common_desk, Role.ADMIN, "x"): 4404,
        address(common_desk, Role.USER, last_seq="x"): 4422,
        address(common_desk, Role.USER, last_seq=10**9): 4409,
    }
    for tried, code in tries.items():
        async with websocket(tried) as socket:
            assert await socket.closed() == code, tried


async def test_a_deleted_ticket_closes_the_socket(desk: Desk, websocket: Websocket) -> None:
    async with websocket(address(desk, Role.USER)) as socket:
        async with unit_of_work(actor_of(desk.people[Role.ADMIN])) as uow:
            await tickets.delete(uow, desk.ticket.id)
        assert await socket.closed() == 4404


async def test_somebody_of_elsewhere_stands_for_administration(
    desk: Desk, other_desk: Desk, websocket: Websocket
) -> None:
    superadmin = actor_of(await new_user(other_desk.tenant, Role.SUPERADMIN))
    looking_in = type(superadmin)(desk.tenant.id, Role.SUPERADMIN, superadmin.user_id, None, superadmin.tenant_id)
    async with websocket(address(desk, Role.USER)) as socket:
        async with unit_of_work(looking_in) as uow:
            ticket = await tickets.get_locked(uow, desk.ticket.id)
            await threads.set_status(uow, ticket, TicketStatus.RESOLVED)
            await threads.store(uow, ticket, kind=AuthorKind.OPERATOR, text="Решено")
        moved, said = [await socket.receive_json() for _ in range(2)]
    assert moved["data"]["changed_by"] == said["data"]["user"]
    assert said["data"]["user"]["first_name"] == "Администратор"

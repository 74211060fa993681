"""`/ws`: metrics, alerts, ticket status and chatbot messages, by what the caller may see."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette

from core.actor import Actor, Role, system_actor
from core.clock import now
from core.events import Event, TicketUpdated
from core.facts.chatbot import ChatbotMessageAdded
from core.facts.monitoring import AlertClosed, AlertOpened, AlertRaised
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.monitoring import Alert, Metric, Severity
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.tickets import TicketStatus
from models.users import User
from realtime import monitoring as feed
from realtime.frames import itdesk as frame_words
from rest.itdesk import dashboard_examples as examples
from rest.itdesk.words import shown_status
from services import tickets, users
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.doubles.websocket import WebSocketSession
from tests.fixtures.people import MakeTenant, MakeUser, TokenFor, actor_of, unique

pytestmark = pytest.mark.usefixtures("live_events")
Open = Callable[[User], Awaitable[WebSocketSession]]
SYSTEM = system_actor(DEFAULT_TENANT_ID)


@pytest.fixture
def connect(application: Starlette, token_for: TokenFor) -> Open:
    """`async with await connect(user) as socket:`"""

    async def open_for(user: User) -> WebSocketSession:
        return WebSocketSession(application, f"/ws?token={await token_for(user)}")

    return open_for


@pytest.fixture
async def agent(tenant: Tenant, make_user: MakeUser) -> User:
    return await make_user(tenant, Role.AGENT)


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser) -> User:
    return await make_user(tenant)


@pytest.fixture
async def alert() -> AsyncIterator[Alert]:
    async with unit_of_work(SYSTEM):
        alert = await Alert.create(
            host=unique("server"), metric=Metric.CPU, severity=Severity.WARNING, message="", value=93.04,
            threshold=90.0, opened_at=now(),
        )  # fmt: skip
    yield alert
    async with unit_of_work(SYSTEM):
        await Alert.filter(id=alert.id).update(closed_at=now())


async def tell(actor: Actor, *facts: Event) -> None:
    async with unit_of_work(actor) as uow:
        uow.emit(*facts)


async def ticket_of(user: User) -> int:
    async with unit_of_work(actor_of(user)) as uow:
        return (await tickets.create(uow, title="Server down", auto_respond=False)).id


async def move(user: User, ticket_id: int, status: TicketStatus) -> None:
    async with unit_of_work(system_actor(user.tenant_id)) as uow:
        await tickets.update(uow, ticket_id, TicketChanges(status=status))


async def say(user: User, text: str) -> int:
    """A message of a chatbot session of the user."""
    tenant_id = user.tenant_id
    async with unit_of_work(actor_of(user)) as uow:
        session = await Conversation.create(tenant_id=tenant_id, kind=ConversationKind.CHATBOT, customer_id=user.id)
        message = await Message.create(
            tenant_id=tenant_id,
            conversation_id=session.id,
            author_kind=AuthorKind.CUSTOMER,
            author_id=user.id,
            text=text,
        )
        uow.emit(ChatbotMessageAdded(session.id, message_id=message.id, user_id=user.id, session_key="s-1"))
    return int(message.id)


async def frames(socket: WebSocketSession, count: int, patience_s: float = 10.0) -> list[tuple[str, Any]]:
    """The next frames but for figures, by type. Raises TimeoutError."""
    found: list[tuple[str, Any]] = []
    while len(found) < count:
        frame = await socket.receive_json(patience_s)
        if frame["type"] != "metrics":
            found.append((frame["type"], frame["data"]))
    return found


async def test_staff_get_the_figures_at_once(agent: User, customer: User, connect: Open) -> None:
    await ticket_of(customer)
    async with await connect(agent) as socket:
        frame = await socket.receive_json()
    assert frame["type"] == "metrics"
    kinds = {name: type(value) for name, value in frame["data"].items()}
    assert kinds == {
        "cpu_usage": float, "memory_usage": float, "disk_usage": float, "uptime_hours": float,
        "active_alerts": int, "open_tickets": int, "timestamp": str,
    }  # fmt: skip
    assert frame["data"]["open_tickets"] == 1
    assert frame["data"]["timestamp"].endswith("Z")


async def test_staff_get_the_figures_again_every_period(
    agent: User, connect: Open, override: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    plain = feed._read_health

    async def counted(tenant_id: int) -> Any:
        read.append(tenant_id)
        return await plain(tenant_id)

    monkeypatch.setattr(feed, "_read_health", counted)
    with override(OPORA_METRICS_PERIOD_S="2"):
        async with await connect(agent) as first, await connect(agent) as second:
            for _ in range(3):
                for socket in (first, second):
                    assert (await socket.receive_json(timeout=5))["type"] == "metrics"
    assert len(read) <= 4


async def test_staff_get_all_tickets_of_their_tenant(agent: User, customer: User, connect: Open) -> None:
    ticket_id = await ticket_of(customer)
    async with await connect(agent) as socket:
        await move(customer, ticket_id, TicketStatus.ESCALATED)
        await move(customer, ticket_id, TicketStatus.RESOLVED)
        found = await frames(socket, 2)
    assert [kind for kind, _ in found] == ["ticket_status"] * 2
    assert [(data["ticket_id"], data["old_status"], data["new_status"]) for _, data in found] == [
        (ticket_id, "open", "in_progress"),
        (ticket_id, "in_progress", "resolved"),
    ]


async def test_what_changes_nothing_in_this_dialect_is_no_frame(agent: User, customer: User, connect: Open) -> None:
    ticket_id = await ticket_of(customer)
    async with await connect(agent) as socket:
        for status in (TicketStatus.IN_PROGRESS, TicketStatus.PENDING_CUSTOMER, TicketStatus.CANCELLED):
            await move(customer, ticket_id, status)
        await tell(system_actor(agent.tenant_id), TicketUpdated(ticket_id))
        found = await frames(socket, 2)
        assert [data["new_status"] for _, data in found] == ["in_progress", "cancelled"]


async def test_alerts_open_rise_and_close(agent: User, connect: Open, alert: Alert) -> None:
    async with await connect(agent) as socket:
        await tell(SYSTEM, AlertOpened(alert.id))
        await tell(SYSTEM, AlertRaised(alert.id))
        await tell(SYSTEM, AlertClosed(alert.id))
        found = await frames(socket, 3)
    assert [data["state"] for _, data in found] == ["opened", "opened", "closed"]
    kind, data = found[0]
    assert (kind, data["hostname"], data["metric"], data["severity"], data["value"]) == (
        "alert", alert.host, "cpu", "warning", 93.0,
    )  # fmt: skip
    assert {*data} == {*examples.METRICS["recent_alerts"][0]}
    assert data["message"] == f"Processor load of {alert.host} is 93.0 % (threshold 90 %)"


async def test_customers_get_their_own_tickets_and_no_others(
    customer: User, tenant: Tenant, make_user: MakeUser, connect: Open, alert: Alert
) -> None:
    mine, theirs = await ticket_of(customer), await ticket_of(await make_user(tenant))
    async with await connect(customer) as socket:
        await move(customer, theirs, TicketStatus.CLOSED)
        await tell(SYSTEM, AlertOpened(alert.id))
        await move(customer, mine, TicketStatus.IN_PROGRESS)
        frame = await socket.receive_json()
        assert (frame["type"], frame["data"]["ticket_id"]) == ("ticket_status", mine)
        assert await socket.nothing_more()


async def test_customers_get_the_chatbot_of_their_own_sessions(
    customer: User, tenant: Tenant, make_user: MakeUser, connect: Open
) -> None:
    async with await connect(customer) as socket:
        await say(await make_user(tenant), "theirs")
        message_id = await say(customer, "mine")
        frame = await socket.receive_json()
        assert await socket.nothing_more()
    data = frame["data"]
    assert (frame["type"], data["message_id"], data["content"], data["role"], data["session_id"]) == (
        "chatbot_message", message_id, "mine", "user", "s-1",
    )  # fmt: skip


async def test_staff_get_the_chatbot_of_the_tenant(agent: User, customer: User, connect: Open) -> None:
    async with await connect(agent) as socket:
        await say(customer, "How do I reset my password?")
        kind, data = (await frames(socket, 1))[0]
    assert (kind, data["content"], data["user_id"]) == ("chatbot_message", "How do I reset my password?", customer.id)


async def test_another_tenant_gets_its_own_and_the_alerts_of_the_installation(
    customer: User, make_tenant: MakeTenant, make_user: MakeUser, connect: Open, alert: Alert
) -> None:
    stranger = await make_user(await make_tenant(), Role.ADMIN)
    ticket_id = await ticket_of(customer)
    async with await connect(stranger) as socket:
        await move(customer, ticket_id, TicketStatus.CLOSED)
        await say(customer, "Hello")
        await tell(SYSTEM, AlertOpened(alert.id))
        assert [kind for kind, _ in await frames(socket, 1)] == ["alert"]
        with pytest.raises(TimeoutError):
            await frames(socket, 1, patience_s=0.3)


@pytest.mark.parametrize("query", ["", "?token=", "?token=a.b.c", "?token=%00%FF"])
async def test_without_a_good_token(application: Starlette, query: str) -> None:
    async with WebSocketSession(application, f"/ws{query}") as socket:
        assert await socket.closed() == 4401


async def test_the_token_may_stand_in_the_header(application: Starlette, agent: User, token_for: TokenFor) -> None:
    headers = {"authorization": f"Bearer {await token_for(agent)}"}
    async with WebSocketSession(application, "/ws", headers) as socket:
        assert (await socket.receive_json())["type"] == "metrics"


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
async def test_deactivation_closes_the_socket(tenant: Tenant, make_user: MakeUser, connect: Open, role: Role) -> None:
    person = await make_user(tenant, role)
    async with await connect(person) as socket:
        async with unit_of_work(actor_of(await make_user(tenant, Role.ADMIN))) as uow:
            await users.deactivate(uow, person.id)
        assert await socket.closed() == 4401


async def test_what_a_client_says_is_not_heard(agent: User, connect: Open) -> None:
    async with await connect(agent) as socket:
        await socket.send_json({"type": "subscribe", "data": {"tenant": 1}})
        assert (await socket.receive_json())["type"] == "metrics"
        assert await socket.nothing_more()


def test_frames_and_lists_have_the_same_words_for_statuses() -> None:
    assert {status: frame_words.STATUSES[status] for status in TicketStatus} == {
        status: shown_status(status) for status in TicketStatus
    }

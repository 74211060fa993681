"""What a subscriber gets: every event of its topic, once, in order, and only what it may see."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from core.actor import Actor, Role
from core.errors import AccessRevoked, Forbidden, Lagged, NotFound, ResumeExpired
from core.events import AccessChanged, MessageAdded, TicketUpdated, queue_topic, ticket_topic, user_topic
from models.tenants import Tenant
from models.tickets import Ticket
from realtime.hub import Hub
from realtime.subscriber import QUEUE_LENGTH
from realtime.subscription import watch
from services.events import StoredEvent
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.realtime.conftest import Access, Emit

pytestmark = pytest.mark.usefixtures("relay")


async def collect(actor: Actor, topic: str, count: int, *, after: int | None = None) -> list[StoredEvent]:
    """The next ``count`` events."""
    found: list[StoredEvent] = []
    async with aclosing(watch(actor, topic, after=after)) as events:
        async with asyncio.timeout(10):
            async for event in events:
                found.append(event)
                if len(found) == count:
                    break
    return found


async def test_a_committed_event_reaches_the_subscriber(hub: Hub, customer: Actor, ticket: Ticket, emit: Emit) -> None:
    async with aclosing(watch(customer, ticket_topic(ticket.id))) as events:
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.2)
        await emit(TicketUpdated(ticket.id))
        event = await asyncio.wait_for(waiting, 5)
    assert (event.kind, event.seq, event.payload) == ("ticket.updated", 2, {"ticket_id": ticket.id})


async def test_resuming_replays_the_log_and_goes_on_live(hub: Hub, customer: Actor, ticket: Ticket, emit: Emit) -> None:
    await emit(*[TicketUpdated(ticket.id)] * 450)
    reading = asyncio.create_task(collect(customer, ticket_topic(ticket.id), 450, after=2))
    await asyncio.sleep(0.3)
    await emit(TicketUpdated(ticket.id))
    assert [event.seq for event in await reading] == list(range(3, 453))


async def test_a_rolled_back_unit_of_work_tells_nothing(hub: Hub, customer: Actor, ticket: Ticket, emit: Emit) -> None:
    with pytest.raises(ZeroDivisionError):
        await _emit_and_fail(customer, ticket)
    await emit(TicketUpdated(ticket.id))
    assert [event.seq for event in await collect(customer, ticket_topic(ticket.id), 1, after=1)] == [2]


async def _emit_and_fail(actor: Actor, ticket: Ticket) -> None:
    async with unit_of_work(actor) as uow:
        uow.emit(TicketUpdated(ticket.id))
        await uow.write_facts()
        raise ZeroDivisionError


async def test_a_slow_subscriber_is_cut_and_resumes_without_loss(
    hub: Hub, customer: Actor, ticket: Ticket, emit: Emit
) -> None:
    seen = []
    async with aclosing(watch(customer, ticket_topic(ticket.id), after=0)) as events:
        seen.append((await anext(events)).seq)
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.1)
        await emit(*[TicketUpdated(ticket.id)] * (QUEUE_LENGTH + 50))
        seen.append((await first).seq)
        await _until_relayed(hub, ticket)
        with pytest.raises(Lagged) as cut:
            await anext(events)
    assert cut.value.seq == seen[-1] == 2
    rest = await collect(customer, ticket_topic(ticket.id), QUEUE_LENGTH + 49, after=cut.value.seq)
    assert [event.seq for event in rest] == list(range(3, QUEUE_LENGTH + 52))


async def _until_relayed(hub: Hub, ticket: Ticket) -> None:
    async with hub.topic(ticket.tenant_id, ticket_topic(ticket.id)) as topic:
        while topic.seq < QUEUE_LENGTH + 51:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("after", [0, 1, 99])
async def test_a_number_that_the_log_does_not_hold_is_told_as_such(
    hub: Hub, customer: Actor, ticket: Ticket, emit: Emit, after: int
) -> None:
    await emit(*[TicketUpdated(ticket.id)] * 5)
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        await statements.rows("DELETE FROM events WHERE topic = $1 AND seq <= 2", ticket_topic(ticket.id))
    with pytest.raises(ResumeExpired) as expired:
        await collect(customer, ticket_topic(ticket.id), 1, after=after)
    assert expired.value.oldest == 2


async def test_customers_never_get_events_of_internal_notes(
    hub: Hub, customer: Actor, agent: Actor, ticket: Ticket, emit: Emit
) -> None:
    await emit(MessageAdded(ticket.id, 7, internal=True), TicketUpdated(ticket.id))
    topic = ticket_topic(ticket.id)
    assert [event.seq for event in await collect(customer, topic, 1, after=1)] == [3]
    assert [event.seq for event in await collect(agent, topic, 2, after=1)] == [2, 3]


async def test_a_customer_may_not_watch_what_is_not_theirs(
    hub: Hub, tenant: Tenant, customer: Actor, ticket: Ticket, make_user: MakeUser, make_tenant: MakeTenant
) -> None:
    other = actor_of(await make_user(tenant))
    foreign = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    await _refused(other, ticket_topic(ticket.id), Forbidden)
    await _refused(foreign, ticket_topic(ticket.id), NotFound)
    await _refused(customer, queue_topic(tenant.id), Forbidden)
    await _refused(foreign, queue_topic(tenant.id), NotFound)
    await _refused(other, user_topic(customer.user_id or 0), Forbidden)
    await _refused(customer, "tenant:1", NotFound)


async def _refused(actor: Actor, topic: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await collect(actor, topic, 1, after=0)


async def test_staff_watch_the_queue_of_their_tenant(hub: Hub, agent: Actor, ticket: Ticket) -> None:
    events = await collect(agent, queue_topic(agent.tenant_id), 1, after=0)
    assert [(event.kind, event.payload["ticket_id"]) for event in events] == [("ticket.created", ticket.id)]


async def test_a_revoked_session_ends_its_subscriptions_before_the_next_event(
    hub: Hub, customer: Actor, ticket: Ticket, emit: Emit, access: Access
) -> None:
    assert customer.user_id is not None
    async with aclosing(watch(customer, ticket_topic(ticket.id), after=0)) as events:
        await anext(events)
        access.changed[customer.user_id] = None
        await emit(AccessChanged(customer.user_id), TicketUpdated(ticket.id))
        with pytest.raises(AccessRevoked):
            await asyncio.wait_for(anext(events), 5)


async def test_a_demoted_agent_stops_watching_the_queue(hub: Hub, agent: Actor, emit: Emit, access: Access) -> None:
    assert agent.user_id is not None
    async with aclosing(watch(agent, queue_topic(agent.tenant_id))) as events:
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.2)
        access.changed[agent.user_id] = replace(agent, role=Role.USER)
        await emit(AccessChanged(agent.user_id))
        with pytest.raises(AccessRevoked):
            await asyncio.wait_for(waiting, 5)


async def test_a_session_that_ended_before_it_was_admitted_is_refused(
    hub: Hub, customer: Actor, ticket: Ticket, access: Access
) -> None:
    assert customer.user_id is not None
    access.changed[customer.user_id] = None
    await _refused(customer, ticket_topic(ticket.id), AccessRevoked)


async def test_nothing_stays_subscribed_when_nobody_watches(hub: Hub, customer: Actor, ticket: Ticket) -> None:
    await collect(customer, ticket_topic(ticket.id), 1, after=0)
    assert hub.watched == 0

"""Nothing is lost or doubled when connections break, Valkey is wiped, PostgreSQL restarts or relays race."""

import asyncio
import random
from contextlib import aclosing, suppress

import pytest
from redis.asyncio import Redis

from app.embedded.postgres import EmbeddedPostgres
from app.embedded.valkey import EmbeddedValkey
from config.settings import Settings
from core.actor import Actor, system_actor
from core.errors import Lagged, Unavailable
from core.events import TicketUpdated, queue_topic, ticket_topic
from models.tenants import Tenant
from models.tickets import Ticket
from realtime.hub import Hub, open_hub
from realtime.subscription import watch
from services.unit_of_work import unit_of_work
from tests.realtime.conftest import Access, Emit, relaying

EVENTS = 120


async def read_on(
    actor: Actor, topic: str, until: int, *, after: int = 0, breaks: random.Random | None = None
) -> list[int]:
    """Numbers up to ``until`` as a client gets them that resumes whenever it is cut, or breaks off by itself."""
    seen = [after]
    async with asyncio.timeout(60):
        while seen[-1] < until:
            with suppress(Lagged):
                async with aclosing(watch(actor, topic, after=seen[-1])) as events:
                    async for event in events:
                        seen.append(event.seq)
                        if event.seq >= until or (breaks and breaks.random() < 0.05):
                            break
    return seen[1:]


async def write(emit: Emit, ticket_id: int, count: int, pauses: random.Random) -> None:
    for _ in range(count):
        await emit(TicketUpdated(ticket_id))
        await asyncio.sleep(pauses.random() * 0.01)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_client_that_comes_and_goes_gets_each_event_once_in_order(
    settings: Settings, redis: Redis, hub: Hub, customer: Actor, ticket: Ticket, emit: Emit, seed: int
) -> None:
    chance = random.Random(seed)
    async with relaying(settings, redis), relaying(settings, redis):
        topic = ticket_topic(ticket.id)
        readers = [asyncio.create_task(read_on(customer, topic, EVENTS + 1, breaks=chance)) for _ in range(5)]
        cutter = asyncio.create_task(_cut_subscriptions(redis, chance))
        await write(emit, ticket.id, EVENTS, chance)
        found = await asyncio.gather(*readers)
        cutter.cancel()
    assert found == [list(range(1, EVENTS + 2))] * 5


async def _cut_subscriptions(redis: Redis, chance: random.Random) -> None:
    """Break the hub's and the relays' connections to Valkey, again and again."""
    while True:
        await asyncio.sleep(0.1 + chance.random() * 0.3)
        await redis.client_kill_filter(_type="pubsub")


async def test_two_relays_hand_on_each_event_once_in_order(
    settings: Settings, redis: Redis, hub: Hub, tenant: Tenant, ticket: Ticket, emit: Emit
) -> None:
    staff = system_actor(tenant.id)
    async with relaying(settings, redis), relaying(settings, redis):
        readers = [
            asyncio.create_task(read_on(staff, topic, EVENTS + 1))
            for topic in (ticket_topic(ticket.id), queue_topic(tenant.id))
        ]
        await asyncio.gather(*(write(emit, ticket.id, EVENTS // 4, random.Random(n)) for n in range(4)))
        assert await asyncio.gather(*readers) == [list(range(1, EVENTS + 2))] * 2


async def test_events_reach_subscribers_while_valkey_is_away_and_after_it_was_wiped(
    settings: Settings, redis: Redis, hub: Hub, valkey: EmbeddedValkey, customer: Actor, ticket: Ticket, emit: Emit
) -> None:
    async with relaying(settings, redis):
        reader = asyncio.create_task(read_on(customer, ticket_topic(ticket.id), 61))
        await write(emit, ticket.id, 20, random.Random(1))
        await asyncio.to_thread(valkey.wipe)
        await write(emit, ticket.id, 20, random.Random(2))
        await asyncio.sleep(1.5)
        assert not hub.connected
        await asyncio.to_thread(valkey.start)
        await write(emit, ticket.id, 20, random.Random(3))
        assert await reader == list(range(1, 62))


async def test_a_relay_that_dies_after_publishing_only_repeats(
    settings: Settings, redis: Redis, hub: Hub, customer: Actor, ticket: Ticket, emit: Emit
) -> None:
    async with relaying(settings, redis) as relay:
        publish, died = relay._publish, 0

        async def die_after_publishing(events: list[object]) -> None:
            nonlocal died
            await publish(events)  # type: ignore[arg-type]
            if died < 3:
                died += 1
                raise OSError("killed")

        relay._publish = die_after_publishing  # type: ignore[assignment, method-assign]
        reader = asyncio.create_task(read_on(customer, ticket_topic(ticket.id), 11))
        await write(emit, ticket.id, 10, random.Random(4))
        assert await reader == list(range(1, 12))
    assert died == 3


@pytest.mark.usefixtures("eventful")
async def test_acknowledged_events_arrive_after_postgres_was_killed_and_restarted(
    own_database: Settings, own_postgres: EmbeddedPostgres, redis: Redis, access: Access
) -> None:
    staff = system_actor(1)
    acknowledged = 0
    async with relaying(own_database, redis), open_hub(still_valid=access.still_valid):
        writer = asyncio.create_task(_write_through(staff, 60))
        seen = asyncio.create_task(_read_through(staff, 60))
        await asyncio.sleep(0.4)
        await asyncio.to_thread(own_postgres.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(own_postgres.start)
        acknowledged = await writer
        numbers = await seen
    assert acknowledged == 60
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= acknowledged


async def _write_through(actor: Actor, count: int) -> int:
    """Commit until ``count`` are acknowledged, whatever fails in between."""
    done = 0
    while done < count:
        with suppress(Unavailable):
            async with unit_of_work(actor) as uow:
                uow.emit(TicketUpdated(1))
            done += 1
        await asyncio.sleep(0.01)
    return done


async def _read_through(actor: Actor, count: int) -> list[int]:
    seen = [0]
    async with asyncio.timeout(60):
        while seen[-1] < count:
            with suppress(Unavailable, Lagged):
                async with aclosing(watch(actor, queue_topic(1), after=seen[-1])) as events:
                    async for event in events:
                        seen.append(event.seq)
                        if event.seq >= count:
                            break
            await asyncio.sleep(0.05)
    return seen[1:]

"""A hub and a relay in the test's own process, and tickets to watch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from app.embedded.valkey import EmbeddedValkey
from config.redis import close_redis, open_redis
from config.settings import Settings
from core.actor import Actor, Role, system_actor
from core.events import Event, all_events
from models.tenants import Tenant
from models.tickets import Ticket
from realtime.hub import Hub, open_hub
from services import tickets
from services.unit_of_work import Fanout, unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.workers.own_postgres import own_database, own_postgres  # noqa: F401  # fixtures
from workers.broker import make_broker
from workers.relay import Relay
from workers.wake import Waker

Emit = Callable[..., Awaitable[None]]
StillValid = Callable[[Actor], Awaitable[Actor | None]]


class Access:
    """What the hub is told of sessions: valid, unless a test says otherwise."""

    def __init__(self) -> None:
        self.changed: dict[int, Actor | None] = {}
        self.asked = 0

    async def still_valid(self, actor: Actor) -> Actor | None:
        self.asked += 1
        assert actor.user_id is not None
        return self.changed.get(actor.user_id, actor)


@pytest.fixture
def eventful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts of this test start no jobs, and wake the relay."""
    monkeypatch.setattr(Fanout, "tasks", dict.fromkeys(all_events(), ()))
    monkeypatch.setattr(Fanout, "wake", Waker())


@pytest.fixture
async def redis(settings: Settings, valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    client = open_redis(settings)
    yield client
    await close_redis()


@pytest.fixture
def access() -> Access:
    return Access()


@pytest.fixture
async def hub(redis: Redis, database: None, access: Access) -> AsyncIterator[Hub]:
    async with open_hub(still_valid=access.still_valid) as hub:
        yield hub


@contextlib.asynccontextmanager
async def relaying(settings: Settings, client: Redis) -> AsyncIterator[Relay]:
    """A relay that runs as long as the block."""
    broker = make_broker(settings, {})
    relay = Relay(client, broker, {})
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        broker.close()


@pytest.fixture
async def relay(settings: Settings, redis: Redis, database: None, eventful: None) -> AsyncIterator[Relay]:
    async with relaying(settings, redis) as relay:
        yield relay


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.USER))


@pytest.fixture
async def agent(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.AGENT))


@pytest.fixture
async def ticket(customer: Actor, eventful: None) -> Ticket:
    """A ticket of the customer; its creation is event 1 of its topic."""
    async with unit_of_work(customer) as uow:
        return await tickets.create(uow, title="Where is my order?", auto_respond=False)


@pytest.fixture
def emit(tenant: Tenant, eventful: None) -> Emit:
    """`await emit(TicketUpdated(7))`: tell facts in the tenant, in one unit of work."""

    async def tell(*facts: Event) -> None:
        async with unit_of_work(system_actor(tenant.id)) as uow:
            uow.emit(*facts)

    return tell

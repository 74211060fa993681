"""Events that are rendered once for all who see alike: each subscriber has each of them once, in order, or is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.actor import Actor, Role
from core.errors import AccessRevoked, Lagged, Unavailable
from core.events import AccessChanged, MessageAdded, TicketDeleted, TicketUpdated, ticket_topic
from models.tenants import Tenant
from models.tickets import Ticket
from realtime import looks
from realtime.hub import Hub
from realtime.lines import Rendered
from realtime.looks import Look, eyes_of
from realtime.subscriber import QUEUE_LENGTH
from realtime.subscription import deliver
from services.events import StoredEvent
from tests.fixtures.people import MakeUser, actor_of
from tests.realtime.conftest import Access, Emit

pytestmark = pytest.mark.usefixtures("relay")


class Client:
    """An outlet that notes what it was given, and a socket that is full when a test says so."""

    def __init__(self, written: list[int] | None = None) -> None:
        self.got: list[int] = []
        self.written = [] if written is None else written
        self.directly = 0
        self.room = asyncio.Event()
        self.room.set()

    def write(self, rendered: Rendered) -> bool:
        if self.room.is_set():
            self.got.append(int(rendered.text))
            self.written.append(int(rendered.text))
            self.directly += 1
        return self.room.is_set()

    async def send(self, rendered: Rendered) -> None:
        await self.room.wait()
        self.got.append(int(rendered.text))

    async def has(self, last: int) -> list[int]:
        """The numbers so far, once the last one is there."""
        async with asyncio.timeout(10):
            while not self.got or self.got[-1] < last:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self.got


class Renderer:
    """Renders an event as its number, and counts."""

    def __init__(self) -> None:
        self.rendered: list[tuple[int, Actor]] = []
        self.may = asyncio.Event()
        self.may.set()
        self.fails = False

    async def __call__(self, event: StoredEvent, eyes: Actor) -> Rendered | None:
        self.rendered.append((event.seq, eyes))
        await self.may.wait()
        if self.fails:
            raise Unavailable("The database does not answer")
        return Rendered(str(event.seq).encode())

    def look(self, actor: Actor) -> Look:
        return Look(self, eyes_of(actor), self, frozenset({TicketDeleted.kind}))


@pytest.fixture
def renderer() -> Renderer:
    return Renderer()


@contextlib.asynccontextmanager
async def watching(
    renderer: Renderer, actor: Actor, ticket: Ticket, client: Client, after: int = 1
) -> AsyncIterator[asyncio.Task[None]]:
    """A subscriber that stands, for as long as the block lasts."""
    stands = asyncio.Event()

    async def started() -> None:
        stands.set()

    topic = ticket_topic(ticket.id)
    task = asyncio.create_task(deliver(actor, topic, renderer.look(actor), client, after=after, started=started))
    try:
        await asyncio.wait([task, asyncio.ensure_future(stands.wait())], return_when=asyncio.FIRST_COMPLETED)
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_event_is_rendered_once_however_many_watch_it(
    hub: Hub, tenant: Tenant, make_user: MakeUser, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    others = [actor_of(await make_user(tenant, Role.AGENT)) for _ in range(2)]
    clients = [Client() for _ in range(12)]
    async with contextlib.AsyncExitStack() as stack:
        for number, client in enumerate(clients):
            await stack.enter_async_context(watching(renderer, [agent, *others][number % 3], ticket, client))
        for _ in range(20):
            await emit(TicketUpdated(ticket.id))
        for client in clients:
            assert await client.has(21) == list(range(2, 22))
    assert [seq for seq, _ in renderer.rendered] == list(range(2, 22))
    assert all(client.directly > 10 for client in clients)


async def test_what_is_shared_is_made_for_nobody_in_particular(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    client = Client()
    async with watching(renderer, agent, ticket, client):
        await emit(TicketUpdated(ticket.id))
        await client.has(2)
    assert renderer.rendered == [(2, Actor(agent.tenant_id, Role.AGENT))]


async def test_customers_have_nothing_of_what_is_for_staff(
    hub: Hub, customer: Actor, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    theirs, ours = Client(), Client()
    async with watching(renderer, customer, ticket, theirs), watching(renderer, agent, ticket, ours):
        await emit(MessageAdded(ticket.id, 7, internal=True), TicketUpdated(ticket.id))
        assert await ours.has(3) == [2, 3]
        assert await theirs.has(3) == [3]
    assert (2, eyes_of(customer)) not in renderer.rendered


async def test_who_comes_while_an_event_is_rendered_has_it_once(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    first, second = Client(), Client()
    async with watching(renderer, agent, ticket, first):
        renderer.may.clear()
        await emit(TicketUpdated(ticket.id), TicketUpdated(ticket.id))
        while not renderer.rendered:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        async with watching(renderer, agent, ticket, second):
            await emit(TicketUpdated(ticket.id))
            renderer.may.set()
            assert await second.has(4) == [2, 3, 4]
            assert await first.has(4) == [2, 3, 4]


async def test_a_slow_reader_goes_on_in_order_when_it_reads_again(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    slow, quick = Client(), Client()
    async with watching(renderer, agent, ticket, slow), watching(renderer, agent, ticket, quick):
        slow.room.clear()
        for _ in range(5):
            await emit(TicketUpdated(ticket.id))
        assert await quick.has(6) == [2, 3, 4, 5, 6]
        assert slow.got == []
        slow.room.set()
        await slow.has(6)
        await emit(TicketUpdated(ticket.id))
        assert await slow.has(7) == [2, 3, 4, 5, 6, 7]
        assert slow.directly > 0


async def test_what_comes_while_a_large_audience_rests_leaves_together(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "_CHUNK", 1)
    monkeypatch.setattr(looks, "_REST_S", 1.0)
    written: list[int] = []
    one, other = Client(written), Client(written)
    async with watching(renderer, agent, ticket, one), watching(renderer, agent, ticket, other):
        await emit(TicketUpdated(ticket.id))
        await asyncio.gather(one.has(2), other.has(2))
        for _ in range(2):
            await emit(TicketUpdated(ticket.id))
        await asyncio.gather(one.has(4), other.has(4))
    # Each socket's frames were written one behind the other, and so sent by one call.
    assert written == [2, 2, 3, 4, 3, 4]


async def test_a_socket_that_fails_is_cut_and_the_others_go_on(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = Client(), Client()
    async with watching(renderer, agent, ticket, broken) as cut, watching(renderer, agent, ticket, whole):
        await emit(TicketUpdated(ticket.id))
        await asyncio.gather(broken.has(2), whole.has(2))
        monkeypatch.setattr(broken, "write", _fail)
        await emit(*[TicketUpdated(ticket.id)] * 3)
        assert await whole.has(5) == [2, 3, 4, 5]
        with pytest.raises(Lagged) as told:
            await asyncio.wait_for(cut, 30)
    assert told.value.seq == 2


def _fail(_: Rendered) -> bool:
    raise RuntimeError("The transport is broken")


async def test_who_does_not_read_is_cut_and_told_where_to_resume(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    slow, quick = Client(), Client()
    last = QUEUE_LENGTH + 40
    async with watching(renderer, agent, ticket, slow) as cut, watching(renderer, agent, ticket, quick):
        slow.room.clear()
        await emit(*[TicketUpdated(ticket.id)] * (last - 1))
        assert await quick.has(last) == list(range(2, last + 1))
        slow.room.set()
        with pytest.raises(Lagged) as told:
            await asyncio.wait_for(cut, 5)
    async with watching(renderer, agent, ticket, slow, after=told.value.seq):
        assert await slow.has(last) == list(range(2, last + 1))


async def test_withdrawn_access_ends_it_before_the_next_event(
    hub: Hub, customer: Actor, ticket: Ticket, emit: Emit, access: Access, renderer: Renderer
) -> None:
    assert customer.user_id is not None
    client = Client()
    async with watching(renderer, customer, ticket, client) as task:
        access.changed[customer.user_id] = None
        await emit(AccessChanged(customer.user_id), TicketUpdated(ticket.id))
        with pytest.raises(AccessRevoked):
            await asyncio.wait_for(task, 5)
    assert client.got == []


async def test_nothing_goes_out_while_access_is_being_asked_for(
    hub: Hub, customer: Actor, ticket: Ticket, emit: Emit, access: Access, renderer: Renderer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert customer.user_id is not None
    client, asked, answer = Client(), asyncio.Event(), asyncio.Event()

    async def ask(actor: Actor) -> Actor:
        asked.set()
        await answer.wait()
        return replace(actor, role=Role.AGENT)

    async with watching(renderer, customer, ticket, client):
        for guard in hub.guards._guards.values():
            monkeypatch.setattr(guard, "_still_valid", ask)
        await emit(AccessChanged(customer.user_id))
        await asyncio.wait_for(asked.wait(), 5)
        await emit(TicketUpdated(ticket.id))
        await asyncio.sleep(0.3)
        assert client.got == []
        answer.set()
        assert await client.has(2) == [2]


async def test_what_cannot_be_rendered_ends_each_subscription_with_its_error(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    clients = [Client(), Client()]
    async with (
        watching(renderer, agent, ticket, clients[0]) as first,
        watching(renderer, agent, ticket, clients[1]) as second,
    ):
        renderer.fails = True
        await emit(TicketUpdated(ticket.id))
        for task in (first, second):
            with pytest.raises(Unavailable):
                await asyncio.wait_for(task, 5)


async def test_after_the_last_event_there_is_nothing_to_watch(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, renderer: Renderer
) -> None:
    client = Client()
    async with watching(renderer, agent, ticket, client) as task:
        await emit(TicketDeleted(ticket.id))
        await asyncio.wait_for(task, 5)
    assert client.got == [2]
    assert hub.watched == 0


async def test_one_alarm_rings_for_all_that_a_person_watches(
    hub: Hub, agent: Actor, ticket: Ticket, emit: Emit, access: Access, renderer: Renderer
) -> None:
    clients = [Client() for _ in range(10)]
    async with contextlib.AsyncExitStack() as stack:
        for client in clients:
            await stack.enter_async_context(watching(renderer, agent, ticket, client))
        asked = access.asked
        assert agent.user_id is not None
        await emit(AccessChanged(agent.user_id), TicketUpdated(ticket.id))
        for client in clients:
            assert await client.has(2) == [2]
    assert access.asked == asked + 1

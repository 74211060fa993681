"""Who looks at a ticket: those who look know of each other, and nobody else does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden
from core.events import ticket_topic
from core.facts.dialogs import dialog_topic
from models.tenants import Tenant
from models.tickets import Ticket
from realtime.hub import Hub
from realtime.presence import watch_presence
from realtime.subscription import watch_ephemeral
from tests.fixtures.dialogs import new_site
from tests.fixtures.people import MakeUser, actor_of


class Window:
    """Somebody's open ticket, and whom they see there."""

    def __init__(self) -> None:
        self.sees: frozenset[int] = frozenset()
        self._changed = asyncio.Event()

    async def look(self, actor: Actor, topic: str) -> None:
        async with aclosing(watch_presence(actor, topic)) as changes:
            async for others in changes:
                self.sees = others
                self._changed.set()

    async def until(self, *actors: Actor) -> None:
        """Return when it shows exactly these."""
        wanted = frozenset(actor.user_id for actor in actors)
        async with asyncio.timeout(3):
            while self.sees != wanted:
                self._changed.clear()
                await self._changed.wait()


def window(actor: Actor, ticket: Ticket) -> AbstractAsyncContextManager[Window]:
    return looking_at(actor, ticket_topic(ticket.id))


@asynccontextmanager
async def looking_at(actor: Actor, topic: str) -> AsyncIterator[Window]:
    opened = Window()
    looking = asyncio.create_task(opened.look(actor, topic))
    try:
        yield opened
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


@pytest.fixture
async def colleague(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.MODERATOR))


async def test_those_who_look_see_each_other_and_who_leaves(
    hub: Hub, agent: Actor, colleague: Actor, ticket: Ticket
) -> None:
    async with window(agent, ticket) as first:
        async with window(colleague, ticket) as second:
            await first.until(colleague)
            await second.until(agent)
        await first.until()


async def test_a_person_with_two_windows_is_one_and_not_another_to_themselves(
    hub: Hub, agent: Actor, colleague: Actor, ticket: Ticket
) -> None:
    async with window(colleague, ticket) as outside, window(agent, ticket) as own:
        async with window(agent, ticket):
            await outside.until(agent)
            await own.until(colleague)
        await asyncio.sleep(0.2)
        assert outside.sees == {agent.user_id}


async def test_customers_may_not_look_and_hear_nothing_of_it(
    hub: Hub, customer: Actor, agent: Actor, colleague: Actor, ticket: Ticket
) -> None:
    heard: list[dict[str, object]] = []

    async def listen() -> None:
        async with aclosing(watch_ephemeral(customer, ticket_topic(ticket.id))) as frames:
            async for frame in frames:
                heard.append(frame)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.3)
    async with window(agent, ticket), window(colleague, ticket) as second:
        await second.until(agent)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert heard == []
    with pytest.raises(Forbidden):
        await anext(watch_presence(customer, ticket_topic(ticket.id)))


async def test_guests_hear_nothing_of_who_looks_at_their_dialog(hub: Hub, make_user: MakeUser) -> None:
    site = await new_site()
    guest, agent = await site.guest(), actor_of(await make_user(site.tenant, Role.AGENT))
    dialog = await site.open(guest)
    heard: list[dict[str, object]] = []

    async def listen() -> None:
        async with aclosing(watch_ephemeral(guest, dialog_topic(dialog.id))) as frames:
            async for frame in frames:
                heard.append(frame)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.3)
    async with looking_at(agent, dialog_topic(dialog.id)), looking_at(site.agent, dialog_topic(dialog.id)) as second:
        await second.until(agent)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert heard == []
    with pytest.raises(Forbidden):
        await anext(watch_presence(guest, dialog_topic(dialog.id)))

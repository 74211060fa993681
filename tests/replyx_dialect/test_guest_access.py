"""What a guest holds ends with what let them in: tokens, sockets and streams of a site that is served no more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette

from core.actor import Actor, system_actor
from core.errors import NotAuthenticated
from models.assistants import Assistant
from models.conversations import Message
from realtime.hub import current_hub
from services import assistants, guests
from services.unit_of_work import unit_of_work
from tests.doubles.dialog_clients import DialogSocket, DialogStream
from tests.fixtures.application import bearer
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.listening import listening
from tests.replyx_dialect.live import Live, as_guest

pytestmark = pytest.mark.usefixtures("live_events")

End = Callable[[Site], Awaitable[object]]


async def rotate(site: Site) -> None:
    async with unit_of_work(system_actor(site.tenant.id)) as uow:
        await assistants.rotate_site_token(uow, site.assistant.id)


async def leave_the_site(site: Site) -> None:
    async with unit_of_work(system_actor(site.tenant.id)):
        await Assistant.filter(id=site.assistant.id).update(website_integration=False)


ENDS = [rotate, leave_the_site]


@pytest.fixture(scope="module")
async def live(application: Starlette) -> AsyncIterator[Live]:
    async with listening(application) as host:
        yield Live(host)


@pytest.fixture
async def site(database: None) -> Site:
    return await new_site()


@pytest.fixture
async def guest(site: Site) -> Actor:
    return await site.guest()


def recheck() -> None:
    """What happens each minute."""
    for guard in tuple(current_hub().guards._guards.values()):
        guard.recheck()


@pytest.mark.parametrize("end", ENDS)
async def test_a_guests_token_is_refused(end: End, site: Site, guest: Actor, client: httpx.AsyncClient) -> None:
    dialog = await site.open(guest)
    headers = bearer(guests.token_of(guest).token)
    assert (await client.get(f"/api/dialogs/{dialog.id}", headers=headers)).status_code == 200
    await end(site)
    assert (await client.get(f"/api/dialogs/{dialog.id}", headers=headers)).status_code == 401


async def test_a_token_that_a_page_was_given_ends_with_its_site_token(site: Site, client: httpx.AsyncClient) -> None:
    headers = {"x-site-token": site.assistant.site_token, "origin": PAGE}
    opened = (await client.post("/api/dialogs", json={}, headers=headers)).json()
    await rotate(site)
    with pytest.raises(NotAuthenticated):
        await guests.authenticate(opened["guest_token"])


async def test_the_guest_comes_back_with_the_new_site_token(site: Site, guest: Actor) -> None:
    dialog = await site.open(guest)
    await rotate(site)
    async with unit_of_work(system_actor(site.tenant.id)):
        token = (await Assistant.get(id=site.assistant.id)).site_token
    again = await guests.enter(site_token=token, origin=PAGE, guest_id=guests.guest_id_of(guest))
    assert (await site.open(again)).id == dialog.id


@pytest.mark.parametrize("end", ENDS)
async def test_an_open_socket_says_nothing_more(end: End, live: Live, site: Site, guest: Actor) -> None:
    dialog = await site.open(guest)
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await end(site)
        await socket.say("Есть кто?")
        assert await socket.closed() == 4401
    async with unit_of_work(site.agent):
        assert not await Message.filter(conversation_id=dialog.id).exists()


@pytest.mark.parametrize("end", ENDS)
async def test_an_open_socket_is_cut_within_a_minute(end: End, live: Live, site: Site, guest: Actor) -> None:
    dialog = await site.open(guest)
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await end(site)
        recheck()
        await say(site.agent, dialog, "Секрет")
        assert await socket.closed() == 4401
    assert not [frame for frame in socket.frames if frame["type"] == "new_message"]


async def test_an_open_stream_is_cut_within_a_minute(live: Live, site: Site, guest: Actor) -> None:
    dialog = await site.open(guest)
    async with DialogStream.open(live.stream(dialog.id, **as_guest(site, guest)), origin=PAGE) as stream:
        assert (await stream.next())["type"] == "connection.established"
        await rotate(site)
        recheck()
        frames = await stream.ended()
    assert [frame["type"] for frame in frames[1:]] == ["error"]


async def test_guests_of_other_sites_stay(live: Live, site: Site, guest: Actor) -> None:
    other = await new_site()
    stays = await other.guest()
    dialog = await other.open(stays)
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(other, stays)), origin=PAGE) as socket:
        await rotate(site)
        recheck()
        await asyncio.sleep(0)
        await say(other.agent, dialog, "Здравствуйте!")
        assert (await socket.until("new_message"))["message"]["text"] == "Здравствуйте!"

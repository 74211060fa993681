"""Whoever watches a dialog that goes with its assistant is let go; a client that leaves early is no failure."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.actor import system_actor
from core.errors import NotFound
from core.facts.dialogs import dialog_topic
from realtime import hub as hub_module
from realtime.connection import Connection
from realtime.hub import Hub
from realtime.subscription import watch
from services import assistant_removal
from services.unit_of_work import unit_of_work
from tests.fixtures.dialogs import Site, new_site


@pytest.fixture
async def site(database: None, eventful: None) -> Site:
    return await new_site()


async def test_watchers_of_a_deleted_dialog_are_let_go_and_others_stay(hub: Hub, site: Site) -> None:
    other = await new_site()
    gone, stays = await site.open(await site.guest()), await other.open(await other.guest())
    async with (
        aclosing(watch(site.agent, dialog_topic(gone.id), after=1)) as watching,
        aclosing(watch(other.agent, dialog_topic(stays.id), after=1)) as staying,
    ):
        waits = [asyncio.ensure_future(anext(each)) for each in (watching, staying)]
        await asyncio.sleep(0.3)
        async with unit_of_work(system_actor(site.tenant.id)) as uow:
            await assistant_removal.remove(uow, [site.assistant.id])
        await hub.end_deleted()
        with pytest.raises(NotFound):
            await asyncio.wait_for(waits[0], 5)
        assert not waits[1].done()
        waits[1].cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def test_a_look_that_fails_is_repeated_and_ends_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    async def fail() -> None:
        nonlocal looks
        looks += 1
        raise ValueError

    monkeypatch.setattr(hub_module, "RECHECK_S", 0.01)
    monkeypatch.setattr(hub, "end_deleted", fail)
    looking = asyncio.create_task(hub._look_after_dialogs())
    while looks < 2:
        assert not looking.done()
        await asyncio.sleep(0.01)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_a_client_that_leaves_before_it_is_accepted_has_disconnected() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(_message: Any) -> None:
        raise ConnectionResetError

    with pytest.raises(WebSocketDisconnect):
        await Connection(WebSocket({"type": "websocket", "headers": []}, receive, send)).accept()

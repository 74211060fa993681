"""Sockets and streams that are cut at random while messages are written: each client ends with every event once, in
order. The long form, with processes killed, is ``python -m benchmarks dialog_streams``.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest
from starlette.applications import Starlette

from config.redis import get_redis
from core.facts.dialogs import dialog_topic
from core.facts.handoffs import HandoffRequested
from models.dialogs import Dialog
from realtime.frames.replyx import NAMES
from services import events
from services.unit_of_work import unit_of_work
from tests.doubles.dialog_clients import Client, CutClient, DialogSocket, DialogStream
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.listening import listening
from tests.replyx_dialect.live import Live, as_guest

MESSAGES = 60


@pytest.fixture
async def live(application: Starlette, live_events: None) -> AsyncIterator[Live]:
    async with listening(application) as host:
        yield Live(host)


def clients(live: Live, site: Site, dialog: Dialog, guest: dict[str, str]) -> list[CutClient]:
    """A socket and a stream of staff, and of the guest."""
    staff = {"token": site.token}

    def socket(words: dict[str, str]) -> CutClient:
        def connect(after: int) -> AbstractAsyncContextManager[Client]:
            return DialogSocket.open(live.socket(dialog.id, last_seq=after, **words), origin=PAGE)

        return CutClient(connect, random.Random(len(words)), mean_s=0.15)

    def stream(words: dict[str, str]) -> CutClient:
        def connect(after: int) -> AbstractAsyncContextManager[Client]:
            return DialogStream.open(live.stream(dialog.id, **words), origin=PAGE, last_event_id=str(after))

        return CutClient(connect, random.Random(7 + len(words)), mean_s=0.15)

    return [kind(words) for kind in (socket, stream) for words in (staff, guest)]


async def write(site: Site, dialog: Dialog) -> None:
    chance = random.Random(3)
    for number in range(MESSAGES):
        await say(site.agent, dialog, f"Строка {number}", internal=number % 5 == 0)
        if number % 30 == 7:
            await get_redis().client_kill_filter(_type="pubsub")
        if number % 20 == 3:
            await site.tell(HandoffRequested(dialog.id, 1, reason="keyword", queue_position=1, priority="normal"))
        await asyncio.sleep(chance.random() * 0.03)


async def expected(site: Site, dialog: Dialog) -> dict[bool, list[int]]:
    """Numbers of the log that have frames: for staff, and for guests."""
    async with unit_of_work(site.agent) as uow:
        log = await events.replay(uow, dialog_topic(dialog.id), after=0, limit=1000)
    told = [event for event in log if event.kind in NAMES]
    return {
        True: [event.seq for event in told],
        False: [event.seq for event in told if event.visibility == "public"],
    }


async def test_clients_that_are_cut_at_random_get_every_event_once_in_order(live: Live) -> None:
    site = await new_site()
    guest = await site.guest()
    dialog = await site.open(guest)
    reading = clients(live, site, dialog, as_guest(site, guest))
    running = [asyncio.create_task(client.run()) for client in reading]
    await write(site, dialog)
    log = await expected(site, dialog)
    wanted = [log[True], log[False], log[True], log[False]]
    try:
        async with asyncio.timeout(20):
            for client, seqs in zip(reading, wanted, strict=True):
                while client.seqs[-1:] != seqs[-1:]:  # noqa: ASYNC110  # a list tells nobody that it grew
                    await asyncio.sleep(0.05)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert [client.seqs for client in reading] == wanted
    assert min(client.cuts for client in reading) >= 3

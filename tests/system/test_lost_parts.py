"""Valkey wiped, the scheduler killed: what was committed is delivered, once and in order, as soon as they are back."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import pytest

from app.embedded.valkey import EmbeddedValkey
from tests.system.conftest import Shared
from tests.system.installation import Installation
from tests.system.people import Person, Socket, is_message

QUESTION = "What does the error code E-101 on my router mean, and what should I do?"
RECOVERY_S = 15.0


@pytest.fixture(scope="module")
def system(shared: Shared) -> Installation:
    return shared.system


@pytest.fixture(scope="module")
def own_valkey(shared: Shared) -> EmbeddedValkey:
    return shared.valkey


@contextmanager
def suspended(system: Installation) -> Iterator[None]:
    """The worker processes stand still, so that their jobs wait."""
    workers = system.worker.children()
    for worker in workers:
        worker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGCONT)


async def _assert_answered_live(customer: Person, sockets: dict[int, Socket]) -> None:
    heard = await asyncio.gather(*(socket.until(is_message("assistant"), RECOVERY_S) for socket in sockets.values()))
    for (ticket_id, socket), frame in zip(sockets.items(), heard, strict=True):
        assert [told["id"] for told in await customer.answers(ticket_id)] == [frame["data"]["id"]]
        assert [frame["seq"] for frame in socket.frames] == sorted({frame["seq"] for frame in socket.frames})


async def test_nothing_pending_is_lost_when_valkey_loses_everything(
    customer: Person, system: Installation, own_valkey: EmbeddedValkey
) -> None:
    async with AsyncExitStack() as stack:
        sockets: dict[int, Socket] = {}

        async def ask() -> None:
            ticket_id = await customer.open_ticket("Router", QUESTION)
            sockets[ticket_id] = await stack.enter_async_context(customer.watch(ticket_id, last_seq=0))

        with suspended(system):
            for _ in range(4):
                await ask()
            # By now they are in Valkey's queue; those that follow never get there.
            await asyncio.sleep(0.5)
            own_valkey.wipe()
            for _ in range(2):
                await ask()
            own_valkey.start()
        await _assert_answered_live(customer, sockets)


async def test_resumed_socket_gets_what_happened_while_valkey_was_gone(
    customer: Person, own_valkey: EmbeddedValkey
) -> None:
    ticket_id = await customer.open_ticket("Router", auto_respond=False)
    async with customer.watch(ticket_id, last_seq=0) as socket:
        await customer.say(ticket_id, "first", auto_respond=False)
        seen = await socket.until(is_message("user"))
    own_valkey.wipe()
    said = [(await customer.say(ticket_id, f"number {number}", auto_respond=False))["id"] for number in range(5)]
    async with customer.watch(ticket_id, last_seq=seen["seq"]) as socket:
        # From the log, which needs no Valkey.
        heard = [(await socket.until(is_message("user")))["data"]["id"] for _ in said]
        own_valkey.start()
        last = await customer.say(ticket_id, "and the last", auto_respond=False)
        assert (await socket.until(is_message("user")))["data"]["id"] == last["id"]
    assert heard == said


async def test_events_flow_again_after_the_scheduler_was_killed(customer: Person, system: Installation) -> None:
    ticket_id = await customer.open_ticket("Router", auto_respond=False)
    async with customer.watch(ticket_id, last_seq=0) as socket:
        said = [(await customer.say(ticket_id, f"before {n}", auto_respond=False))["id"] for n in range(5)]
        system.scheduler.kill()
        said += [(await customer.say(ticket_id, f"meanwhile {n}", auto_respond=False))["id"] for n in range(5)]
        question = await customer.say(ticket_id, QUESTION)
        system.scheduler.start_again()
        await socket.until(is_message("assistant"))
    messages = [frame["data"]["id"] for frame in socket.frames if frame["type"] == "message"]
    assert messages[:-1] == [*said, question["id"]]
    assert len(await customer.answers(ticket_id)) == 1

"""Open event streams, counted by all processes together, and by each for itself while Redis is away."""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from redis.asyncio import Redis
from sse_starlette.event import ServerSentEvent

from core.refusals.streams import StreamLimit
from realtime.dialog_visits import VisitorKind
from realtime.leased_stream import LeasedStream
from realtime.stream_leases import LEASE_S, Leases
from tests.fixtures.people import unique

KIND = "tests"
ADMIN, WIDGET = VisitorKind.ADMIN, VisitorKind.WIDGET


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether Redis is away is for the tests to say, not for a busy machine."""
    monkeypatch.setattr("realtime.stream_leases._PATIENCE_S", 60.0)
    monkeypatch.setattr("realtime.stream_leases._PAUSE_S", 600.0)


@pytest.fixture
def person() -> str:
    return unique("user:")


async def test_two_processes_share_a_persons_limit(redis: Redis, override: Any, person: str) -> None:
    one, other = Leases(KIND), Leases(KIND)
    with override(OPORA_SSE_PER_PERSON="2"):
        held = await one.take(WIDGET, person, unique("ip:"))
        await other.take(WIDGET, person, unique("ip:"))
        for leases in (one, other):
            with pytest.raises(StreamLimit):
                await leases.take(WIDGET, person, unique("ip:"))
        await one.give_back(held)
        await other.take(WIDGET, person, unique("ip:"))


async def test_of_many_that_ask_at_once_no_more_than_the_limit_get_in(redis: Redis, override: Any, person: str) -> None:
    processes = [Leases(KIND) for _ in range(4)]
    with override(OPORA_SSE_PER_PERSON="7"):
        tries = [leases.take(WIDGET, person, unique("ip:")) for leases in processes for _ in range(10)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(answer, StreamLimit) for answer in answers) == 7


async def test_the_lease_of_a_process_that_was_killed_runs_out(
    redis: Redis, override: Any, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with override(OPORA_SSE_PER_PERSON="1"):
        await Leases(KIND).take(WIDGET, person, "ip:1")
        now = time.time()
        monkeypatch.setattr("realtime.stream_leases.time.time", lambda: now + LEASE_S + 1)
        await Leases(KIND).take(WIDGET, person, "ip:1")


class Hello(LeasedStream):
    async def events(self) -> AsyncGenerator[ServerSentEvent, None]:
        yield ServerSentEvent("hello")


async def test_a_stream_that_never_began_holds_nothing(redis: Redis, override: Any, person: str) -> None:
    leases = Leases(KIND)
    with override(OPORA_SSE_PER_PROCESS="1"):
        stream = Hello(leases, await leases.take(WIDGET, person, "ip:1"))
        with pytest.raises(StreamLimit):
            await leases.take(WIDGET, person, "ip:1")
        del stream
        gc.collect()
        await leases.take(WIDGET, person, "ip:1")


async def test_streams_of_another_name_are_counted_apart(redis: Redis, override: Any, person: str) -> None:
    with override(OPORA_SSE_PER_PERSON="1"):
        held = [await Leases(name).take(WIDGET, person, "ip:1") for name in (KIND, "others")]
    assert len(held) == 2


async def test_who_is_not_known_is_counted_by_address_alone(redis: Redis, override: Any) -> None:
    one, other, address = Leases(KIND), Leases(KIND), unique("ip:")
    with override(OPORA_SSE_PER_PERSON="1", OPORA_SSE_PER_ADDRESS="2"):
        held = [await leases.take("operation", None, address) for leases in (one, other)]
        for redis_is_away in (False, True):
            if redis_is_away:
                one._leave_alone(OSError("away"))
                held.append(await one.take("operation", None, address))
            with pytest.raises(StreamLimit):
                await one.take("operation", None, address)


async def test_a_redis_that_lost_everything_is_told_again(redis: Redis, person: str) -> None:
    leases = Leases(KIND)
    held = await leases.take(WIDGET, person, "ip:1")
    await redis.flushall()
    assert (await leases.figures()).by_kind == {held.kind: 1}


async def test_figures_are_of_all_processes(redis: Redis, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await redis.flushall()
    one, other = Leases(KIND), Leases(KIND)
    held, kept = await one.take(ADMIN, person, "ip:1"), await other.take(WIDGET, person, "ip:1")
    now = time.time()
    monkeypatch.setattr("realtime.stream_leases.time.time", lambda: now + 30)
    one.sent()
    other.sent()
    await one.give_back(held)
    await one.figures()
    figures = await other.figures()
    assert (figures.by_kind, figures.events_today) == (Counter({kept.kind: 1}), 2)
    assert figures.average_s == pytest.approx(30, abs=1)


async def test_while_redis_is_away_each_process_counts_its_own(redis: Redis, override: Any, person: str) -> None:
    leases = Leases(KIND)
    await redis.flushall()
    with override(OPORA_SSE_PER_PERSON="2"):
        held = await leases.take(WIDGET, person, "ip:1")
        leases._leave_alone(OSError("away"))
        kept = [await leases.take(WIDGET, person, "ip:1")]
        with pytest.raises(StreamLimit):
            await leases.take(WIDGET, person, "ip:1")
        await leases.give_back(held)
        kept.append(await leases.take(WIDGET, person, "ip:1"))
        assert (await leases.figures()).by_kind[WIDGET] == 2
    leases._again_at = 0.0
    assert (await leases.figures()).by_kind[WIDGET] == 2

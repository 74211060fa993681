"""Open event streams, counted by all processes together, and by each for itself while Redis is away."""

import asyncio
import time
from typing import Any

import pytest
from redis.asyncio import Redis

from core.refusals.streams import StreamLimit
from realtime.dialog_visits import VisitorKind
from realtime.stream_leases import LEASE_S, Leases
from tests.fixtures.people import unique

ADMIN, WIDGET = VisitorKind.ADMIN, VisitorKind.WIDGET


@pytest.fixture
def person() -> str:
    return unique("user:")


async def test_two_processes_share_a_persons_limit(redis: Redis, override: Any, person: str) -> None:
    one, other = Leases(), Leases()
    with override(OPORA_SSE_PER_PERSON="2"):
        held = await one.take(WIDGET, person, unique("ip:"))
        await other.take(WIDGET, person, unique("ip:"))
        for leases in (one, other):
            with pytest.raises(StreamLimit):
                await leases.take(WIDGET, person, unique("ip:"))
        await one.give_back(held)
        await other.take(WIDGET, person, unique("ip:"))


async def test_of_many_that_ask_at_once_no_more_than_the_limit_get_in(redis: Redis, override: Any, person: str) -> None:
    processes = [Leases() for _ in range(4)]
    with override(OPORA_SSE_PER_PERSON="7"):
        tries = [leases.take(WIDGET, person, unique("ip:")) for leases in processes for _ in range(10)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(answer, StreamLimit) for answer in answers) == 7


async def test_the_lease_of_a_process_that_was_killed_runs_out(
    redis: Redis, override: Any, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with override(OPORA_SSE_PER_PERSON="1"):
        await Leases().take(WIDGET, person, "ip:1")
        now = time.time()
        monkeypatch.setattr("realtime.stream_leases.time.time", lambda: now + LEASE_S + 1)
        await Leases().take(WIDGET, person, "ip:1")


async def test_a_redis_that_lost_everything_is_told_again(redis: Redis, person: str) -> None:
    leases = Leases()
    await leases.take(WIDGET, person, "ip:1")
    await redis.flushall()
    assert (await leases.figures()).by_kind[WIDGET] == 1


async def test_figures_are_of_all_processes(redis: Redis, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await redis.flushall()
    one, other = Leases(), Leases()
    held = await one.take(ADMIN, person, "ip:1")
    await other.take(WIDGET, person, "ip:1")
    now = time.time()
    monkeypatch.setattr("realtime.stream_leases.time.time", lambda: now + 30)
    one.sent()
    other.sent()
    await one.give_back(held)
    await one.figures()
    figures = await other.figures()
    assert (figures.by_kind, figures.events_today) == ({ADMIN: 0, WIDGET: 1, VisitorKind.SITE: 0}, 2)
    assert figures.average_s == pytest.approx(30, abs=1)


async def test_while_redis_is_away_each_process_counts_its_own(redis: Redis, override: Any, person: str) -> None:
    leases = Leases()
    await redis.flushall()
    with override(OPORA_SSE_PER_PERSON="2"):
        held = await leases.take(WIDGET, person, "ip:1")
        leases._leave_alone(OSError("away"))
        await leases.take(WIDGET, person, "ip:1")
        with pytest.raises(StreamLimit):
            await leases.take(WIDGET, person, "ip:1")
        await leases.give_back(held)
        await leases.take(WIDGET, person, "ip:1")
        assert (await leases.figures()).by_kind[WIDGET] == 2
    leases._again_at = 0.0
    assert (await leases.figures()).by_kind[WIDGET] == 2

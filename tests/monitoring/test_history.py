"""Samples become means, and the history that is read from both equals a slow computation."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput
from services import monitoring, thinning
from services.unit_of_work import unit_of_work
from tests.fixtures.servers import execute
from tests.monitoring.conftest import AGENT, START, Clock, add_samples, rows

Samples = list[tuple[datetime, float]]


def cut(moment: datetime, step_s: int) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // step_s * step_s, UTC)


def means(samples: Samples, step_s: int) -> dict[datetime, float]:
    """The slow way."""
    parts: dict[datetime, list[float]] = defaultdict(list)
    for moment, value in samples:
        parts[cut(moment, step_s)].append(value)
    return {moment: fmean(values) for moment, values in parts.items()}


async def sampled(days: float, seed: int = 1, every_s: int = 30) -> Samples:
    """Random samples until START, with some missing."""
    chance = random.Random(seed)
    count = int(days * 86400 / every_s)
    moments = [START - timedelta(seconds=every_s * number) for number in range(count) if chance.random() > 0.1]
    values = [chance.uniform(0, 100) for _ in moments]
    await add_samples(moments, lambda number: values[number], period_s=every_s)
    return list(zip(moments, values, strict=True))


async def stored(period_s: int) -> dict[datetime, float]:
    found = await rows("SELECT taken_at, cpu FROM metric_samples WHERE period_s = $1", period_s)
    return {row["taken_at"]: row["cpu"] for row in found}


@pytest.mark.usefixtures("installation")
async def test_old_samples_become_means(moved: Clock) -> None:
    samples = await sampled(2)
    assert await thinning.thin_samples() > 0
    border = cut(START - timedelta(hours=24), thinning.MEANS_S)
    old = [(moment, value) for moment, value in samples if moment < border]
    assert await stored(thinning.MEANS_S) == pytest.approx(means(old, thinning.MEANS_S))
    assert await stored(30) == dict(samples[: len(samples) - len(old)])


@pytest.mark.usefixtures("installation")
async def test_thinning_again_counts_nothing_twice(moved: Clock) -> None:
    await sampled(1.5)
    await thinning.thin_samples()
    once = await stored(thinning.MEANS_S)
    assert [await thinning.thin_samples() for _ in range(3)] == [0, 0, 0]
    assert await stored(thinning.MEANS_S) == once


@pytest.mark.usefixtures("installation")
async def test_means_become_hourly_after_a_week(moved: Clock) -> None:
    samples = await sampled(3, every_s=60)
    for _ in range(24 * 11):
        moved.move(hours=1)
        await thinning.thin_samples()
    expected = means(list(means(samples, thinning.MEANS_S).items()), thinning.HOURS_S)
    hourly = await stored(thinning.HOURS_S)
    assert hourly == pytest.approx(expected)
    assert await rows("SELECT id FROM metric_samples WHERE period_s < 3600") == []


@pytest.mark.usefixtures("installation")
async def test_what_is_too_old_is_forgotten_with_the_alerts_of_its_time(moved: Clock) -> None:
    old, young = START - timedelta(days=91), START - timedelta(days=89)
    await add_samples([old, young], period_s=3600)
    for closed_at in (old, young, None):
        await rows(
            "INSERT INTO alerts (host, metric, severity, message, value, threshold, opened_at, closed_at)"
            " VALUES ('h', 'cpu', 'warning', '', 1, 1, $1, $2)", old, closed_at,
        )  # fmt: skip
    await thinning.thin_samples()
    assert list(await stored(3600)) == [young]
    assert [row["closed_at"] for row in await rows("SELECT closed_at FROM alerts ORDER BY id")] == [young, None]


@pytest.mark.usefixtures("installation")
async def test_the_history_equals_a_slow_computation(moved: Clock) -> None:
    samples = await sampled(1)
    moved.move(seconds=1)
    for hours in (1, 6, 24):
        async with unit_of_work(AGENT) as uow:
            step_s, points = await monitoring.series(uow, hours=hours)
        start = moved.now - timedelta(hours=hours)
        expected = means([(at, value) for at, value in samples if cut(at, step_s) >= start], step_s)
        assert {point.at: point.cpu for point in points} == pytest.approx(expected, abs=0.051)
        assert [point.at for point in points] == sorted(expected)
        assert points[0].memory == pytest.approx(points[0].cpu / 2, abs=0.1)


@pytest.mark.usefixtures("installation")
async def test_means_weigh_as_much_as_what_they_stand_for(moved: Clock) -> None:
    hour = cut(START - timedelta(hours=3), 3600)
    await add_samples([hour], lambda _: 10.0, period_s=300)
    await add_samples([hour + timedelta(seconds=300 + 30 * number) for number in range(10)], lambda _: 50.0)
    async with unit_of_work(AGENT) as uow:
        step_s, points = await monitoring.series(uow, hours=200)
    assert step_s == 1800
    assert [point.cpu for point in points] == [30.0]


@given(st.integers(1, monitoring.MOST_HOURS))
def test_a_history_has_500_points_at_most(hours: int) -> None:
    assert hours * 3600 / monitoring.step_for(hours) <= monitoring.MOST_POINTS
    assert monitoring.step_for(hours) >= 30


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("hours", [0, -1, 2161, 10**9])
async def test_hours_out_of_bounds(hours: int) -> None:
    async with unit_of_work(AGENT) as uow:
        with pytest.raises(InvalidInput, match="hours must be between 1 and 2160"):
            await monitoring.metrics(uow, hours=hours)


@pytest.mark.usefixtures("database")
async def test_customers_see_no_figures() -> None:
    async with unit_of_work(Actor(tenant_id=1, role=Role.USER, user_id=1)) as uow:
        for ask in (monitoring.health, monitoring.metrics):
            with pytest.raises(Forbidden):
                await ask(uow)


@pytest.mark.usefixtures("installation")
async def test_a_long_history_is_read_by_the_index(moved: Clock, database_url: str) -> None:
    await rows(
        "INSERT INTO metric_samples (host, taken_at, period_s, cpu, memory, disk, uptime_s)"
        " SELECT 'h', $1::timestamptz - n * interval '30 s', 30, 1, 1, 1, 1 FROM generate_series(1, 50000) n",
        START,
    )
    await execute(database_url, "ANALYZE metric_samples")
    async with unit_of_work(AGENT) as uow:
        plan = await uow.rows("EXPLAIN " + monitoring._HISTORY, START - timedelta(hours=24), 300)
    assert "Index" in "".join(row["QUERY PLAN"] for row in plan)

"""Samples and alerts belong to no tenant: each test that has any takes `installation`, which has none yet."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.actor import Actor, Role
from services.unit_of_work import Row, SystemReason, system_unit_of_work

AGENT = Actor(tenant_id=1, role=Role.AGENT)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
_ADD = """
INSERT INTO metric_samples (host, taken_at, period_s, cpu, memory, disk, uptime_s)
SELECT $1, t, $2, c, m, d, 3600
FROM unnest($3::timestamptz[], $4::float8[], $5::float8[], $6::float8[]) AS s(t, c, m, d)
"""


class Clock:
    """The present moment, which stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clock, "now", lambda: moved.now)
    return moved


@pytest.fixture
async def installation(database: None) -> None:
    """No samples, no alerts, no lines of the log, nothing told of alerts."""
    await rows("DELETE FROM event_outbox WHERE tenant_id = 1 RETURNING event_id")
    await rows("DELETE FROM events WHERE topic = 'tenant:1:monitoring' RETURNING id")
    for table in ("metric_samples", "alerts", "log_records"):
        await rows(f"DELETE FROM {table}")  # noqa: S608


async def rows(sql: str, *args: object) -> list[Row]:
    async with system_unit_of_work(SystemReason.MONITORING) as statements:
        return await statements.rows(sql, *args)


async def add_samples(
    moments: list[datetime],
    cpu: Callable[[int], float] = lambda number: 10.0,
    *,
    host: str = "server-01",
    period_s: int = 30,
) -> None:
    """Samples of one machine; memory is twice the processor's load, and the disk half full."""
    values = [cpu(number) for number in range(len(moments))]
    await rows(_ADD, host, period_s, moments, values, [value / 2 for value in values], [50.0] * len(moments))

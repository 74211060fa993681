"""The health of the installation, for everybody's staff: present figures, their history, what is open and recent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import get_settings
from core import clock
from core.errors import InvalidInput
from core.paging import CursorPage, OffsetPage
from models.monitoring import Alert
from models.tickets import FINISHED, Ticket, TicketStatus
from services import alerts, tickets
from services.alerts import require_staff
from services.machine import Machine, Reading
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work

MOST_HOURS = 2160
MOST_POINTS = 500
_RECENT = 10
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600)
_OPEN = [status.value for status in TicketStatus if status not in FINISHED]

_ADD = """
INSERT INTO metric_samples (host, taken_at, period_s, cpu, memory, disk, uptime_s) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (host, period_s, taken_at) DO NOTHING RETURNING id
"""
_LATEST = "SELECT host, taken_at, cpu, memory, disk, uptime_s FROM metric_samples ORDER BY taken_at DESC LIMIT 1"
# A mean over a longer time weighs as much as the samples that it stands for.
_HISTORY = """
SELECT date_bin(make_interval(secs => $2::int), taken_at, 'epoch') AS at,
    sum(cpu * period_s) / sum(period_s) AS cpu, sum(memory * period_s) / sum(period_s) AS memory,
    sum(disk * period_s) / sum(period_s) AS disk
FROM metric_samples WHERE taken_at >= $1 GROUP BY 1 ORDER BY 1
"""
_OPEN_TICKETS = "SELECT count(*) AS n FROM tickets WHERE tenant_id = $1 AND status = ANY ($2::text[])"


@dataclass(frozen=True, slots=True)
class Health:
    """Percentages from 0 to 100. ``open_tickets`` are the tenant's that are not finished."""

    host: str
    taken_at: datetime
    cpu: float
    memory: float
    disk: float
    uptime_hours: float
    active_alerts: int
    open_tickets: int


@dataclass(frozen=True, slots=True)
class Point:
    """Means over a step of time that begins ``at``."""

    at: datetime
    cpu: float
    memory: float
    disk: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """``history`` is oldest first, a point every ``step_s`` seconds, none where nothing was sampled."""

    health: Health
    step_s: int
    history: Sequence[Point]
    recent_alerts: Sequence[Alert]
    recent_tickets: Sequence[Ticket]


async def record(machine: Machine, slot: datetime) -> Reading:
    """Read the machine and store it as the sample of ``slot``; a slot that has one keeps it."""
    reading = await machine.read()
    figures = (reading.cpu, reading.memory, reading.disk, reading.uptime_s)
    async with system_unit_of_work(SystemReason.MONITORING) as statements:
        await statements.rows(_ADD, reading.host, slot, get_settings().monitoring.metrics_period_s, *figures)
    return reading


async def health(uow: UnitOfWork) -> Health:
    """The latest sample, or the machine as it is where there is none yet. Raises Forbidden below agent."""
    require_staff(uow)
    row = await uow.row(_LATEST)
    if row is None:
        reading = await Machine(get_settings().data_dir).read()
        row = {name: getattr(reading, name) for name in ("host", "cpu", "memory", "disk", "uptime_s")}
        row["taken_at"] = clock.now()
    open_tickets = await uow.row(_OPEN_TICKETS, uow.tenant_id, _OPEN)
    return Health(
        host=row["host"],
        taken_at=row["taken_at"],
        cpu=round(row["cpu"], 1),
        memory=round(row["memory"], 1),
        disk=round(row["disk"], 1),
        uptime_hours=round(row["uptime_s"] / 3600, 1),
        active_alerts=await alerts.count_open(uow),
        open_tickets=int(open_tickets["n"]) if open_tickets else 0,
    )


async def metrics(uow: UnitOfWork, *, hours: int = 24) -> Metrics:
    """Health, its history over the last ``hours``, and what is recent. Raises Forbidden below agent, InvalidInput."""
    require_staff(uow)
    step_s, history = await series(uow, hours=hours)
    return Metrics(
        health=await health(uow),
        step_s=step_s,
        history=history,
        recent_alerts=(await alerts.page_alerts(uow, CursorPage(_RECENT))).rows,
        recent_tickets=await tickets.list_tickets(uow, statuses=None, page=OffsetPage(0, _RECENT)),
    )


async def series(uow: UnitOfWork, *, hours: int) -> tuple[int, list[Point]]:
    """Seconds between points, and the points of the last ``hours``: :data:`MOST_POINTS` at most.

    Raises Forbidden below agent, InvalidInput for hours out of bounds.
    """
    require_staff(uow)
    if not 1 <= hours <= MOST_HOURS:
        raise InvalidInput(f"hours must be between 1 and {MOST_HOURS}", field="hours")
    step_s = step_for(hours)
    # From the start of a step on: the first point is a mean like the others.
    start = clock.now() - timedelta(hours=hours)
    start += timedelta(seconds=-start.timestamp() % step_s)
    rows = await uow.rows(_HISTORY, start, step_s)
    rounded = [{name: round(row[name], 1) for name in ("cpu", "memory", "disk")} for row in rows]
    return step_s, [Point(at=row["at"], **values) for row, values in zip(rows, rounded, strict=True)]


def step_for(hours: int) -> int:
    """The shortest step, in seconds, that shows so many hours in :data:`MOST_POINTS` points; samples are no closer."""
    shortest = max(hours * 3600 / MOST_POINTS, get_settings().monitoring.metrics_period_s)
    return next(step for step in _STEPS_S if step >= shortest)

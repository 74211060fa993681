"""Figures about a tenant's tickets, for its staff: how many, how fast, whose. All are computed by PostgreSQL.

*Response time* is from a ticket's creation to the first public message of an operator; *resolution time* to the moment
when it was resolved, or closed without that. Cancelled tickets were not resolved. Hours are of the clock, not of work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.clock import now
from core.errors import Forbidden, InvalidInput
from models.categories import Category
from models.tickets import TicketPriority, TicketStatus
from models.users import User
from services import categories, users
from services.unit_of_work import Row, UnitOfWork

DEFAULT_DAYS = 30
MOST_DAYS = 3660
MOST_HELPERS = 100
_YEARS = (1970, 9998)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to, but not with, ``end``; both in UTC."""

    start: datetime
    end: datetime

    @classmethod
    def checked(cls, start: datetime | None, end: datetime | None, *, fields: tuple[str, str]) -> "Period":
        """Without ``end`` up to now, without ``start`` the 30 days before; a moment without a zone is in UTC.

        Raises InvalidInput that names one of ``fields``: the end before the start, more than ten years.
        """
        end = now() if end is None else _in_utc(end, fields[1])
        start = end - timedelta(days=DEFAULT_DAYS) if start is None else _in_utc(start, fields[0])
        if start > end:
            raise InvalidInput(f"{fields[0]} must not be later than {fields[1]}", field=fields[0])
        if end - start > timedelta(days=MOST_DAYS):
            raise InvalidInput(f"The period must be at most {MOST_DAYS} days long", field=fields[0])
        return cls(start, end)


@dataclass(frozen=True, slots=True)
class TimeSummary:
    """Hours of ``count`` tickets; None where there are none."""

    count: int
    average_hours: float | None
    median_hours: float | None


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """Tickets of a category, None standing for those without one. Percentages of a list sum to 100, or are all 0."""

    category: Category | None
    count: int
    percentage: int


@dataclass(frozen=True, slots=True)
class HelperFigures:
    """``tickets_handled``: tickets in which they answered publicly, and finished ones that they have, each once.

    ``average_response_hours`` is over the tickets whose first answer was theirs; None where there are none.
    """

    user: User
    tickets_handled: int
    average_response_hours: float | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day of UTC: tickets created on it, and tickets, whenever created, that were resolved on it."""

    day: date
    created: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All tickets of the tenant. ``by_status`` has every status, zeros included."""

    total: int
    by_status: Mapping[TicketStatus, int]
    response: TimeSummary
    categories: Sequence[CategoryShare]
    helpers: Sequence[HelperFigures]


@dataclass(frozen=True, slots=True)
class TicketStatistics(Dashboard):
    """The tickets created in the period; only ``resolved`` counts those resolved in it, as ``days`` does."""

    period: Period
    by_priority: Mapping[TicketPriority, int]
    resolution: TimeSummary
    resolved: int
    days: Sequence[DayFigures]


_COUNTS = """
SELECT status, priority, category_id, count(*) AS n, grouping(status, priority, category_id) AS kept
FROM tickets WHERE {where} GROUP BY GROUPING SETS ((status), (priority), (category_id))
"""
_BY_STATUS, _BY_PRIORITY, _BY_CATEGORY = 0b011, 0b101, 0b110
_RESOLVED_AT = "CASE WHEN status IN ('resolved', 'closed') THEN coalesce(resolved_at, closed_at) END"
# The first answer is looked up ticket by ticket in an index that holds all it takes: `messages_operator`.
_TIMES = f"""
SELECT count(response) AS responded, avg(response) AS response_average,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY response) AS response_median,
    count(resolution) AS resolved, avg(resolution) AS resolution_average,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution) AS resolution_median
FROM (
    SELECT (extract(epoch FROM f.created_at - t.created_at) / 3600)::float8 AS response,
        (extract(epoch FROM {_RESOLVED_AT} - t.created_at) / 3600)::float8 AS resolution
    FROM (SELECT * FROM tickets WHERE {{where}}) t LEFT JOIN LATERAL (
        SELECT created_at FROM messages
        WHERE tenant_id = $1 AND conversation_id = t.id AND author_kind = 'operator' AND visibility = 'public'
        ORDER BY id LIMIT 1
    ) f ON true
) hours
"""  # noqa: S608  # constants of this module
_HELPERS = """
WITH cohort AS MATERIALIZED (
    SELECT id, created_at, CASE WHEN status IN ('resolved', 'closed', 'cancelled') THEN assigned_to_id END AS finisher
    FROM tickets WHERE {where}
), said AS (
    SELECT m.author_id, m.conversation_id,
        CASE WHEN row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.id) = 1
            THEN (extract(epoch FROM m.created_at - c.created_at) / 3600)::float8 END AS response
    FROM messages m JOIN cohort c ON c.id = m.conversation_id
    WHERE m.tenant_id = $1 AND m.author_kind = 'operator' AND m.visibility = 'public'
), handled AS (
    SELECT author_id AS user_id, conversation_id AS ticket_id, response FROM said
    UNION ALL SELECT finisher, id, NULL FROM cohort WHERE finisher IS NOT NULL
), each_once AS (
    SELECT user_id, max(response) AS response FROM handled GROUP BY user_id, ticket_id
), figures AS (
    SELECT user_id, count(*) AS handled, avg(response) AS response FROM each_once GROUP BY user_id
)
SELECT u.id, coalesce(f.handled, 0) AS handled, f.response
FROM users u LEFT JOIN figures f ON f.user_id = u.id
WHERE u.tenant_id = $1 AND (f.handled > 0 OR (u.role = 'agent' AND u.is_active))
ORDER BY 2 DESC, u.id LIMIT {most}
"""
_DAYS = f"""
WITH created AS (
    SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM tickets WHERE {{where}} GROUP BY 1
), finished AS (
    SELECT {_RESOLVED_AT} AS at FROM tickets WHERE tenant_id = $1 AND status IN ('resolved', 'closed'){{category}}
), resolved AS (
    SELECT (at AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM finished WHERE at >= $2 AND at < $3 GROUP BY 1
)
SELECT d::date AS day, coalesce(created.n, 0) AS created, coalesce(resolved.n, 0) AS resolved
FROM generate_series(
    date_trunc('day', $2::timestamptz AT TIME ZONE 'UTC'),
    ($3::timestamptz - interval '1 microsecond') AT TIME ZONE 'UTC', interval '1 day'
) d
LEFT JOIN created ON created.day = d::date LEFT JOIN resolved ON resolved.day = d::date ORDER BY 1
"""  # noqa: S608  # constants of this module


async def dashboard(uow: UnitOfWork) -> Dashboard:
    """All tickets of the tenant, in five statements. Raises Forbidden below agent."""
    _require_staff(uow)
    cohort = _Cohort("tenant_id = $1", [uow.tenant_id])
    counts = await _counts(uow, cohort)
    response, _ = await _times(uow, cohort)
    return Dashboard(
        total=sum(counts.by_status.values()),
        by_status=counts.by_status,
        response=response,
        categories=await _shares(counts.by_category),
        helpers=await _helpers(uow, cohort),
    )


async def ticket_statistics(uow: UnitOfWork, period: Period, *, category_id: int | None = None) -> TicketStatistics:
    """Tickets created in the period, of one category or of all. Raises Forbidden below agent, NotFound."""
    _require_staff(uow)
    if category_id is not None:
        await categories.get(uow, category_id)
    cohort = _Cohort.created_in(uow.tenant_id, period, category_id)
    counts = await _counts(uow, cohort)
    response, resolution = await _times(uow, cohort)
    days = await _days(uow, cohort)
    return TicketStatistics(
        period=period,
        total=sum(counts.by_status.values()),
        by_status=counts.by_status,
        by_priority=counts.by_priority,
        response=response,
        resolution=resolution,
        categories=await _shares(counts.by_category),
        helpers=await _helpers(uow, cohort),
        resolved=sum(day.resolved for day in days),
        days=days,
    )


def percentages(counts: Sequence[int]) -> list[int]:
    """Whole shares of 100 by the method of largest remainders: they sum to 100, where there is anything to share."""
    total = sum(counts)
    if total == 0:
        return [0] * len(counts)
    shares = [count * 100 // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda place: (-(counts[place] * 100 % total), place))
    for place in by_remainder[: 100 - sum(shares)]:
        shares[place] += 1
    return shares


@dataclass(frozen=True, slots=True)
class _Cohort:
    """Which tickets the figures are of: a condition on ``tickets`` whose $1 is the tenant, and its values."""

    where: str
    args: list[Any]
    narrowed: str = ""
    """The part of ``where`` that chooses a category."""

    @classmethod
    def created_in(cls, tenant_id: int, period: Period, category_id: int | None) -> "_Cohort":
        narrowed = "" if category_id is None else " AND category_id = $4"
        where = f"tenant_id = $1 AND created_at >= $2 AND created_at < $3{narrowed}"
        values = [tenant_id, period.start, period.end]
        return cls(where, values if category_id is None else [*values, category_id], narrowed)


@dataclass(frozen=True, slots=True)
class _Counts:
    by_status: dict[TicketStatus, int]
    by_priority: dict[TicketPriority, int]
    by_category: dict[int | None, int]


async def _counts(uow: UnitOfWork, cohort: _Cohort) -> _Counts:
    rows = await uow.rows(_COUNTS.format(where=cohort.where), *cohort.args)
    statuses, priorities = dict.fromkeys(TicketStatus, 0), dict.fromkeys(TicketPriority, 0)
    statuses |= {TicketStatus(row["status"]): row["n"] for row in rows if row["kept"] == _BY_STATUS}
    priorities |= {TicketPriority(row["priority"]): row["n"] for row in rows if row["kept"] == _BY_PRIORITY}
    return _Counts(statuses, priorities, {row["category_id"]: row["n"] for row in rows if row["kept"] == _BY_CATEGORY})


async def _times(uow: UnitOfWork, cohort: _Cohort) -> tuple[TimeSummary, TimeSummary]:
    """Until the first answer, and until the resolution."""
    (row,) = await uow.rows(_TIMES.format(where=cohort.where), *cohort.args)
    return (
        TimeSummary(row["responded"], row["response_average"], row["response_median"]),
        TimeSummary(row["resolved"], row["resolution_average"], row["resolution_median"]),
    )


async def _shares(by_category: Mapping[int | None, int]) -> list[CategoryShare]:
    """In the tenant's order, empty ones only while they are in use; tickets without a category come last."""
    found: list[Category | None] = [
        category
        for category in await Category.all().order_by("sort_order", "id")
        if category.is_active or by_category.get(category.id)
    ]
    if by_category.get(None):
        found.append(None)
    counts = [by_category.get(category.id if category else None, 0) for category in found]
    shared = zip(found, counts, percentages(counts), strict=True)
    return [CategoryShare(category, count, percentage) for category, count, percentage in shared]


async def _helpers(uow: UnitOfWork, cohort: _Cohort) -> list[HelperFigures]:
    """Whoever handled anything, and agents who handled nothing; the 100 with the most, those first."""
    rows = await uow.rows(_HELPERS.format(where=cohort.where, most=MOST_HELPERS), *cohort.args)
    people = await users.by_ids(uow, [row["id"] for row in rows])
    return [HelperFigures(people[row["id"]], row["handled"], row["response"]) for row in rows]


async def _days(uow: UnitOfWork, cohort: _Cohort) -> list[DayFigures]:
    rows: list[Row] = await uow.rows(_DAYS.format(where=cohort.where, category=cohort.narrowed), *cohort.args)
    return [DayFigures(row["day"], row["created"], row["resolved"]) for row in rows]


def _in_utc(moment: datetime, field: str) -> datetime:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise InvalidInput(f"{field} must be in the years {_YEARS[0]} to {_YEARS[1]}", field=field)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _require_staff(uow: UnitOfWork) -> None:
    if not uow.actor.is_staff:
        raise Forbidden

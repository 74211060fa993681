"""Figures about a tenant's tickets, for its staff: how many, how fast, whose. All are computed by PostgreSQL.

*Response time* is from a ticket's creation to the first public message of an operator; *resolution time* to the moment
when it was resolved, or closed without that. Cancelled tickets were not resolved. Hours are of the clock, not of work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from models.categories import Category
from models.tickets import TicketPriority, TicketStatus
from models.users import User
from services import categories, users
from services.periods import Period
from services.unit_of_work import Row, UnitOfWork

MOST_HELPERS = 100


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
SELECT status, priority, category_id, count(*) AS n, min(id) AS first, max(id) AS last
FROM tickets WHERE {where} GROUP BY 1, 2, 3
"""
_RESOLVED_AT = "CASE WHEN status IN ('resolved', 'closed') THEN coalesce(resolved_at, closed_at) END"
# Read in its order, from the index `messages_operator` alone. Tickets are numbered as they are created, so the span
# from the first to the last of a period holds few others.
_ANSWERS = """FROM messages WHERE tenant_id = $1 AND author_kind = 'operator' AND visibility = 'public'
    AND conversation_id BETWEEN {span}"""
_RESPONSES = f"""
WITH first AS (
    SELECT DISTINCT ON (conversation_id) conversation_id, author_id, created_at {_ANSWERS} ORDER BY conversation_id, id
), waits AS (
    SELECT f.author_id, date_part('epoch', f.created_at - t.created_at) / 3600 AS hours
    FROM first f JOIN (SELECT id, created_at FROM tickets WHERE {{where}}) t ON t.id = f.conversation_id
)
SELECT author_id, false AS of_all, count(*) AS n, avg(hours) AS average, NULL::float8 AS median
FROM waits GROUP BY author_id
UNION ALL
SELECT NULL, true, count(*), avg(hours), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FROM waits
"""  # noqa: S608  # constants of this module
_RESOLUTIONS = f"""
SELECT count(hours) AS n, avg(hours) AS average, percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS median
FROM (SELECT date_part('epoch', {_RESOLVED_AT} - created_at) / 3600 AS hours FROM tickets WHERE {{where}}) waits
"""  # noqa: S608  # constants of this module
_HELPERS = f"""
WITH cohort AS NOT MATERIALIZED (
    SELECT id, CASE WHEN status IN ('resolved', 'closed', 'cancelled') THEN assigned_to_id END AS finisher
    FROM tickets WHERE {{where}}
), answered AS (
    SELECT DISTINCT conversation_id, author_id {_ANSWERS} ORDER BY 1, 2
), handled AS (
    SELECT a.author_id AS user_id, count(*) AS n FROM answered a JOIN cohort c ON c.id = a.conversation_id
    WHERE c.finisher IS DISTINCT FROM a.author_id GROUP BY 1
    UNION ALL SELECT finisher, count(*) FROM cohort WHERE finisher IS NOT NULL GROUP BY 1
    UNION ALL SELECT id, 0 FROM users WHERE tenant_id = $1 AND role = 'agent' AND is_active
)
SELECT u.id, sum(h.n)::bigint AS handled FROM handled h JOIN users u ON u.id = h.user_id
WHERE u.tenant_id = $1 GROUP BY u.id ORDER BY 2 DESC, 1 LIMIT {MOST_HELPERS}
"""  # noqa: S608  # constants of this module
# 100,000 tickets are joined and sorted in memory; what PostgreSQL takes by default would go through files. Plans follow
# the period that is asked for: one plan for all of them would take each for a short one.
_PREPARE = "SELECT set_config('work_mem', '16MB', true), set_config('plan_cache_mode', 'force_custom_plan', true)"
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
    """All tickets of the tenant, in a handful of statements. Raises Forbidden below agent."""
    uow.actor.require_staff()
    return (await _figures(uow, _Cohort("tenant_id = $1", [uow.tenant_id])))[0]


async def ticket_statistics(uow: UnitOfWork, period: Period, *, category_id: int | None = None) -> TicketStatistics:
    """Tickets created in the period, of one category or of all. Raises Forbidden below agent, NotFound."""
    uow.actor.require_staff()
    if category_id is not None:
        await categories.get(uow, category_id)
    cohort = _Cohort.created_in(uow.tenant_id, period, category_id)
    figures, by_priority = await _figures(uow, cohort)
    days = await _days(uow, cohort)
    return TicketStatistics(
        **{field.name: getattr(figures, field.name) for field in fields(figures)},
        period=period,
        by_priority=by_priority,
        resolution=await _resolution(uow, cohort),
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

    def spanning(self, statement: str) -> str:
        """The statement, whose last two values are the first and the last number of a ticket."""
        taken = len(self.args)
        return statement.format(where=self.where, span=f"${taken + 1} AND ${taken + 2}")


@dataclass(frozen=True, slots=True)
class _Counts:
    """``span``: the numbers of the first and the last ticket; 0 where there is none."""

    by_status: dict[TicketStatus, int]
    by_priority: dict[TicketPriority, int]
    by_category: dict[int | None, int]
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Responses:
    """``by_person``: hours on average, of whoever gave the first answer to anything."""

    of_all: TimeSummary
    by_person: Mapping[int | None, float]


async def _figures(uow: UnitOfWork, cohort: _Cohort) -> tuple[Dashboard, dict[TicketPriority, int]]:
    """What both kinds of statistics show, and the tickets of each priority."""
    await uow.rows(_PREPARE)
    counts = await _counts(uow, cohort)
    responses = await _responses(uow, cohort, counts.span)
    figures = Dashboard(
        total=sum(counts.by_status.values()),
        by_status=counts.by_status,
        response=responses.of_all,
        categories=await _shares(counts.by_category),
        helpers=await _helpers(uow, cohort, counts.span, responses.by_person),
    )
    return figures, counts.by_priority


async def _counts(uow: UnitOfWork, cohort: _Cohort) -> _Counts:
    groups = await uow.rows(_COUNTS.format(where=cohort.where), *cohort.args)
    statuses, priorities = dict.fromkeys(TicketStatus, 0), dict.fromkeys(TicketPriority, 0)
    by_category: dict[int | None, int] = {}
    for group in groups:
        statuses[TicketStatus(group["status"])] += group["n"]
        priorities[TicketPriority(group["priority"])] += group["n"]
        by_category[group["category_id"]] = by_category.get(group["category_id"], 0) + group["n"]
    firsts, lasts = ([group[end] for group in groups] for end in ("first", "last"))
    return _Counts(statuses, priorities, by_category, (min(firsts, default=0), max(lasts, default=0)))


async def _responses(uow: UnitOfWork, cohort: _Cohort, span: tuple[int, int]) -> _Responses:
    rows = await uow.rows(cohort.spanning(_RESPONSES), *cohort.args, *span)
    (of_all,) = (TimeSummary(row["n"], row["average"], row["median"]) for row in rows if row["of_all"])
    return _Responses(of_all, {row["author_id"]: row["average"] for row in rows if not row["of_all"]})


async def _resolution(uow: UnitOfWork, cohort: _Cohort) -> TimeSummary:
    (row,) = await uow.rows(_RESOLUTIONS.format(where=cohort.where), *cohort.args)
    return TimeSummary(row["n"], row["average"], row["median"])


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


async def _helpers(
    uow: UnitOfWork, cohort: _Cohort, span: tuple[int, int], response: Mapping[int | None, float]
) -> list[HelperFigures]:
    """Whoever handled anything, and agents who handled nothing; the 100 with the most, those first."""
    rows = await uow.rows(cohort.spanning(_HELPERS), *cohort.args, *span)
    people = await users.by_ids(uow, [row["id"] for row in rows])
    return [HelperFigures(people[row["id"]], row["handled"], response.get(row["id"])) for row in rows]


async def _days(uow: UnitOfWork, cohort: _Cohort) -> list[DayFigures]:
    rows: list[Row] = await uow.rows(_DAYS.format(where=cohort.where, category=cohort.narrowed), *cohort.args)
    return [DayFigures(row["day"], row["created"], row["resolved"]) for row in rows]

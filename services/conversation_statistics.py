"""Figures about tickets and dialogs together: how many, who answered, how soon, and why people were called.

A conversation belongs to the period in which it began; escalations to the one in which they happened. *First response*
is from a ticket's creation, or from the moment a person was called to a dialog, to the first public message of an
operator. All are computed by PostgreSQL; days are those of the zone that is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import InvalidInput
from models.users import User
from services import users
from services.periods import Period
from services.unit_of_work import Row, UnitOfWork

MOST_OPERATORS = 100
BUCKETS_S = (60, 300, 900, 3600, 14_400, 86_400)
"""Upper ends of the first responses' histogram, in seconds; what took longer is counted behind the last."""


class CountedKind(StrEnum):
    """Conversations that are counted here."""

    TICKET = "ticket"
    DIALOG = "dialog"


class EscalationCause(StrEnum):
    """Why a person was called, to tickets and to dialogs alike."""

    CUSTOMER_REQUEST = "customer_request"
    NO_GROUND = "no_ground"
    UNGROUNDED_ANSWER = "ungrounded_answer"
    PROVIDER_FAILED = "provider_failed"
    ASSISTANT_INACTIVE = "assistant_inactive"
    MANUAL = "manual"
    OTHER = "other"


# What handoffs call the same by a name of their own; see services/dialog_answering.py.
_HANDOFF_WORDS = {"keyword": EscalationCause.CUSTOMER_REQUEST, "low_confidence": EscalationCause.NO_GROUND}


@dataclass(frozen=True, slots=True)
class Volume:
    """Conversations that began in some time, by kind and by who answered them; the four outcomes sum to ``total``.

    ``by_assistant``: the assistant answered, no person was called or wrote. ``handed_over``: it answered, and a person
    was called or wrote. ``by_people``: operators alone. ``waiting``: nobody answered yet. ``resolved_by_assistant`` are
    those ``by_assistant`` that are over: the ticket is resolved or closed, the dialog archived or a day silent.
    ``first_response_s`` is the median; None where no operator answered.
    """

    tickets: int = 0
    dialogs: int = 0
    by_assistant: int = 0
    handed_over: int = 0
    by_people: int = 0
    waiting: int = 0
    resolved_by_assistant: int = 0
    first_response_s: float | None = None

    @property
    def total(self) -> int:
        return self.tickets + self.dialogs


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of ``count`` conversations; None where there are none. ``buckets`` are counts by :data:`BUCKETS_S`."""

    count: int
    average_s: float | None
    median_s: float | None
    p90_s: float | None
    buckets: Sequence[int]


@dataclass(frozen=True, slots=True)
class Escalations:
    cause: EscalationCause
    tickets: int
    dialogs: int


@dataclass(frozen=True, slots=True)
class OperatorFigures:
    """``answered``: conversations of the period with a public message of theirs; ``messages``: all of these.

    ``resolved``: tickets of the period that are over and theirs. ``first_response_s`` is the median where the first
    answer was theirs; ``handling_s`` that of dialogs that they took and released; ``taken`` dialogs that they took.
    """

    user: User
    answered: int
    messages: int
    resolved: int
    taken: int
    first_response_s: float | None
    handling_s: float | None


@dataclass(frozen=True, slots=True)
class ConversationStatistics:
    """``assistant_first_s``: median seconds from a ticket's creation to the assistant's first answer."""

    period: Period
    zone: str
    total: Volume
    first_response: Waits
    assistant_first_s: float | None
    days: Sequence[tuple[date, Volume]]
    escalations: Sequence[Escalations]
    operators: Sequence[OperatorFigures]


_COHORT = """
tickets_of AS NOT MATERIALIZED (
    SELECT id, 'ticket' AS kind, created_at, created_at AS asked_at, escalated_at IS NOT NULL AS called,
        status IN ('resolved', 'closed') AS ended, assigned_to_id AS holder
    FROM tickets WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND 'ticket' = ANY ($4::text[])
), dialogs_of AS NOT MATERIALIZED (
    SELECT d.id, 'dialog', d.created_at, coalesce(h.requested_at, d.created_at), d.handoff_id IS NOT NULL,
        d.status = 'archived' OR d.updated_at < now() - interval '1 day', NULL::bigint
    FROM dialogs d LEFT JOIN LATERAL (
        SELECT requested_at FROM handoffs WHERE dialog_id = d.id AND d.handoff_id IS NOT NULL ORDER BY id LIMIT 1
    ) h ON true
    WHERE d.tenant_id = $1 AND d.created_at >= $2 AND d.created_at < $3 AND 'dialog' = ANY ($4::text[])
), cohort AS (SELECT * FROM tickets_of UNION ALL SELECT * FROM dialogs_of)"""
_PUBLIC = "tenant_id = $1 AND visibility = 'public' AND author_kind IN ('assistant', 'operator')"
# Conversations are numbered as they begin, so the span from the first to the last of a period holds few others.
_SPAN = f"WITH {_COHORT} SELECT coalesce(min(id), 0) AS first, coalesce(max(id), 0) AS last FROM cohort"  # noqa: S608
_VOLUME = f"""
WITH {_COHORT}, answered AS (
    SELECT conversation_id, min(created_at) FILTER (WHERE author_kind = 'assistant') AS assistant_at,
        min(created_at) FILTER (WHERE author_kind = 'operator') AS person_at
    FROM messages WHERE {_PUBLIC} AND conversation_id BETWEEN $5 AND $6 GROUP BY 1
), facts AS (
    SELECT c.kind, (c.created_at AT TIME ZONE $7)::date AS day, c.ended, assistant_at IS NOT NULL AS drafted,
        c.called OR person_at IS NOT NULL AS personal, person_at IS NOT NULL AS by_person,
        CASE WHEN person_at < c.asked_at THEN 0 ELSE date_part('epoch', person_at - c.asked_at) END AS wait,
        CASE WHEN c.kind = 'ticket' THEN date_part('epoch', assistant_at - c.created_at) END AS assistant_wait
    FROM cohort c LEFT JOIN answered a ON a.conversation_id = c.id
)
SELECT day, count(*) FILTER (WHERE kind = 'ticket') AS tickets, count(*) FILTER (WHERE kind = 'dialog') AS dialogs,
    count(*) FILTER (WHERE drafted AND NOT personal) AS by_assistant,
    count(*) FILTER (WHERE drafted AND personal) AS handed_over,
    count(*) FILTER (WHERE NOT drafted AND by_person) AS by_people,
    count(*) FILTER (WHERE NOT drafted AND NOT by_person) AS waiting,
    count(*) FILTER (WHERE drafted AND NOT personal AND ended) AS resolved_by_assistant,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY wait) AS first_response_s,
    CASE WHEN day IS NULL THEN percentile_cont(0.9) WITHIN GROUP (ORDER BY wait) END AS p90_s,
    CASE WHEN day IS NULL THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY assistant_wait) END AS assistant_first_s,
    count(wait) AS waits, avg(wait) AS average_s,
    {", ".join(f"count(*) FILTER (WHERE wait < {end}) AS below_{end}" for end in BUCKETS_S)}
FROM facts GROUP BY GROUPING SETS ((day), ()) ORDER BY day
"""  # noqa: S608  # constants of this module
_ESCALATIONS = """
SELECT escalation_reason AS reason, count(*) AS tickets, 0 AS dialogs FROM tickets
WHERE tenant_id = $1 AND escalated_at >= $2 AND escalated_at < $3 AND 'ticket' = ANY ($4::text[]) GROUP BY 1
UNION ALL
SELECT reason, 0, count(*) FROM handoffs
WHERE tenant_id = $1 AND requested_at >= $2 AND requested_at < $3 AND 'dialog' = ANY ($4::text[]) GROUP BY 1
"""
_OPERATORS = f"""
WITH {_COHORT}, said AS (
    SELECT c.id, m.author_id, m.created_at, c.asked_at,
        row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.created_at) AS place
    FROM messages m JOIN cohort c ON c.id = m.conversation_id
    WHERE m.tenant_id = $1 AND m.visibility = 'public' AND m.author_kind = 'operator'
        AND m.conversation_id BETWEEN $5 AND $6
), work AS (
    SELECT author_id AS id, count(DISTINCT id) AS answered, count(*) AS messages, 0 AS resolved, 0 AS taken,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(date_part('epoch', created_at - asked_at), 0))
            FILTER (WHERE place = 1) AS first_response_s, NULL::float8 AS handling_s
    FROM said GROUP BY 1
    UNION ALL
    SELECT holder, 0, 0, count(*), 0, NULL, NULL FROM cohort WHERE ended AND holder IS NOT NULL GROUP BY 1
    UNION ALL
    SELECT operator_id, 0, 0, 0, count(*), NULL,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', ended_at - taken_at))
    FROM handoffs WHERE tenant_id = $1 AND requested_at >= $2 AND requested_at < $3 AND operator_id IS NOT NULL
        AND taken_at IS NOT NULL AND 'dialog' = ANY ($4::text[]) GROUP BY 1
    UNION ALL
    SELECT id, 0, 0, 0, 0, NULL, NULL FROM users WHERE tenant_id = $1 AND role = 'agent' AND is_active
)
SELECT id, sum(answered)::bigint AS answered, sum(messages)::bigint AS messages, sum(resolved)::bigint AS resolved,
    sum(taken)::bigint AS taken, max(first_response_s) AS first_response_s, max(handling_s) AS handling_s
FROM work WHERE id IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 4 DESC, 1 LIMIT {MOST_OPERATORS}
"""  # noqa: S608  # constants of this module
# As in services/statistics.py: joined and sorted in memory, by a plan for the period that is asked for.
_PREPARE = "SELECT set_config('work_mem', '16MB', true), set_config('plan_cache_mode', 'force_custom_plan', true)"


async def summary(
    uow: UnitOfWork, period: Period, *, zone: str = "UTC", kind: CountedKind | None = None
) -> ConversationStatistics:
    """Tickets and dialogs of the period, or one kind of them, in five statements.

    Raises Forbidden below agent, InvalidInput for a zone that nobody knows.
    """
    uow.actor.require_staff()
    _check(zone)
    await uow.rows(_PREPARE)
    kinds = [each.value for each in CountedKind if kind in (None, each)]
    chosen: list[Any] = [uow.tenant_id, period.start, period.end, kinds]
    (span,) = await uow.rows(_SPAN, *chosen)
    spanned = [*chosen, span["first"], span["last"]]
    *by_day, all_days = await uow.rows(_VOLUME, *spanned, zone)
    return ConversationStatistics(
        period=period,
        zone=zone,
        total=_volume(all_days),
        first_response=_waits(all_days),
        assistant_first_s=all_days["assistant_first_s"],
        days=_every_day(period, zone, {row["day"]: _volume(row) for row in by_day}),
        escalations=_escalations(await uow.rows(_ESCALATIONS, *chosen)),
        operators=await _operators(uow, await uow.rows(_OPERATORS, *spanned)),
    )


def _check(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise InvalidInput("No such time zone", field="time_zone") from None


def _volume(row: Row) -> Volume:
    return Volume(**{name: row[name] for name in Volume.__slots__})


def _waits(row: Row) -> Waits:
    """From counts of all below each end to counts between the ends."""
    below = [0, *(row[f"below_{end}"] for end in BUCKETS_S), row["waits"]]
    buckets = [high - low for low, high in pairwise(below)]
    return Waits(row["waits"], row["average_s"], row["first_response_s"], row["p90_s"], buckets)


def _every_day(period: Period, zone: str, found: Mapping[date, Volume]) -> list[tuple[date, Volume]]:
    """Every day that the period touches in the zone; those on which nothing began too."""
    day = period.start.astimezone(ZoneInfo(zone)).date()
    last = (period.end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
    days = [day + timedelta(days=number) for number in range((last - day).days + 1)]
    return [(each, found.get(each, Volume())) for each in days]


def _escalations(rows: Sequence[Row]) -> list[Escalations]:
    """Every cause that there was, the most frequent first."""
    known = {cause.value: cause for cause in EscalationCause} | _HANDOFF_WORDS
    sums: dict[EscalationCause, tuple[int, int]] = {}
    for row in rows:
        cause = known.get(row["reason"], EscalationCause.OTHER)
        tickets, dialogs = sums.get(cause, (0, 0))
        sums[cause] = tickets + row["tickets"], dialogs + row["dialogs"]
    return [Escalations(cause, *sums[cause]) for cause in sorted(sums, key=lambda each: -sum(sums[each]))]


async def _operators(uow: UnitOfWork, rows: Sequence[Row]) -> list[OperatorFigures]:
    """Whoever did anything, and agents who did nothing; those who answered most first."""
    people = await users.by_ids(uow, [row["id"] for row in rows])
    columns = ("answered", "messages", "resolved", "taken", "first_response_s", "handling_s")
    # A superadmin who looked in from another tenant is nobody of this one.
    return [OperatorFigures(people[row["id"]], *(row[name] for name in columns)) for row in rows if row["id"] in people]

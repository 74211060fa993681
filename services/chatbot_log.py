"""What was asked of the chatbot: the log of its exchanges, and what they come to. For staff alone."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

import orjson

from core.paging import CursorPage, Slice
from core.text import checked_text
from services.unit_of_work import UnitOfWork

MOST_COMMON = 10
_KEY = 64
_NOT_WORDS = re.compile(r"[\W_]+")
_LOG = """
SELECT e.id, e.user_id, s.key AS session_key, e.query, e.response, e.confidence, e.was_escalated, e.ticket_id,
    e.response_time_ms, e.created_at
FROM {asked} ORDER BY e.id DESC LIMIT $3
"""
_OF_ALL = """
chatbot_exchanges e JOIN chatbot_sessions s ON s.id = e.session_id
WHERE e.tenant_id = $1 AND e.id < $2 {narrowed}
"""
# From each session its newest: a walk through the whole log would look for a session that asked little, or nothing.
_OF_SESSIONS = """
chatbot_sessions s CROSS JOIN LATERAL (
    SELECT * FROM chatbot_exchanges WHERE session_id = s.id AND id < $2 {narrowed} ORDER BY id DESC LIMIT $3
) e
WHERE s.tenant_id = $1 AND s.key = $4
"""
_ESCALATED = "AND was_escalated"
# The index that holds all of it is a fifth of the table, yet as long as pages out of order are held to be four times as
# dear, as on turning disks, a tenant of most rows is read from the table. Until the transaction ends.
_FROM_INDEX = "SELECT set_config('random_page_cost', '1.1', true)"
_SUMMARY = """
WITH asked AS (
    SELECT query_key, count(*) AS times, max(id) AS latest, count(*) FILTER (WHERE was_escalated) AS escalated,
        sum(confidence) AS confidence
    FROM chatbot_exchanges WHERE tenant_id = $1 GROUP BY query_key
), common AS (
    SELECT e.query, asked.times, asked.latest
    FROM (SELECT times, latest FROM asked ORDER BY times DESC, latest DESC LIMIT $2) AS asked
    JOIN chatbot_exchanges e ON e.id = asked.latest
)
SELECT coalesce(sum(times), 0)::bigint AS total, coalesce(sum(escalated), 0)::bigint AS escalated,
    coalesce(sum(confidence), 0)::float8 AS confidence,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('query', query, 'count', times) ORDER BY times DESC, latest DESC),
        '[]') FROM common) AS common
FROM asked
"""


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """A question, what the chatbot said, and how long that took."""

    id: int
    user_id: int
    session_key: str
    query: str
    response: str
    confidence: float
    was_escalated: bool
    ticket_id: int | None
    response_time_ms: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which exchanges. Keys are the users' own, so that several sessions may have one; None does not narrow."""

    session_key: str | None = None
    escalated_only: bool = False


@dataclass(frozen=True, slots=True)
class CommonQuery:
    """A question as it was last spelled, and how often it was asked in any spelling."""

    query: str
    count: int


@dataclass(frozen=True, slots=True)
class ChatbotSummary:
    """``escalation_rate`` is in percent, ``avg_confidence`` from 0 to 1; both are 0 where nothing was asked."""

    total: int
    escalated: int
    escalation_rate: float
    avg_confidence: float
    common_queries: tuple[CommonQuery, ...]


def query_key(text: str) -> str:
    """What questions are counted by, 64 characters: their words, whatever their case and punctuation."""
    words = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return hashlib.sha256((words or text.strip()).encode()).hexdigest()


async def page_log(uow: UnitOfWork, chosen: LogFilter, page: CursorPage) -> Slice[ExchangeRow]:
    """Exchanges of the tenant, newest first. Raises Forbidden below agent, InvalidInput."""
    uow.actor.require_staff()
    asked, given = _OF_ALL, []
    if chosen.session_key is not None:
        asked = _OF_SESSIONS
        given.append(checked_text(chosen.session_key, field="session_id", most=_KEY))
    before = 2**63 - 1 if page.after is None else page.after
    statement = _LOG.format(asked=asked.format(narrowed=_ESCALATED if chosen.escalated_only else ""))
    rows = await uow.rows(statement, uow.tenant_id, before, page.size + 1, *given)
    return Slice([ExchangeRow(**row) for row in rows[: page.size]], has_more=len(rows) > page.size)


async def summary(uow: UnitOfWork) -> ChatbotSummary:
    """What all exchanges of the tenant come to. Raises Forbidden below agent."""
    uow.actor.require_staff()
    await uow.rows(_FROM_INDEX)
    (row,) = await uow.rows(_SUMMARY, uow.tenant_id, MOST_COMMON)
    total, escalated, common = row["total"], row["escalated"], row["common"]
    return ChatbotSummary(
        total=total,
        escalated=escalated,
        escalation_rate=round(100 * escalated / total, 2) if total else 0.0,
        avg_confidence=row["confidence"] / total if total else 0.0,
        common_queries=tuple(
            CommonQuery(**each) for each in (orjson.loads(common) if isinstance(common, str) else common)
        ),
    )

"""How soon staff first answer, measured: what somebody who has just written may expect."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.tickets import TicketPriority
from services.unit_of_work import UnitOfWork

_HOUR = 3600
_PRIOR: Mapping[TicketPriority, tuple[int, int]] = {
    TicketPriority.CRITICAL: (_HOUR // 2, _HOUR),
    TicketPriority.HIGH: (_HOUR, 2 * _HOUR),
    TicketPriority.MEDIUM: (2 * _HOUR, 4 * _HOUR),
    TicketPriority.LOW: (4 * _HOUR, 8 * _HOUR),
}
"""What is promised, in seconds, until enough was measured."""
_ENOUGH = 20
_RECENT = 200

_MEASURED = """
WITH recent AS (
    SELECT id, created_at FROM tickets WHERE tenant_id = $1 AND priority = $2 ORDER BY id DESC LIMIT $3
), answered AS (
    SELECT extract(epoch FROM (
        SELECT m.created_at FROM messages m
        WHERE m.tenant_id = $1 AND m.conversation_id = t.id AND m.author_kind = 'operator' AND m.visibility = 'public'
        ORDER BY m.id LIMIT 1
    ) - t.created_at)::float8 AS waited
    FROM recent t
)
SELECT count(waited) AS measured, percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY waited) AS late
FROM answered
"""


@dataclass(frozen=True, slots=True)
class ReplyTime:
    """Seconds: half of all wait less than ``least_s``, nine in ten less than ``most_s``."""

    least_s: int
    most_s: int


async def expected_reply(uow: UnitOfWork, priority: TicketPriority) -> ReplyTime:
    """From the latest tickets of that priority in the actor's tenant; a promise where too few were answered."""
    row = await uow.row(_MEASURED, uow.tenant_id, priority, _RECENT)
    if row is None or row["measured"] < _ENOUGH:
        return ReplyTime(*_PRIOR[priority])
    return ReplyTime(round(row["median"]), max(round(row["late"]), round(row["median"])))

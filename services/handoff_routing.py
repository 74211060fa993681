"""Routing: to whom a waiting dialog is offered. Whoever sees it in their queue may still be faster."""

from services.operators import present_since
from services.unit_of_work import UnitOfWork

# What was offered to somebody counts as theirs already, else all that come in one moment were offered to one person.
_CHOOSE = """
SELECT o.user_id FROM operators o JOIN users u ON u.id = o.user_id
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM handoffs h WHERE h.tenant_id = $1 AND h.operator_id = o.user_id AND h.state = 'active'
) held
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM handoffs h
    WHERE h.tenant_id = $1 AND h.offered_to_id = o.user_id AND h.state = 'requested'
) offered
WHERE o.tenant_id = $1 AND o.status = 'available' AND o.heartbeat_at > $3
    AND u.is_active AND u.role <> 'user' AND o.user_id <> $4
    AND (coalesce(o.assistant_ids, 'null') = 'null' OR o.assistant_ids @> to_jsonb($2::bigint))
    AND held.n + offered.n < o.max_capacity
ORDER BY (held.n + offered.n)::float / o.max_capacity, o.user_id LIMIT 1
"""
_NOBODY = 0


async def choose(uow: UnitOfWork, assistant_id: int, *, besides: int = _NOBODY) -> int | None:
    """The available operator who serves the assistant and has the least load for their capacity.

    None where nobody is there or has room: the dialog waits for whoever comes. ``besides`` is not chosen.
    """
    row = await uow.row(_CHOOSE, uow.tenant_id, assistant_id, present_since(), besides)
    return None if row is None else int(row["user_id"])

"""What a tenant's tickets are, counted: by status, priority and category, and how long they took to be resolved."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.tickets import Sentiment, TicketPriority, TicketStatus
from services.ticket_rows import CategoryRow
from services.unit_of_work import UnitOfWork

# One pass over the tenant's tickets; the groups, at most a few thousand, are summed up here.
_COUNTS = """
SELECT status, priority, category_id, sentiment, count(*) AS n, count(resolved_at) AS resolved,
    coalesce(sum(extract(epoch FROM resolved_at - created_at)), 0)::float8 AS seconds
FROM tickets WHERE tenant_id = $1
GROUP BY status, priority, category_id, sentiment
"""
# As in services/chatbot_log.py: from the index `tickets_figures`, not from the table.
_FROM_INDEX = "SELECT set_config('random_page_cost', '1.1', true)"
_CATEGORIES = """
SELECT id, public_id, key, name, description, icon, color, is_active, sort_order
FROM categories WHERE tenant_id = $1 ORDER BY sort_order, id
"""


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """``category`` is None for the tickets that have none."""

    category: CategoryRow | None
    count: int


@dataclass(frozen=True, slots=True)
class TicketAnalytics:
    """Every status, priority, tone and category of the tenant is there, zeros included.

    ``average_resolution_hours`` is from creation to resolution, of the tickets that are resolved or were closed as
    such; None where there is none. A tone that is not known yet is counted nowhere.
    """

    total: int
    statuses: Mapping[TicketStatus, int]
    priorities: Mapping[TicketPriority, int]
    sentiments: Mapping[Sentiment, int]
    categories: tuple[CategoryCount, ...]
    average_resolution_hours: float | None


async def summary(uow: UnitOfWork) -> TicketAnalytics:
    """Three statements, however many tickets. Raises Forbidden for customers."""
    uow.actor.require_staff()
    known = [CategoryRow(**row) for row in await uow.rows(_CATEGORIES, uow.tenant_id)]
    await uow.rows(_FROM_INDEX)
    groups = await uow.rows(_COUNTS, uow.tenant_id)

    def counted(column: str, value: object) -> int:
        return sum(group["n"] for group in groups if group[column] == value)

    resolved = sum(group["resolved"] for group in groups)
    seconds = sum(group["seconds"] for group in groups)
    return TicketAnalytics(
        total=sum(group["n"] for group in groups),
        statuses={status: counted("status", status.value) for status in TicketStatus},
        priorities={priority: counted("priority", priority.value) for priority in TicketPriority},
        sentiments={sentiment: counted("sentiment", sentiment.value) for sentiment in Sentiment},
        categories=(
            *(CategoryCount(category, counted("category_id", category.id)) for category in known),
            CategoryCount(None, counted("category_id", None)),
        ),
        average_resolution_hours=seconds / resolved / 3600 if resolved else None,
    )

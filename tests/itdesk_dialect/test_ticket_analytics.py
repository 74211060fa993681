"""The summary of tickets against a slow, independent count on random tickets."""

from datetime import timedelta
from statistics import fmean
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import system_actor
from core.clock import now
from core.errors import Forbidden
from models.conversations import Conversation, ConversationKind
from models.tenants import Tenant
from models.tickets import Ticket, TicketPriority, TicketStatus
from models.users import User
from rest.itdesk.ticket_words import CATEGORIES
from rest.itdesk.tickets import SummaryView
from services import categories, ticket_analytics
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of, new_tenant, new_user

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(TicketStatus),
            "priority": st.sampled_from(TicketPriority),
            "category": st.sampled_from([*CATEGORIES, "own", None]),
            "hours": st.none() | st.floats(0.01, 1000),
        }
    ),
    max_size=25,
)
SHOWN = {
    "pending_customer": "in_progress",
    "pending_agent": "in_progress",
    "escalated": "in_progress",
    "reopened": "open",
}


async def stored(user: User, rows: list[dict[str, Any]]) -> None:
    tenant_id = user.tenant_id
    async with unit_of_work(system_actor(tenant_id)) as uow:
        ids: dict[str | None, int | None] = {key: row.id for key, row in (await categories.by_keys(uow)).items()}
        ids |= {"own": (await categories.create(uow, name="Own")).id, None: None}
        for row in rows:
            conversation = await Conversation.create(
                tenant_id=tenant_id, kind=ConversationKind.TICKET, customer_id=user.id
            )
            moment = now()
            resolved = None if row["hours"] is None else moment + timedelta(hours=row["hours"])
            ticket = await Ticket.create(
                id=conversation.id,
                tenant_id=tenant_id,
                title="A",
                status=row["status"],
                priority=row["priority"],
                category_id=ids[row["category"]],
                created_by_id=user.id,
            )
            await Ticket.filter(id=ticket.id).update(created_at=moment, resolved_at=resolved)


def slow_summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counted one by one."""
    statuses = dict.fromkeys(("open", "in_progress", "resolved", "closed", "cancelled"), 0)
    priorities = dict.fromkeys(("critical", "high", "medium", "low"), 0)
    sorted_by = dict.fromkeys(CATEGORIES, 0)
    for row in rows:
        statuses[SHOWN.get(row["status"].value, row["status"].value)] += 1
        priorities[row["priority"].value] += 1
        sorted_by[row["category"] if row["category"] in CATEGORIES else "other"] += 1
    hours = [row["hours"] for row in rows if row["hours"] is not None]
    return {
        "status_counts": statuses,
        "priority_counts": priorities,
        "category_counts": sorted_by,
        "total_tickets": len(rows),
        "avg_resolution_time_hours": pytest.approx(fmean(hours) if hours else 0.0, abs=0.011),
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
async def test_the_summary_is_what_a_slow_count_says(rows: list[dict[str, Any]], database: None) -> None:
    user = await new_user(await new_tenant())
    await stored(user, rows)
    async with unit_of_work(system_actor(user.tenant_id)) as uow:
        view = SummaryView.of(await ticket_analytics.summary(uow))
    assert {name: getattr(view, name) for name in view.__struct_fields__} == slow_summary(rows)


async def test_the_summary_is_for_staff_of_the_tenant(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    await stored(user, [{"status": TicketStatus.OPEN, "priority": TicketPriority.LOW, "category": None, "hours": 1.0}])
    async with unit_of_work(actor_of(user)) as uow:
        with pytest.raises(Forbidden):
            await ticket_analytics.summary(uow)
    async with unit_of_work(system_actor((await new_tenant()).id)) as uow:
        assert (await ticket_analytics.summary(uow)).total == 0

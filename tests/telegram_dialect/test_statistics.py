"""📊 Статистика: the documented dashboard, periods, and who may see them. The figures' truth is in test_figures."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from core.actor import Role
from models.tickets import TicketStatus
from rest.telegram import ticket_examples as examples
from services import tickets
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.support_dialect.test_shapes import assert_shape
from tests.telegram_dialect.desk import NOBODY, Desk, assert_error

DASHBOARD, TICKETS = "/api/v1/statistics/dashboard", "/api/v1/statistics/tickets"


async def ask(client: httpx.AsyncClient, desk: Desk, path: str, **query: object) -> dict[str, Any]:
    response = await client.get(path, params=query, headers=desk.headers(Role.AGENT))  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def finish(desk: Desk) -> None:
    """A helper answers the desk's ticket and resolves it; another one waits, without a category."""
    agent = desk.people[Role.AGENT]
    await desk.say(Role.AGENT, "Готово")
    async with unit_of_work(actor_of(agent)) as uow:
        await tickets.update(uow, desk.ticket.id, TicketChanges(status=TicketStatus.RESOLVED, assigned_to_id=agent.id))
        waiting = await tickets.create(uow, title="Ещё", auto_respond=False)
        await tickets.update(uow, waiting.id, TicketChanges(status=TicketStatus.PENDING_CUSTOMER))


async def test_the_documents_dashboard(desk: Desk, client: httpx.AsyncClient) -> None:
    await finish(desk)
    shown = await ask(client, desk, DASHBOARD)
    assert_shape(shown, examples.DASHBOARD)
    assert shown["tickets"] == {
        "total": 2, "open": 0, "in_progress": 0, "waiting_response": 1, "resolved": 1, "closed": 0,
    }  # fmt: skip
    shares = {share["name"]: (share["count"], share["percentage"]) for share in shown["categories"] if share["count"]}
    assert shares == {"Оплата": (1, 50), "Без категории": (1, 50)}
    helper = shown["helpers"][0]
    assert (helper["user"]["first_name"], helper["user"]["role"], helper["tickets_handled"]) == ("Agent", "HELPER", 1)


async def test_an_empty_dashboard_has_every_documented_key(desk: Desk, client: httpx.AsyncClient) -> None:
    await client.delete(desk.path(), headers=desk.headers(Role.ADMIN))
    shown = await ask(client, desk, DASHBOARD)
    assert_shape(shown, examples.DASHBOARD)
    assert set(shown["tickets"].values()) == {0}
    assert shown["response_time"] == {"average_hours": 0.0, "median_hours": 0.0}
    assert {share["percentage"] for share in shown["categories"]} == {0}


async def test_statistics_of_tickets(desk: Desk, client: httpx.AsyncClient) -> None:
    await finish(desk)
    shown = await ask(client, desk, TICKETS)
    assert_shape(shown, examples.TICKET_STATISTICS)
    assert (shown["total"], shown["created"], shown["resolved"]) == (2, 2, 1)
    assert shown["by_status"] == {"OPEN": 0, "IN_PROGRESS": 0, "WAITING_RESPONSE": 1, "RESOLVED": 1, "CLOSED": 0}
    assert shown["by_priority"] == {"LOW": 0, "NORMAL": 2, "HIGH": 0, "CRITICAL": 0}
    assert sum(day["created"] for day in shown["by_day"]) == 2
    assert len(shown["by_day"]) == 31
    of_category = await ask(client, desk, TICKETS, category_id=desk.category.public_id)
    assert (of_category["total"], of_category["resolved"]) == (1, 1)


async def test_days_are_included_and_moments_are_not(desk: Desk, client: httpx.AsyncClient) -> None:
    today = datetime.now(UTC).date()
    day = {"from_date": today.isoformat(), "to_date": today.isoformat()}
    tomorrow = (today + timedelta(days=1)).isoformat()
    for query, total, days in (
        (day, 1, 1),
        ({"from_date": f"{today}T00:00:00Z", "to_date": f"{tomorrow}T00:00:00Z"}, 1, 1),
        ({"from_date": f"{today}T00:00:00+00:00", "to_date": tomorrow}, 1, 2),
        ({"from_date": "2024-01-01T00:00:00Z", "to_date": "2024-01-01T00:00:00Z"}, 0, 0),
        ({"to_date": "2024-01-31"}, 0, 30),
        ({"from_date": "2024-01-01", "to_date": "2024-02-01T12:00"}, 0, 32),
    ):
        shown = await ask(client, desk, TICKETS, **query)
        assert (shown["total"], len(shown["by_day"])) == (total, days), query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from_date": "2024-02-01", "to_date": "2024-01-01"}, "from_date"),
        ({"from_date": "2100-01-01"}, "from_date"),
        ({"from_date": "вчера"}, "from_date"),
        ({"from_date": "2024-02-30"}, "from_date"),
        ({"to_date": "9999-12-31"}, "to_date"),
        ({"to_date": "0001-01-01"}, "to_date"),
        ({"from_date": "1900-01-01", "to_date": "2024-01-01"}, "from_date"),
        ({"from_date": "1999-01-01", "to_date": "2024-01-01"}, "from_date"),
        ({"category_id": "5"}, "category_id"),
    ],
)
async def test_periods_that_are_refused(
    query: dict[str, str], field: str, common_desk: Desk, client: httpx.AsyncClient
) -> None:
    response = await client.get(TICKETS, params=query, headers=common_desk.headers(Role.AGENT))
    assert assert_error(response, 422, field)


async def test_an_unknown_category_is_not_found(common_desk: Desk, other_desk: Desk, client: httpx.AsyncClient) -> None:
    for category in (NOBODY, other_desk.category.public_id):
        response = await client.get(
            TICKETS, params={"category_id": str(category)}, headers=common_desk.headers(Role.AGENT)
        )
        assert_error(response, 404)


@pytest.mark.parametrize("path", [DASHBOARD, TICKETS])
async def test_statistics_are_for_staff(path: str, common_desk: Desk, client: httpx.AsyncClient) -> None:
    assert_error(await client.get(path), 401)
    assert_error(await client.get(path, headers=common_desk.headers(Role.USER)), 403)

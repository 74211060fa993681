"""Tickets of the IT desk: the document's requests, and what it says of them."""

import re
from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from core.errors import ModelUnavailable
from models.jobs import Job
from models.tenants import Tenant
from models.tickets import Ticket, TicketPriority, TicketStatus
from models.users import User
from rest.itdesk import ticket_examples as examples
from rest.itdesk.ticket_words import CATEGORIES
from services import categories, tickets
from services.categories import CategoryChanges
from services.providers import providers
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of, sign_in
from tests.fixtures.work import DrainJobs

PATH = "/api/tickets"
PASSWORD = {"title": "I forgot my password", "description": "I forgot my password and cannot log in to Windows"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Desk:
    """Signed-in people of one tenant: `await desk.get("user", "/api/tickets")`."""

    def __init__(self, client: httpx.AsyncClient, tenant: Tenant, people: dict[str, User]) -> None:
        self.client = client
        self.tenant = tenant
        self.people = people
        self.tokens: dict[str, str] = {}

    async def call(self, who: str, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.tokens[who]}"}
        return await self.client.request(method, path, headers=headers, **sent)

    async def open(self, who: str = "user", **body: Any) -> dict[str, Any]:
        response = await self.call(who, "POST", PATH, json={**PASSWORD, **body})
        assert response.status_code == 201, response.text
        ticket: dict[str, Any] = response.json()
        return ticket

    async def put(self, ticket_id: int, who: str = "agent", **body: Any) -> httpx.Response:
        return await self.call(who, "PUT", f"{PATH}/{ticket_id}", json=body)

    async def rows(self) -> dict[str, Any]:
        """What the tenant holds of tickets: equal before and after means that nothing happened."""
        async with unit_of_work(system_actor(self.tenant.id)):
            return {"tickets": await Ticket.all().order_by("id").values(), "jobs": await Job.all().count()}


@pytest.fixture
async def desk(client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser) -> Desk:
    roles = {"user": Role.USER, "stranger": Role.USER, "agent": Role.AGENT, "admin": Role.ADMIN}
    desk = Desk(client, tenant, {who: await make_user(tenant, role) for who, role in roles.items()})
    desk.tokens = {who: await sign_in(user, "itdesk") for who, user in desk.people.items()}
    return desk


async def test_a_ticket_has_the_documented_shape(desk: Desk) -> None:
    ticket = await desk.open(priority="critical")
    assert ticket.keys() == examples.TICKET.keys()
    assert (ticket["status"], ticket["priority"], ticket["created_by"]) == ("open", "critical", desk.people["user"].id)
    assert (ticket["assigned_to"], ticket["resolved_at"]) == (None, None)
    assert all(MOMENT.fullmatch(ticket[name]) for name in ("created_at", "updated_at"))


async def test_the_documents_own_body_is_taken(desk: Desk) -> None:
    ticket = await desk.open(**examples.NEW_TICKET)
    assert {name: ticket[name] for name in examples.NEW_TICKET} == examples.NEW_TICKET


async def test_without_a_category_the_classifier_chooses(desk: Desk) -> None:
    ticket = await desk.open()
    assert (ticket["category"], ticket["auto_categorized"]) == ("password_reset", True)
    assert 0.5 < ticket["confidence_score"] <= 1


@pytest.mark.parametrize("category", CATEGORIES)
async def test_a_category_that_the_client_gives_is_kept(category: str, desk: Desk, drain_jobs: DrainJobs) -> None:
    ticket = await desk.open(category=category)
    await drain_jobs(desk.tenant)
    now = (await desk.call("user", "GET", f"{PATH}/{ticket['id']}")).json()
    assert (now["category"], now["auto_categorized"], now["confidence_score"]) == (category, False, None)


async def test_an_own_category_is_no_candidate_and_counts_as_other(desk: Desk) -> None:
    async with unit_of_work(actor_of(desk.people["admin"])) as uow:
        own = await categories.create(uow, name="Forgotten", description=PASSWORD["description"])
        ticket = await tickets.create(uow, title="A", auto_respond=False, category_id=own.id)
    assert (await desk.call("agent", "GET", f"{PATH}/{ticket.id}")).json()["category"] == "other"
    assert (await desk.open())["category"] == "password_reset"


async def test_while_the_model_is_down_a_ticket_is_taken_and_sorted_later(
    desk: Desk, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(self: object, text: str) -> None:
        raise ModelUnavailable("The embedding endpoint does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(type(providers().embedder), "query", down)
        ticket = await desk.open()
    assert (ticket["category"], ticket["auto_categorized"], ticket["confidence_score"]) == ("other", False, None)
    await drain_jobs(desk.tenant)
    now = (await desk.call("user", "GET", f"{PATH}/{ticket['id']}")).json()
    assert (now["category"], now["auto_categorized"]) == ("password_reset", True)


async def test_the_assistant_writes_to_no_ticket_whose_messages_nobody_sees(desk: Desk, drain_jobs: DrainJobs) -> None:
    ticket = await desk.open()
    await drain_jobs(desk.tenant)
    assert (await desk.call("user", "GET", f"{PATH}/{ticket['id']}")).json()["status"] == "open"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": "  "}, ["title"]),
        ({"title": "x" * 256}, ["title"]),
        ({"title": "a", "priority": "urgent"}, ["priority", "low", "critical"]),
        ({"title": "a", "category": "fax"}, ["category", "system_down", "other"]),
    ],
)
async def test_wrong_values_are_400_and_named(body: dict[str, str], named: list[str], desk: Desk) -> None:
    before = await desk.rows()
    response = await desk.call("user", "POST", PATH, json=body)
    assert response.status_code == 400
    assert all(word in response.json()["detail"] for word in named)
    assert await desk.rows() == before


async def test_a_list_is_an_array_newest_first_of_what_one_may_see(desk: Desk) -> None:
    mine = [(await desk.open())["id"] for _ in range(3)]
    theirs = (await desk.open("stranger"))["id"]
    assert [ticket["id"] for ticket in (await desk.call("user", "GET", PATH)).json()] == mine[::-1]
    everybody = await desk.call("agent", "GET", PATH, params={"skip": 1, "limit": 2})
    assert [ticket["id"] for ticket in everybody.json()] == [mine[2], mine[1]]
    assert theirs not in mine


async def test_filters(desk: Desk) -> None:
    agent = desk.people["agent"].id
    working = await desk.open(priority="high")
    await desk.put(working["id"], status="in_progress", assigned_to=agent)
    await desk.open(priority="low")
    for query in ({"status": "in_progress"}, {"priority": "high"}, {"assigned_to": agent}):
        found = (await desk.call("agent", "GET", PATH, params=query)).json()
        assert [ticket["id"] for ticket in found] == [working["id"]], query
    assert (await desk.call("agent", "GET", PATH, params={"assigned_to": 2**62})).json() == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"status": "lost"}, ["open", "in_progress", "resolved", "closed", "cancelled"]),
        ({"priority": "urgent"}, ["low", "medium", "high", "critical"]),
        ({"assigned_to": "me"}, ["assigned_to"]),
        ({"limit": 0}, ["limit"]),
        ({"limit": 101}, ["100"]),
        ({"skip": -1}, ["skip"]),
    ],
)
async def test_unknown_filters_name_what_is_allowed(query: dict[str, Any], named: list[str], desk: Desk) -> None:
    response = await desk.call("agent", "GET", PATH, params=query)
    assert response.status_code == 400
    assert all(word in response.json()["detail"] for word in named)


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (TicketStatus.PENDING_CUSTOMER, "in_progress"),
        (TicketStatus.PENDING_AGENT, "in_progress"),
        (TicketStatus.ESCALATED, "in_progress"),
        (TicketStatus.CANCELLED, "cancelled"),
        (TicketStatus.CLOSED, "closed"),
    ],
)
async def test_statuses_of_the_domain(status: TicketStatus, shown: str, desk: Desk) -> None:
    ticket = await desk.open()
    async with unit_of_work(actor_of(desk.people["agent"])) as uow:
        await tickets.update(uow, ticket["id"], TicketChanges(status=status))
    assert (await desk.call("user", "GET", f"{PATH}/{ticket['id']}")).json()["status"] == shown
    # What is shown is sent back: it stays what it is.
    assert (await desk.put(ticket["id"], status=shown)).json()["status"] == shown
    async with unit_of_work(system_actor(desk.tenant.id)):
        assert (await Ticket.get(id=ticket["id"])).status is status


async def test_the_documents_change(desk: Desk) -> None:
    ticket = await desk.open()
    body = examples.CHANGES | {"assigned_to": desk.people["agent"].id}
    changed = (await desk.put(ticket["id"], **body)).json()
    assert {name: changed[name] for name in body} == body
    assert (await desk.put(ticket["id"], assigned_to=None)).json()["assigned_to"] is None


async def test_resolved_closed_and_open_again(desk: Desk) -> None:
    ticket = await desk.open()
    resolved = (await desk.put(ticket["id"], status="resolved")).json()
    assert MOMENT.fullmatch(resolved["resolved_at"])
    assert (await desk.put(ticket["id"], status="closed")).json()["resolved_at"] == resolved["resolved_at"]
    reopened = (await desk.put(ticket["id"], status="open")).json()
    assert (reopened["status"], reopened["resolved_at"]) == ("open", None)
    async with unit_of_work(system_actor(desk.tenant.id)):
        assert (await Ticket.get(id=ticket["id"])).status is TicketStatus.REOPENED


async def test_a_move_that_is_not_allowed_names_both_statuses(desk: Desk) -> None:
    ticket = await desk.open()
    await desk.put(ticket["id"], status="closed")
    before = await desk.rows()
    response = await desk.put(ticket["id"], status="resolved", title="Other")
    assert response.status_code == 400
    assert "closed" in response.json()["detail"]
    assert "resolved" in response.json()["detail"]
    assert await desk.rows() == before


async def test_what_is_sent_back_unchanged_leaves_the_classifiers_word(desk: Desk) -> None:
    ticket = await desk.open()
    whole = {name: ticket[name] for name in ("title", "description", "priority", "status", "category", "assigned_to")}
    assert (await desk.put(ticket["id"], "user", **whole)).json() == ticket
    corrected = (await desk.put(ticket["id"], category="network_issue")).json()
    assert (corrected["category"], corrected["auto_categorized"], corrected["confidence_score"]) == (
        "network_issue", False, None,
    )  # fmt: skip


@pytest.mark.parametrize("assignee", ["user", "nobody"])
async def test_only_staff_are_assigned(assignee: str, desk: Desk) -> None:
    ticket = await desk.open()
    user_id = desk.people[assignee].id if assignee in desk.people else 2**40
    response = await desk.put(ticket["id"], assigned_to=user_id)
    assert response.status_code == 400
    assert "assigned_to" in response.json()["detail"]


@pytest.mark.parametrize(
    ("who", "method", "suffix", "status", "detail"),
    [
        ("stranger", "GET", "/{id}", 403, "Not enough permissions"),
        ("stranger", "PUT", "/{id}", 403, "Not enough permissions"),
        ("user", "DELETE", "/{id}", 403, "Not enough permissions"),
        ("agent", "DELETE", "/{id}", 403, "Not enough permissions"),
        ("user", "GET", "/analytics/summary", 403, "Not enough permissions"),
        ("agent", "GET", "/999999999999", 404, "Resource not found"),
        ("agent", "PUT", "/999999999999", 404, "Resource not found"),
        ("admin", "DELETE", "/999999999999", 404, "Resource not found"),
    ],
)
async def test_what_is_denied_changes_nothing(
    who: str, method: str, suffix: str, status: int, detail: str, desk: Desk
) -> None:
    ticket = await desk.open()
    before = await desk.rows()
    sent = {"json": {"title": "Taken"}} if method == "PUT" else {}
    response = await desk.call(who, method, PATH + suffix.format(id=ticket["id"]), **sent)
    assert (response.status_code, response.json()) == (status, {"detail": detail})
    assert await desk.rows() == before


async def test_a_customer_assigns_nobody(desk: Desk) -> None:
    ticket = await desk.open()
    response = await desk.put(ticket["id"], "user", assigned_to=desk.people["agent"].id)
    assert response.status_code == 403


async def test_nobody_without_a_token(desk: Desk) -> None:
    for method, suffix in (("GET", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("DELETE", "/1"),
                           ("GET", "/analytics/summary")):  # fmt: skip
        response = await desk.client.request(method, PATH + suffix)
        assert (response.status_code, response.json()) == (401, {"detail": "Could not validate credentials"})


async def test_another_tenants_ticket_is_missing(desk: Desk, make_tenant: MakeTenant, make_user: MakeUser) -> None:
    ticket = await desk.open()
    before = await desk.rows()
    stranger = await make_user(await make_tenant(), Role.ADMIN)
    headers = {"authorization": f"Bearer {await sign_in(stranger, 'itdesk')}"}
    for method in ("GET", "PUT", "DELETE"):
        sent: dict[str, Any] = {"json": {"title": "Taken"}} if method == "PUT" else {}
        response = await desk.client.request(method, f"{PATH}/{ticket['id']}", headers=headers, **sent)
        assert (response.status_code, response.json()) == (404, {"detail": "Resource not found"})
    assert (await desk.client.get(PATH, headers=headers)).json() == []
    assert await desk.rows() == before


async def test_an_admin_deletes(desk: Desk) -> None:
    ticket = await desk.open()
    response = await desk.call("admin", "DELETE", f"{PATH}/{ticket['id']}")
    assert (response.status_code, response.json()) == (200, {"message": "Ticket deleted successfully"})
    assert (await desk.call("admin", "GET", f"{PATH}/{ticket['id']}")).status_code == 404


async def test_a_summary_has_every_documented_key(desk: Desk) -> None:
    empty = (await desk.call("agent", "GET", f"{PATH}/analytics/summary")).json()
    assert empty["status_counts"] == dict.fromkeys(("open", "in_progress", "resolved", "closed", "cancelled"), 0)
    assert empty["priority_counts"] == dict.fromkeys([each.value for each in TicketPriority], 0)
    assert empty["category_counts"] == dict.fromkeys(CATEGORIES, 0)
    assert (empty["total_tickets"], empty["avg_resolution_time_hours"]) == (0, 0)
    await desk.open(priority="high", category="hardware_issue")
    one = (await desk.call("agent", "GET", f"{PATH}/analytics/summary")).json()
    counts = (one["status_counts"]["open"], one["priority_counts"]["high"], one["category_counts"]["hardware_issue"])
    assert (counts, one["total_tickets"]) == ((1, 1, 1), 1)


async def test_a_category_that_is_switched_off_is_refused(desk: Desk) -> None:
    async with unit_of_work(system_actor(desk.tenant.id)) as uow:
        other = (await categories.by_keys(uow))["other"]
        await categories.update(uow, other.id, CategoryChanges(is_active=False))
    response = await desk.call("user", "POST", PATH, json={"title": "A", "category": "other"})
    assert response.status_code == 400
    assert "active" in response.json()["detail"]

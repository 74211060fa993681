"""🎫 Tickets API and messages: the document's requests, and what it says of them."""

import httpx
import pytest

from core.actor import Role
from models.tickets import TicketSource, TicketStatus
from rest.support import examples
from services import messages, tickets
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.fixtures.work import DrainJobs
from tests.support_dialect.world import World, call


async def test_the_documents_example_of_a_ticket(world: World, client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/tickets", json=examples.NEW_TICKET, headers=world.headers(Role.USER))
    assert response.status_code == 201
    body = response.json()
    expected = {name: examples.NEW_TICKET[name] for name in ("title", "description", "priority", "source")}
    expected |= {"status": "open", "assigned_to": None, "created_by_id": world.people[Role.USER].id}
    assert {name: body[name] for name in expected} == expected


async def test_defaults_of_a_ticket(world: World, client: httpx.AsyncClient) -> None:
    bodies = [{"title": "Help needed"}, {"title": "x" * 255, "description": None, "priority": None, "source": None}]
    for body in bodies:
        response = await client.post("/v1/tickets", json=body, headers=world.headers(Role.USER))
        ticket = response.json()
        assert response.status_code == 201
        assert (ticket["description"], ticket["priority"], ticket["source"]) == ("", "medium", "web")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "  "},
        {"title": "x" * 256},
        {"title": "a", "priority": "urgent"},
        {"title": "a", "source": "fax"},
        {"title": "a", "source": "telegram"},
    ],
)
async def test_tickets_that_the_document_refuses(body: dict[str, str], world: World, client: httpx.AsyncClient) -> None:
    before = await world.contents()
    response = await client.post("/v1/tickets", json=body, headers=world.headers(Role.USER))
    assert response.status_code == 422
    assert await world.contents() == before


@pytest.mark.parametrize("auto_respond", [True, False])
async def test_auto_respond_decides_whether_the_assistant_answers(
    auto_respond: bool, world: World, client: httpx.AsyncClient, drain_jobs: DrainJobs
) -> None:
    await drain_jobs(world.tenant)
    body = {"title": "Reset", "description": "How to reset my password in Settings?", "auto_respond": auto_respond}
    ticket = (await client.post("/v1/tickets", json=body, headers=world.headers(Role.USER))).json()
    # Triage looks at the ticket either way.
    assert await drain_jobs(world.tenant) == 1 + int(auto_respond)
    listed = await client.get(f"/v1/tickets/{ticket['id']}/messages", headers=world.headers(Role.USER))
    assert bool(listed.json()) is auto_respond


@pytest.mark.parametrize("source", TicketSource)
async def test_channels_that_the_document_does_not_know_are_shown_as_api(
    source: TicketSource, world: World, client: httpx.AsyncClient
) -> None:
    async with unit_of_work(actor_of(world.people[Role.USER])) as uow:
        ticket = await tickets.create(uow, title="From somewhere", source=source, auto_respond=False)
    shown = await client.get(f"/v1/tickets/{ticket.id}", headers=world.headers(Role.USER))
    assert shown.json()["source"] == (source if source in ("web", "email") else "api")


async def test_the_documents_example_of_a_change(world: World, client: httpx.AsyncClient) -> None:
    body = examples.TICKET_PATCH | {"assigned_to": world.people[Role.AGENT].id}
    response = await client.patch(f"/v1/tickets/{world.ticket.id}", json=body, headers=world.headers(Role.AGENT))
    assert response.status_code == 200
    assert {name: response.json()[name] for name in body} == body
    freed = await client.patch(
        f"/v1/tickets/{world.ticket.id}", json={"assigned_to": None}, headers=world.headers(Role.AGENT)
    )
    assert freed.json()["assigned_to"] is None


async def test_a_move_that_is_not_allowed_names_both_statuses(world: World, client: httpx.AsyncClient) -> None:
    path, headers = f"/v1/tickets/{world.ticket.id}", world.headers(Role.AGENT)
    await client.patch(path, json={"status": "closed"}, headers=headers)
    before = await world.contents()
    response = await client.patch(path, json={"status": "in_progress", "title": "Other"}, headers=headers)
    assert response.status_code == 400
    assert "closed" in response.json()["detail"]
    assert "in_progress" in response.json()["detail"]
    assert await world.contents() == before


async def test_the_present_status_may_be_set_again(world: World, client: httpx.AsyncClient) -> None:
    async with unit_of_work(actor_of(world.people[Role.AGENT])) as uow:
        await tickets.update(uow, world.ticket.id, TicketChanges(status=TicketStatus.CANCELLED))
    path, headers = f"/v1/tickets/{world.ticket.id}", world.headers(Role.AGENT)
    response = await client.patch(path, json={"status": "closed", "priority": "low"}, headers=headers)
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["priority"]) == ("closed", "low")


async def test_the_filter_closed_finds_cancelled_ones(world: World, client: httpx.AsyncClient) -> None:
    async with unit_of_work(actor_of(world.people[Role.USER])) as uow:
        cancelled = await tickets.create(uow, title="Never mind", auto_respond=False)
        await tickets.update(uow, cancelled.id, TicketChanges(status=TicketStatus.CANCELLED))
    headers = world.headers(Role.AGENT)
    closed = await client.get("/v1/tickets?status=closed", headers=headers)
    opened = await client.get("/v1/tickets?status=open", headers=headers)
    assert [row["id"] for row in closed.json()] == [cancelled.id]
    assert [row["id"] for row in opened.json()] == [world.ticket.id]


async def test_pages_go_newest_first_without_gap(world: World, client: httpx.AsyncClient) -> None:
    async with unit_of_work(actor_of(world.people[Role.USER])) as uow:
        made = [world.ticket.id] + [(await tickets.create(uow, title="T", auto_respond=False)).id for _ in range(4)]
    headers = world.headers(Role.USER)
    pages = [
        (await client.get("/v1/tickets", params={"skip": skip, "limit": 2}, headers=headers)).json()
        for skip in (0, 2, 4, 6)
    ]
    assert [row["id"] for page in pages for row in page] == made[::-1]
    assert [len(page) for page in pages] == [2, 2, 1, 0]


async def test_customers_do_not_assign(world: World, client: httpx.AsyncClient) -> None:
    before = await world.contents()
    body = {"assigned_to": world.people[Role.AGENT].id, "title": "Other"}
    response = await client.patch(f"/v1/tickets/{world.ticket.id}", json=body, headers=world.headers(Role.USER))
    assert response.status_code == 403
    assert await world.contents() == before


async def test_deleting_a_ticket(world: World, client: httpx.AsyncClient) -> None:
    response = await call(client, "delete_ticket", world, Role.ADMIN)
    assert (response.status_code, response.content) == (204, b"")
    again = await call(client, "delete_ticket", world, Role.ADMIN)
    assert (again.status_code, again.json()) == (404, {"detail": "Ticket not found"})


@pytest.mark.parametrize(
    ("role", "asked", "shown"),
    [
        (Role.USER, None, "user"),
        (Role.USER, "user", "user"),
        (Role.AGENT, None, "agent"),
        (Role.AGENT, "agent", "agent"),
    ],
)
async def test_who_a_message_is_from(
    role: Role, asked: str | None, shown: str, world: World, client: httpx.AsyncClient
) -> None:
    body = {"content": "I've tried resetting", "auto_respond": False} | ({"role": asked} if asked else {})
    response = await client.post(f"/v1/tickets/{world.ticket.id}/messages", json=body, headers=world.headers(role))
    assert (response.status_code, response.json()["role"]) == (201, shown)


@pytest.mark.parametrize(
    ("role", "asked"),
    [(Role.USER, "agent"), (Role.USER, "assistant"), (Role.USER, "system"), (Role.AGENT, "assistant")],
)
async def test_nobody_writes_in_anothers_name(role: Role, asked: str, world: World, client: httpx.AsyncClient) -> None:
    before = await world.contents()
    response = await client.post(
        f"/v1/tickets/{world.ticket.id}/messages", json={"content": "x", "role": asked}, headers=world.headers(role)
    )
    assert response.status_code == 403
    assert await world.contents() == before


async def test_customers_see_no_internal_notes(world: World, client: httpx.AsyncClient) -> None:
    async with unit_of_work(actor_of(world.people[Role.AGENT])) as uow:
        await messages.add(uow, world.ticket.id, text="He is lying", internal=True)
    shown = {
        role: [row["content"] for row in (await call(client, "list_messages", world, role)).json()]
        for role in (Role.USER, Role.AGENT)
    }
    assert shown == {Role.USER: ["Please help"], Role.AGENT: ["Please help", "He is lying"]}

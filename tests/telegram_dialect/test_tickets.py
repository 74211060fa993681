"""🎫 Тикеты: the document's requests and answers, filters, pages, who may do what, and bad input."""

from typing import Any

import httpx
import pytest

from core.actor import Role
from core.paging import OffsetPage
from models.tickets import Ticket, TicketSource, TicketStatus
from rest.telegram import ticket_examples as examples
from services import ticket_pages, tickets
from services.ticket_pages import PageFilter
from services.tickets import TicketChanges
from services.unit_of_work import Row, Statements, unit_of_work
from tests.fixtures.people import actor_of
from tests.fixtures.work import DrainJobs
from tests.support_dialect.test_shapes import assert_moments, assert_shape
from tests.telegram_dialect.desk import NOBODY, Desk, assert_error


async def move(desk: Desk, *statuses: TicketStatus) -> None:
    for status in statuses:
        async with unit_of_work(actor_of(desk.people[Role.AGENT])) as uow:
            await tickets.update(uow, desk.ticket.id, TicketChanges(status=status))


async def titles(client: httpx.AsyncClient, desk: Desk, role: Role, **query: object) -> list[str]:
    response = await client.get("/api/v1/tickets", params=query, headers=desk.headers(role))  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    return [row["title"] for row in response.json()["items"]]


async def test_the_documents_ticket(desk: Desk, client: httpx.AsyncClient) -> None:
    body = examples.NEW_TICKET | {"category_id": str(desk.category.public_id)}
    response = await client.post("/api/v1/tickets", json=body, headers=desk.headers(Role.USER))
    assert response.status_code == 201
    assert_shape(response.json(), examples.CREATED_TICKET)
    assert_moments(response.json())
    expected = body | {"status": "OPEN", "user_id": str(desk.people[Role.USER].public_id)}
    assert {name: response.json()[name] for name in expected} == expected
    async with unit_of_work(actor_of(desk.people[Role.USER])):
        stored = await Ticket.get(public_id=response.json()["id"])
    assert stored.source is TicketSource.TELEGRAM


async def test_defaults(desk: Desk, client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/tickets", json={"title": "x" * 255}, headers=desk.headers(Role.USER))
    shown = response.json()
    assert (shown["description"], shown["priority"], shown["category_id"]) == ("", "NORMAL", None)


async def test_the_assistant_answers_a_new_ticket(desk: Desk, client: httpx.AsyncClient, drain_jobs: DrainJobs) -> None:
    body = {"title": "Оплата", "description": "Как оплатить подписку?"}
    made = (await client.post("/api/v1/tickets", json=body, headers=desk.headers(Role.USER))).json()
    await drain_jobs(desk.tenant)
    answers = await client.get(f"/api/v1/tickets/{made['id']}/messages", headers=desk.headers(Role.USER))
    assert answers.json()["total"] > 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a", "priority": "medium"}, "priority"),
        ({"title": "a", "category_id": "оплата"}, "category_id"),
        ({"title": "a", "category_id": 5}, "category_id"),
        ({"title": "a\0"}, "title"),
    ],
)
async def test_tickets_that_are_refused(
    body: dict[str, Any], field: str, common_desk: Desk, client: httpx.AsyncClient
) -> None:
    before = await common_desk.contents()
    assert assert_error(
        await client.post("/api/v1/tickets", json=body, headers=common_desk.headers(Role.USER)), 422, field
    )
    assert await common_desk.contents() == before


async def test_the_documents_message_for_a_missing_title(common_desk: Desk, client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/tickets", json={}, headers=common_desk.headers(Role.USER))
    assert response.json() == {
        "error": {
            "code": "VALIDATION_ERROR",
            "message": "Некорректные данные",
            "details": [{"field": "title", "message": "Заголовок обязателен"}],
        }
    }


async def test_a_category_of_nobody_is_not_found(desk: Desk, other_desk: Desk, client: httpx.AsyncClient) -> None:
    before = await desk.contents()
    for category in (NOBODY, other_desk.category.public_id):
        body = {"title": "a", "category_id": str(category)}
        assert_error(await client.post("/api/v1/tickets", json=body, headers=desk.headers(Role.USER)), 404)
    assert await desk.contents() == before


async def test_the_documents_list(desk: Desk, client: httpx.AsyncClient) -> None:
    await desk.say(Role.USER, "Пожалуйста")
    await desk.say(Role.AGENT, "Между нами", internal=True)
    for role, count in ((Role.USER, 1), (Role.AGENT, 2)):
        page = (await client.get("/api/v1/tickets", headers=desk.headers(role))).json()
        assert_shape(page, examples.TICKET_PAGE)
        assert_moments([{name: value for name, value in row.items() if value} for row in page["items"]])
        assert (page["total"], page["page"], page["size"], page["pages"]) == (1, 1, 20, 1)
        (row,) = page["items"]
        assert row["messages_count"] == count
        assert row["category"] == {
            "id": str(desk.category.public_id), "name": "Оплата", "icon": "💳", "color": "#ff6b6b",
        }  # fmt: skip
        assert row["assigned_to"] is None


async def test_until_somebody_writes_the_last_message_is_the_ticket_itself(
    desk: Desk, client: httpx.AsyncClient
) -> None:
    row = (await client.get(desk.path(), headers=desk.headers(Role.USER))).json()
    assert (row["messages_count"], row["last_message_at"]) == (0, row["created_at"])


async def test_pages_go_newest_first_without_gap(desk: Desk, client: httpx.AsyncClient) -> None:
    async with unit_of_work(actor_of(desk.people[Role.USER])) as uow:
        for number in range(4):
            await tickets.create(uow, title=f"{number}", auto_respond=False)
    pages = [await titles(client, desk, Role.USER, page=page, size=2) for page in (1, 2, 3, 4, 10_000_000)]
    assert pages == [["3", "2"], ["1", "0"], ["Проблема"], [], []]
    body = (await client.get("/api/v1/tickets", params={"size": 2}, headers=desk.headers(Role.USER))).json()
    assert (body["total"], body["pages"]) == (5, 3)


async def test_filters(desk: Desk, client: httpx.AsyncClient) -> None:
    agent = desk.people[Role.AGENT]
    async with unit_of_work(actor_of(agent)) as uow:
        taken = await tickets.create(uow, title="Взят", auto_respond=False)
        await tickets.update(uow, taken.id, TicketChanges(assigned_to_id=agent.id, status=TicketStatus.ESCALATED))
    for query, expected in (
        ({"status": "OPEN"}, ["Проблема"]),
        ({"status": "IN_PROGRESS"}, ["Взят"]),
        ({"status": "CLOSED"}, []),
        ({"priority": "NORMAL"}, ["Взят", "Проблема"]),
        ({"priority": "CRITICAL"}, []),
        ({"category_id": desk.category.public_id}, ["Проблема"]),
        ({"assigned_to": agent.public_id}, ["Взят"]),
        ({"category_id": NOBODY}, []),
        ({"assigned_to": NOBODY}, []),
        ({"assigned_to": agent.public_id, "status": "OPEN"}, []),
    ):
        assert await titles(client, desk, Role.AGENT, **query) == expected, query


@pytest.mark.parametrize(
    ("moves", "word"),
    [
        ([], "OPEN"),
        ([TicketStatus.RESOLVED, TicketStatus.REOPENED], "OPEN"),
        ([TicketStatus.PENDING_AGENT], "IN_PROGRESS"),
        ([TicketStatus.PENDING_CUSTOMER], "WAITING_RESPONSE"),
        ([TicketStatus.RESOLVED], "RESOLVED"),
        ([TicketStatus.CANCELLED], "CLOSED"),
    ],
)
async def test_a_filter_finds_what_is_shown_so(
    moves: list[TicketStatus], word: str, desk: Desk, client: httpx.AsyncClient
) -> None:
    await move(desk, *moves)
    for asked in ("OPEN", "IN_PROGRESS", "WAITING_RESPONSE", "RESOLVED", "CLOSED"):
        assert await titles(client, desk, Role.USER, status=asked) == (["Проблема"] if asked == word else [])


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ({"status": "open"}, "status", "OPEN, IN_PROGRESS, WAITING_RESPONSE, RESOLVED, CLOSED"),
        ({"status": "ESCALATED"}, "status", "OPEN"),
        ({"priority": "URGENT"}, "priority", "LOW, NORMAL, HIGH, CRITICAL"),
        ({"category_id": "1"}, "category_id", "UUID"),
        ({"assigned_to": "me"}, "assigned_to", "UUID"),
        ({"page": "0"}, "page", "1"),
        ({"page": "-1"}, "page", "1"),
        ({"size": "101"}, "size", "100"),
        ({"size": "0"}, "size", "1"),
        ({"size": "abc"}, "size", ""),
    ],
)
async def test_filters_that_are_refused_name_what_is_allowed(
    query: dict[str, str], field: str, says: str, common_desk: Desk, client: httpx.AsyncClient
) -> None:
    response = await client.get("/api/v1/tickets", params=query, headers=common_desk.headers(Role.USER))
    told = assert_error(response, 422, field)
    assert set(says.split(", ")) <= {*told.replace(":", ",").replace(",", " ").split(), ""}


async def test_the_documents_single_ticket(desk: Desk, client: httpx.AsyncClient) -> None:
    agent = desk.people[Role.AGENT]
    await client.put(desk.path(), json={"assigned_to": str(agent.public_id)}, headers=desk.headers(Role.AGENT))
    shown = (await client.get(desk.path(), headers=desk.headers(Role.USER))).json()
    assert_shape(shown, examples.TICKET)
    customer = desk.people[Role.USER]
    assert (shown["user"]["telegram_id"], shown["user"]["username"]) == (
        customer.telegram_id, customer.telegram_username,
    )  # fmt: skip
    assert shown["assigned_to"] == {"id": str(agent.public_id), "first_name": "Agent", "role": "HELPER"}


async def test_the_documents_change(desk: Desk, client: httpx.AsyncClient) -> None:
    body = examples.TICKET_CHANGES | {"assigned_to": str(desk.people[Role.AGENT].public_id)}
    response = await client.put(desk.path(), json=body, headers=desk.headers(Role.AGENT))
    assert response.status_code == 200
    shown = response.json()
    assert shown | {"assigned_to": shown["assigned_to"]["id"]} == shown | body
    assert shown["description"] == "Не могу оплатить"
    freed = await client.put(
        desk.path(), json={"assigned_to": None, "category_id": None}, headers=desk.headers(Role.AGENT)
    )
    assert (freed.json()["assigned_to"], freed.json()["category"]) == (None, None)


@pytest.mark.parametrize(
    ("moves", "asked", "becomes"),
    [
        ([], "WAITING_RESPONSE", TicketStatus.PENDING_CUSTOMER),
        ([], "OPEN", TicketStatus.OPEN),
        ([TicketStatus.IN_PROGRESS], "OPEN", TicketStatus.OPEN),
        ([TicketStatus.ESCALATED], "IN_PROGRESS", TicketStatus.ESCALATED),
        ([TicketStatus.RESOLVED], "OPEN", TicketStatus.REOPENED),
        ([TicketStatus.CLOSED], "OPEN", TicketStatus.REOPENED),
        ([TicketStatus.CANCELLED], "OPEN", TicketStatus.REOPENED),
        ([TicketStatus.CANCELLED], "CLOSED", TicketStatus.CANCELLED),
        ([TicketStatus.RESOLVED, TicketStatus.REOPENED], "OPEN", TicketStatus.REOPENED),
        ([TicketStatus.RESOLVED], "CLOSED", TicketStatus.CLOSED),
    ],
)
async def test_what_a_status_means(
    moves: list[TicketStatus], asked: str, becomes: TicketStatus, desk: Desk, client: httpx.AsyncClient
) -> None:
    await move(desk, *moves)
    response = await client.put(desk.path(), json={"status": asked}, headers=desk.headers(Role.AGENT))
    assert (response.status_code, response.json()["status"]) == (200, asked)
    async with unit_of_work(actor_of(desk.people[Role.AGENT])):
        assert (await Ticket.get(id=desk.ticket.id)).status is becomes


async def test_a_move_that_is_not_allowed_names_both_statuses(desk: Desk, client: httpx.AsyncClient) -> None:
    await move(desk, TicketStatus.CLOSED)
    before = await desk.contents()
    body = {"status": "IN_PROGRESS", "title": "Другой"}
    told = assert_error(await client.put(desk.path(), json=body, headers=desk.headers(Role.AGENT)), 400)
    assert "CLOSED" in told
    assert "IN_PROGRESS" in told
    assert await desk.contents() == before


@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        (Role.USER, {"assigned_to": None}, 403),
        (Role.USER, {"assigned_to": str(NOBODY)}, 403),
        (Role.AGENT, {"assigned_to": str(NOBODY)}, 422),
        (Role.AGENT, {"assigned_to": "5"}, 422),
        (Role.AGENT, {"category_id": str(NOBODY)}, 404),
        (Role.AGENT, {"status": "open"}, 422),
        (Role.AGENT, {"title": None}, 422),
    ],
)
async def test_changes_that_are_refused(
    role: Role, body: dict[str, Any], status: int, common_desk: Desk, client: httpx.AsyncClient
) -> None:
    before = await common_desk.contents()
    assert_error(
        await client.put(common_desk.path(), json={"description": "Иное"} | body, headers=common_desk.headers(role)),
        status,
    )
    assert await common_desk.contents() == before


async def test_tickets_are_assigned_to_staff_alone(common_desk: Desk, client: httpx.AsyncClient) -> None:
    body = {"assigned_to": str(common_desk.people[Role.USER].public_id)}
    assert_error(
        await client.put(common_desk.path(), json=body, headers=common_desk.headers(Role.AGENT)), 422, "assigned_to"
    )


async def test_deleting_is_for_admins(desk: Desk, client: httpx.AsyncClient) -> None:
    before = await desk.contents()
    for role in (Role.USER, Role.AGENT, Role.MODERATOR):
        assert_error(await client.delete(desk.path(), headers=desk.headers(role)), 403)
    assert await desk.contents() == before
    response = await client.delete(desk.path(), headers=desk.headers(Role.ADMIN))
    assert (response.status_code, response.json()) == (200, {"message": "Тикет успешно удален"})
    assert_error(await client.get(desk.path(), headers=desk.headers(Role.ADMIN)), 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("key", ["foreign", str(NOBODY), "5", "x", "%00"])
async def test_tickets_that_are_not_there(
    method: str, key: str, common_desk: Desk, other_desk: Desk, client: httpx.AsyncClient
) -> None:
    path = f"/api/v1/tickets/{other_desk.ticket.public_id if key == 'foreign' else key}"
    body = {"json": {"title": "a"}} if method == "PUT" else {}
    response = await client.request(method, path, headers=common_desk.headers(Role.ADMIN), **body)  # type: ignore[arg-type]
    assert_error(response, 404 if "-" in path.rpartition("/")[2] else 422)


async def test_another_customers_ticket_is_forbidden(desk: Desk, client: httpx.AsyncClient) -> None:
    desk.ticket = await desk.ticket_of_stranger()
    before = await desk.contents()
    headers = desk.headers(Role.USER)
    for response in (
        await client.get(desk.path(), headers=headers),
        await client.put(desk.path(), json={"title": "Мой"}, headers=headers),
        await client.get(desk.path("messages"), headers=headers),
        await client.post(desk.path("messages"), json={"content": "a"}, headers=headers),
    ):
        assert_error(response, 403)
    assert await titles(client, desk, Role.USER) == ["Проблема"]
    assert await titles(client, desk, Role.AGENT) == ["Чужой", "Проблема"]
    assert await desk.contents() == before


async def test_a_page_is_two_statements_whatever_its_length(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rows = Statements.rows

    async def counting(self: Statements, sql: str, *args: object) -> list[Row]:
        asked.append(sql)
        return await rows(self, sql, *args)

    async with unit_of_work(actor_of(desk.people[Role.USER])) as uow:
        for _ in range(3):
            await tickets.create(uow, title="T", auto_respond=False)
        monkeypatch.setattr(Statements, "rows", counting)
        page = await ticket_pages.page(uow, PageFilter(), OffsetPage(0, 20))
    assert len(page.rows) == 4
    assert len([sql for sql in asked if sql.lstrip().startswith("SELECT")]) == 2

"""💬 Сообщения: the document's requests and answers, notes, attachments, who is shown, and bad input."""

from typing import Any

import httpx
import pytest

from core.actor import Role
from models.conversations import AuthorKind
from rest.telegram import ticket_examples as examples
from services import files, messages
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of, new_user
from tests.fixtures.work import DrainJobs
from tests.support_dialect.test_shapes import assert_moments, assert_shape
from tests.telegram_dialect.desk import NOBODY, Desk, assert_error

NOTE = b"Plain words of a file.\n"


async def uploaded(desk: Desk, role: Role) -> str:
    attachment = await files.upload(actor_of(desk.people[role]), file_name="note.txt", data=NOTE)
    return str(attachment.public_id)


async def listed(client: httpx.AsyncClient, desk: Desk, role: Role, **query: object) -> dict[str, Any]:
    response = await client.get(desk.path("messages"), params=query, headers=desk.headers(role))  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_the_documents_message(desk: Desk, client: httpx.AsyncClient) -> None:
    body = examples.NEW_MESSAGE | {"attachments": [await uploaded(desk, Role.USER)]}
    response = await client.post(desk.path("messages"), json=body, headers=desk.headers(Role.USER))
    assert response.status_code == 201, response.text
    shown = response.json()
    assert_shape(shown, examples.CREATED_MESSAGE)
    assert_moments(shown)
    assert (shown["user_id"], shown["ticket_id"], shown["is_internal"]) == (
        str(desk.people[Role.USER].public_id), str(desk.ticket.public_id), False,
    )  # fmt: skip


async def test_the_documents_history(desk: Desk, client: httpx.AsyncClient) -> None:
    body = examples.NEW_MESSAGE | {"attachments": [await uploaded(desk, Role.USER)]}
    await client.post(desk.path("messages"), json=body, headers=desk.headers(Role.USER))
    page = await listed(client, desk, Role.USER)
    assert_shape(page, examples.MESSAGE_PAGE)
    assert_moments(page["items"])
    assert (page["total"], page["page"], page["size"]) == (1, 1, 50)
    (attachment,) = page["items"][0]["attachments"]
    assert (attachment["filename"], attachment["size"]) == ("note.txt", len(NOTE))
    content = await client.get(attachment["url"])
    assert (content.status_code, content.content) == (200, NOTE)


async def test_the_tickets_text_is_no_message(desk: Desk, client: httpx.AsyncClient) -> None:
    assert (await listed(client, desk, Role.USER))["total"] == 0


async def test_who_is_shown(desk: Desk, client: httpx.AsyncClient) -> None:
    await desk.say(Role.USER, "клиент")
    await desk.say(Role.AGENT, "оператор")
    await desk.say(Role.AGENT, "со слов клиента", author=AuthorKind.CUSTOMER)
    await desk.store(AuthorKind.ASSISTANT, "ассистент")
    await desk.store(AuthorKind.SYSTEM, "система")
    rows = (await listed(client, desk, Role.USER))["items"]
    people = {row["content"]: (row["user"]["id"], row["user"]["role"]) for row in rows}
    customer, agent = (str(desk.people[role].public_id) for role in (Role.USER, Role.AGENT))
    assert people == {
        "клиент": (customer, "USER"),
        "оператор": (agent, "HELPER"),
        "со слов клиента": (customer, "USER"),
        "ассистент": ("00000000-0000-0000-0000-000000000001", "HELPER"),
        "система": ("00000000-0000-0000-0000-000000000002", "ADMIN"),
    }
    assert all(row["user"]["first_name"] for row in rows)


async def test_whoever_gave_no_name_is_called_by_what_they_are(desk: Desk, client: httpx.AsyncClient) -> None:
    nameless = await new_user(desk.tenant, Role.AGENT, full_name="")
    async with unit_of_work(actor_of(nameless)) as uow:
        await messages.add(uow, desk.ticket.id, text="Здравствуйте")
    (row,) = (await listed(client, desk, Role.USER))["items"]
    assert row["user"]["first_name"] == "Поддержка"


async def test_pages_go_oldest_first(desk: Desk, client: httpx.AsyncClient) -> None:
    for number in range(5):
        await desk.say(Role.USER, str(number))
    pages = [await listed(client, desk, Role.USER, page=page, size=2) for page in (1, 2, 3, 4)]
    assert [[row["content"] for row in page["items"]] for page in pages] == [["0", "1"], ["2", "3"], ["4"], []]
    assert {page["total"] for page in pages} == {5}


async def test_notes_are_for_staff(desk: Desk, client: httpx.AsyncClient) -> None:
    body = {"content": "Между нами", "is_internal": True}
    before = await desk.contents()
    assert_error(await client.post(desk.path("messages"), json=body, headers=desk.headers(Role.USER)), 403)
    assert await desk.contents() == before
    response = await client.post(desk.path("messages"), json=body, headers=desk.headers(Role.AGENT))
    assert (response.status_code, response.json()["is_internal"]) == (201, True)
    assert (await listed(client, desk, Role.USER))["total"] == 0
    assert (await listed(client, desk, Role.AGENT))["items"][0]["is_internal"] is True


async def test_the_assistant_answers_customers(desk: Desk, client: httpx.AsyncClient, drain_jobs: DrainJobs) -> None:
    await drain_jobs(desk.tenant)
    await client.post(desk.path("messages"), json={"content": "Как?"}, headers=desk.headers(Role.USER))
    assert await drain_jobs(desk.tenant) > 0
    assert (await listed(client, desk, Role.USER))["total"] > 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": "строка\n" * 10_000}, "content"),
        ({"content": 5}, "content"),
        ({"content": "a\0"}, "content"),
        ({"content": "a", "is_internal": "yes"}, "is_internal"),
        ({"content": "a", "attachments": ["x"]}, "attachments.0"),
        ({"content": "a", "attachments": [str(NOBODY)]}, "attachments"),
        ({"content": "a", "attachments": [str(NOBODY)] * 11}, "attachments"),
        ({"content": "a", "attachments": None}, "attachments"),
    ],
)
async def test_messages_that_are_refused(
    body: dict[str, Any], field: str, common_desk: Desk, client: httpx.AsyncClient
) -> None:
    before = await common_desk.contents()
    response = await client.post(common_desk.path("messages"), json=body, headers=common_desk.headers(Role.USER))
    told = assert_error(response, 422)
    assert told
    assert response.json()["error"]["details"][0]["field"].partition("[")[0].startswith(field.partition(".")[0])
    assert await common_desk.contents() == before


async def test_too_long_a_message_says_how_long_one_may_be(common_desk: Desk, client: httpx.AsyncClient) -> None:
    body = {"content": "строка\n" * 10_000}
    response = await client.post(common_desk.path("messages"), json=body, headers=common_desk.headers(Role.USER))
    assert "20000" in assert_error(response, 422, "content")


async def test_files_of_others_cannot_be_sent(common_desk: Desk, client: httpx.AsyncClient) -> None:
    body = {"content": "a", "attachments": [await uploaded(common_desk, Role.AGENT)]}
    before = await common_desk.contents()
    response = await client.post(common_desk.path("messages"), json=body, headers=common_desk.headers(Role.USER))
    assert_error(response, 422, "attachments")
    assert await common_desk.contents() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_messages_of_tickets_that_are_not_there(
    method: str, common_desk: Desk, other_desk: Desk, client: httpx.AsyncClient
) -> None:
    before = await other_desk.contents()
    for key, status in ((other_desk.ticket.public_id, 404), (NOBODY, 404), ("5", 422)):
        body = {"json": {"content": "a"}} if method == "POST" else {}
        path, headers = f"/api/v1/tickets/{key}/messages", common_desk.headers(Role.ADMIN)
        assert_error(await client.request(method, path, headers=headers, **body), status)  # type: ignore[arg-type]
    assert await other_desk.contents() == before

"""Requests to those who run the installation: filed, answered by the default tenant's staff, seen by their author."""

import re
from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from core.clock import now
from core.errors import InvalidInput
from core.paging import OffsetPage
from models.conversations import AuthorKind, Conversation
from models.mail import Mail
from models.support_requests import SupportRequest
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.tickets import Ticket, TicketPriority, TicketStatus
from models.users import User
from services import mail, messages, registration, threads, tickets
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.fixtures.work import DrainJobs
from tests.replyx_dialect.world import Account, told

NEW: dict[str, Any] = {
    "subject": "Проблема с платежами",
    "message": "Не могу пополнить баланс через карту",
    "priority": "medium",
    "category": "billing",
    "user_email": "user@example.com",
    "attachments": ["screenshot.png"],
}


@pytest.fixture
async def staff(make_user: MakeUser) -> User:
    """Somebody who answers for the installation."""
    return await make_user(await default_tenant(), Role.AGENT)


async def default_tenant() -> Tenant:
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)):
        return await Tenant.get(id=DEFAULT_TENANT_ID)


async def filed(client: httpx.AsyncClient, account: Account, **changes: Any) -> dict[str, Any]:
    response = await client.post("/api/support/ticket", headers=account.headers, json={**NEW, **changes})
    assert response.status_code == 201
    shown: dict[str, Any] = response.json()
    return shown


async def ticket_of(number: str, staff: User) -> Ticket:
    async with unit_of_work(actor_of(staff)) as uow:
        return await tickets.get(uow, (await SupportRequest.get(number=number)).id)


async def test_a_request_gets_a_number_and_an_estimate(client: httpx.AsyncClient, account: Account) -> None:
    shown = await filed(client, account)
    assert re.fullmatch(rf"TICKET-{now().year}-\d{{6}}", shown["ticket_id"])
    assert (shown["status"], shown["priority"], shown["estimated_response_time"]) == ("created", "medium", "2-4 часа")


async def test_it_is_a_ticket_of_the_default_tenant(client: httpx.AsyncClient, account: Account, staff: User) -> None:
    shown = await filed(client, account, priority="urgent")
    ticket = await ticket_of(shown["ticket_id"], staff)
    assert (ticket.tenant_id, ticket.title, ticket.priority) == (
        DEFAULT_TENANT_ID, NEW["subject"], TicketPriority.CRITICAL,
    )  # fmt: skip


async def test_the_author_reads_the_answer_but_no_internal_note(
    client: httpx.AsyncClient, account: Account, staff: User
) -> None:
    number = (await filed(client, account))["ticket_id"]
    ticket = await ticket_of(number, staff)
    async with unit_of_work(actor_of(staff)) as uow:
        await messages.add(uow, ticket.id, text="Check the acquirer", internal=True)
        await messages.add(uow, ticket.id, text="Попробуйте ещё раз")
    shown = (await client.get(f"/api/support/tickets/{number}", headers=account.headers)).json()
    assert [(said["sender"], said["text"]) for said in shown["messages"]] == [("operator", "Попробуйте ещё раз")]


async def test_a_reply_is_a_message_of_the_customer(client: httpx.AsyncClient, account: Account, staff: User) -> None:
    number = (await filed(client, account))["ticket_id"]
    body = {"message": "Дополнительная информация по проблеме", "attachments": ["details.txt"]}
    response = await client.post(f"/api/support/tickets/{number}/reply", headers=account.headers, json=body)
    assert response.status_code == 201
    ticket = await ticket_of(number, staff)
    async with unit_of_work(actor_of(staff)) as uow:
        said = await messages.list_messages(uow, ticket.id, OffsetPage(0, 10))
    assert [view.message.text for view in said if view.message.author_kind == "customer"] == [body["message"]]
    shown = (await client.get(f"/api/support/tickets/{number}", headers=account.headers)).json()
    assert shown["attachments"] == ["screenshot.png", "details.txt"]


async def test_the_list_is_narrowed_by_status_and_priority(
    client: httpx.AsyncClient, account: Account, staff: User
) -> None:
    low, high = [(await filed(client, account, priority=word))["ticket_id"] for word in ("low", "high")]
    ticket = await ticket_of(low, staff)
    async with unit_of_work(actor_of(staff)) as uow:
        await threads.set_status(uow, await tickets.get_locked(uow, ticket.id), TicketStatus.RESOLVED)

    async def listed(**query: str) -> list[tuple[str, str]]:
        body = (await client.get("/api/support/tickets", headers=account.headers, params=query)).json()
        assert body["total"] == len(body["tickets"])
        return [(each["ticket_id"], each["status"]) for each in body["tickets"]]

    assert await listed() == [(high, "open"), (low, "closed")]
    assert await listed(status="closed") == [(low, "closed")]
    assert await listed(priority="high") == [(high, "open")]
    assert await listed(status="in_progress") == []


async def test_another_company_finds_nothing(client: httpx.AsyncClient, account: Account, staff: User) -> None:
    number = (await filed(client, account))["ticket_id"]
    stranger = await Account.make(client)
    path = f"/api/support/tickets/{number}"
    assert (await client.get("/api/support/tickets", headers=stranger.headers)).json()["total"] == 0
    assert told(await client.get(path, headers=stranger.headers))[:2] == (404, "NOT_FOUND")
    refused = await client.post(f"{path}/reply", headers=stranger.headers, json={"message": "Mine?"})
    assert told(refused)[:2] == (404, "NOT_FOUND")
    ticket = await ticket_of(number, staff)
    async with unit_of_work(actor_of(staff)) as uow:
        assert await messages.list_messages(uow, ticket.id, OffsetPage(0, 10)) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"message": ""}, "message"),
        ({"priority": "critical"}, "priority"),
        ({"user_email": "nobody"}, "user_email"),
        ({"attachments": ["a"] * 11}, "attachments"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_filed(
    client: httpx.AsyncClient, account: Account, changes: dict[str, Any], field: str
) -> None:
    response = await client.post("/api/support/ticket", headers=account.headers, json={**NEW, **changes})
    assert told(response) == (422, "VALIDATION_ERROR", field)
    assert (await client.get("/api/support/tickets", headers=account.headers)).json()["total"] == 0


async def test_who_is_not_signed_in_files_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/support/ticket", json=NEW)).status_code == 401


async def test_nobody_can_register_as_the_author_of_anothers_request(
    client: httpx.AsyncClient, account: Account, staff: User
) -> None:
    number = (await filed(client, account))["ticket_id"]
    async with unit_of_work(actor_of(staff)):
        request = await SupportRequest.get(number=number)
        author = await User.get(id=(await Conversation.get(id=request.id)).customer_id)
        name = str(author.username)
    with pytest.raises(InvalidInput):
        registration.checked_username(name, "thief@example.com")


async def test_the_author_is_told_of_the_answer_by_mail(
    client: httpx.AsyncClient, account: Account, staff: User, drain_jobs: DrainJobs
) -> None:
    number = (await filed(client, account, user_email="chief@firm.example"))["ticket_id"]
    ticket = await ticket_of(number, staff)
    async with unit_of_work(actor_of(staff)) as uow:
        await messages.add(uow, ticket.id, text="Check the acquirer", internal=True)
        await messages.add(uow, ticket.id, text="Попробуйте ещё раз")
    await drain_jobs(await default_tenant())
    await again("support_requests.tell")
    await drain_jobs(await default_tenant())
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)):
        letters = await Mail.filter(template="support_reply", recipient="chief@firm.example")
        assert [letter.subject for letter in letters] == [f"Ответ поддержки: {number}"]
        assert "Попробуйте ещё раз" in str(mail.opened(letters[0]))


async def again(task: str) -> None:
    """Let finished jobs run a second time."""
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        assert await uow.rows("UPDATE jobs SET state = 'pending' WHERE task = $1 RETURNING id", task)


async def test_an_answer_in_an_ordinary_ticket_writes_to_nobody(staff: User, drain_jobs: DrainJobs) -> None:
    async with unit_of_work(actor_of(staff)) as uow:
        ticket = await tickets.create(uow, title="Своя", description="Вопрос")
        said = await messages.add(uow, ticket.id, text="Ответ", author=AuthorKind.OPERATOR)
    await drain_jobs(await default_tenant())
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)):
        assert not await Mail.filter(once=f"support-reply:{said.id}").exists()

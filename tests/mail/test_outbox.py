"""E-mail as admins see it in the console, and what anybody may ask by GraphQL."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from core.languages import Language
from models.mail import Mail
from models.tenants import Tenant
from models.users import User
from services import mail
from services.unit_of_work import unit_of_work
from tests.doubles.smtp import SmtpDouble
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeTenant, MakeUser, unique
from tests.mail.test_confirmations import code_of

OPEN = "query($id: ID!) { keptMail(id: $id) { mail { subject sentAt } text html } }"


async def ask(client: httpx.AsyncClient, query: str, **variables: Any) -> Any:
    return (await client.post("/graphql", json={"query": query, "variables": variables})).json()


async def queued(tenant: Tenant, order: str = "order-1") -> Mail:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await mail.queue(
            uow,
            template="refund_done",
            recipient="owner@example.com",
            language=Language.ENGLISH,
            values={"amount": "10.00", "order": order},
        )


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser, as_user: AsUser) -> httpx.AsyncClient:
    return await as_user(await make_user(tenant, Role.ADMIN))


async def test_emails_are_listed_newest_first_and_by_pages(admin: httpx.AsyncClient, tenant: Tenant) -> None:
    written = [str((await queued(tenant)).id) for _ in range(3)]
    page = "query($after: String) { keptMails(first: 2, after: $after) { edges { node { id } cursor } } }"
    first = (await ask(admin, page))["data"]["keptMails"]["edges"]
    second = (await ask(admin, page, after=first[-1]["cursor"]))["data"]["keptMails"]["edges"]
    assert [edge["node"]["id"] for edge in first + second] == written[::-1]


async def test_an_email_that_stays_here_is_readable(admin: httpx.AsyncClient, tenant: Tenant, folder: Path) -> None:
    shown = (await ask(admin, OPEN, id=str((await queued(tenant)).id)))["data"]["keptMail"]
    assert shown["mail"] == {"subject": "Refund made: 10.00 ₽", "sentAt": None}
    assert "order-1" in shown["text"]
    assert "order-1" in shown["html"]


async def test_an_email_that_went_out_is_its_recipients(
    admin: httpx.AsyncClient, tenant: Tenant, server: SmtpDouble
) -> None:
    shown = (await ask(admin, OPEN, id=str((await queued(tenant)).id)))["data"]["keptMail"]
    assert (shown["text"], shown["html"]) == (None, None)


async def test_another_tenants_email_is_as_missing(
    admin: httpx.AsyncClient, make_tenant: MakeTenant, folder: Path
) -> None:
    foreign = await queued(await make_tenant())
    answer = await ask(admin, OPEN, id=str(foreign.id))
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert answer["data"]["keptMail"] is None


async def test_a_company_registered_by_graphql_confirms_by_it(client: httpx.AsyncClient) -> None:
    email = f"{unique('owner')}@example.com"
    register = """mutation($email: String!) { registerCompany(input: {
        email: $email, password: "Correct-horse-7", companyName: "Company"}) { user { id } tenant { id } } }"""
    made = (await ask(client, register, email=email))["data"]["registerCompany"]
    user = User(id=int(made["user"]["id"]), tenant_id=int(made["tenant"]["id"]), email=email)
    confirm = "mutation($email: String!, $code: String!) { confirmEmail(email: $email, code: $code) { user { id } } }"
    wrong = await ask(client, confirm, email=email, code="nothing")
    assert wrong["errors"][0]["extensions"] == {"code": "BAD_REQUEST", "field": "code"}
    right = await ask(client, confirm, email=email, code=await code_of(user))
    assert right["data"]["confirmEmail"]["user"]["id"] == made["user"]["id"]


async def test_a_test_and_the_contact_form_by_graphql(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, server: SmtpDouble
) -> None:
    sent = await ask(admin, 'mutation { sendTestMail(to: "test@example.com") { server } }')
    assert sent["data"]["sendTestMail"]["server"] == "127.0.0.1"
    assert [message["To"] for message in server.received] == ["test@example.com"]
    form = """mutation { sendContactForm(input: {
        name: "A", email: "a@example.com", subject: "Prices", message: "How much?"}) { ok } }"""
    assert (await ask(client, form))["data"]["sendContactForm"]["ok"] is True

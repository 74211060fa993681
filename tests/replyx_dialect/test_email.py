"""📧 Email система, as the document shows it; every code of its catalogue."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from dataclasses import replace
from ipaddress import IPv6Address
from typing import Any

import httpx
import pytest

from app.api import create_app
from app.rate_limits import RateLimits
from core.actor import Role, system_actor
from integrations.mail.smtp import SmtpMailer
from models.mail import Mail
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.users import User
from rest.replyx import email_examples
from services.providers import providers, use_providers
from services.rate_limits import Bucket, by_email
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.smtp import SmtpDouble
from tests.fixtures.application import AsUser, bearer, client_of
from tests.fixtures.people import MakeUser, unique
from tests.fixtures.work import DrainJobs
from tests.mail.conftest import folder, server
from tests.mail.test_confirmations import another, code_of
from tests.replyx_dialect.world import Account, log_in, registration, told

__all__ = ["folder", "server"]


async def user_of(email: str) -> User:
    async with system_unit_of_work(SystemReason.TENANTS):
        return await User.get(email=email)


async def mails_to(tenant_id: int, **columns: Any) -> list[Mail]:
    async with unit_of_work(system_actor(tenant_id)):
        return await Mail.filter(tenant_id=tenant_id, **columns).order_by("id")


@pytest.fixture
def required(override: Any) -> Iterator[None]:
    """Confirmation is required."""
    with override(OPORA_EMAIL_CONFIRMATION_REQUIRED="on"):
        yield


@pytest.fixture
async def limited(override: Any, database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API whose limits are on, at an address of its own."""
    with override(OPORA_RATE_LIMITS="on", OPORA_TRUSTED_PROXIES="127.0.0.1"):
        app = create_app(opening=lambda _: nullcontext())
        address = str(IPv6Address(secrets.randbits(128)))
        async with client_of(app, headers={"x-forwarded-for": address}) as client:
            yield client
        await app.state.rate_limits.close()


async def test_registration_sends_a_code_that_confirms(
    client: httpx.AsyncClient, server: SmtpDouble, drain_jobs: DrainJobs
) -> None:
    body = registration()
    shown = (await client.post("/api/auth/register", json=body)).json()
    user = await user_of(body["email"])
    await drain_jobs(Tenant(id=user.tenant_id))
    (message,) = server.received
    code = await code_of(user)
    assert message["To"] == body["email"]
    assert code in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    response = await client.post("/api/email/confirm_email", json={"email": body["email"], "code": code})
    assert response.status_code == 200
    answer = response.json()
    assert answer.keys() == email_examples.CONFIRMED.keys()
    assert (answer["success"], answer["message"]) == (True, "Email успешно подтвержден")
    assert answer["user"] == {"id": shown["id"], "email": body["email"], "is_email_confirmed": True}
    me = await client.get("/api/users/me", headers=bearer(answer["access_token"]))
    assert me.json()["id"] == shown["id"]


async def test_where_the_code_cannot_be_written_there_is_no_account(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("as when the database goes away")

    monkeypatch.setattr("services.confirmations.issue", fails)
    body = registration()
    assert (await client.post("/api/auth/register", json=body)).status_code == 500
    async with system_unit_of_work(SystemReason.TENANTS):
        assert not await User.filter(email=body["email"]).exists()


@pytest.mark.usefixtures("required")
async def test_who_has_not_confirmed_does_not_get_in(client: httpx.AsyncClient) -> None:
    body = registration()
    await client.post("/api/auth/register", json=body)
    assert told(await log_in(client, body["email"], "wrong-password")) == (401, "INVALID_CREDENTIALS", None)
    refused = await log_in(client, body["email"])
    assert told(refused) == (403, "EMAIL_NOT_CONFIRMED", None)
    assert refused.json()["error"]["message"] == "Email не подтвержден"
    code = await code_of(await user_of(body["email"]))
    await client.post("/api/email/confirm_email", json={"email": body["email"], "code": code})
    assert (await log_in(client, body["email"])).status_code == 200


async def test_confirmation_is_not_asked_for_unless_it_is_required(client: httpx.AsyncClient) -> None:
    body = registration()
    await client.post("/api/auth/register", json=body)
    assert (await log_in(client, body["email"])).status_code == 200


async def test_a_wrong_code_is_told_and_five_are_too_many(client: httpx.AsyncClient, account: Account) -> None:
    code = await code_of(await user_of(account.email))
    wrong = {"email": account.email, "code": another(code)}
    for _ in range(5):
        refused = await client.post("/api/email/confirm_email", json=wrong)
        assert told(refused) == (400, "BAD_REQUEST", "code")
        assert refused.json()["error"]["message"] == "Неверный код подтверждения"
    expired = await client.post("/api/email/confirm_email", json={**wrong, "code": code})
    assert told(expired) == (400, "CONFIRMATION_CODE_EXPIRED", "code")
    assert expired.json()["error"]["message"] == "Код подтверждения истек"


@pytest.mark.parametrize(("path", "more"), [("confirm_email", {"code": "123456"}), ("resend_confirmation", {})])
async def test_what_is_no_address_is_named(client: httpx.AsyncClient, path: str, more: dict[str, str]) -> None:
    response = await client.post(f"/api/email/{path}", json={"email": "nobody", **more})
    assert told(response) == (422, "VALIDATION_ERROR", "email")
    assert response.json()["error"]["details"]["issue"] == "Неверный формат email"


async def test_a_code_is_sent_again_and_the_answer_says_nothing_of_who_is_known(
    client: httpx.AsyncClient, account: Account
) -> None:
    user = await user_of(account.email)
    known = await client.post("/api/email/resend_confirmation", json={"email": account.email})
    unknown = await client.post("/api/email/resend_confirmation", json={"email": f"{unique('no')}@example.com"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (200, known.content)
    assert len(await mails_to(user.tenant_id, template="confirmation_code")) == 2


async def test_a_code_is_sent_again_once_a_minute(limited: httpx.AsyncClient) -> None:
    addresses = [f"{unique('a')}@example.com", f"{unique('b')}@example.com"]
    first = await limited.post("/api/email/resend_confirmation", json={"email": addresses[0]})
    again = await limited.post("/api/email/resend_confirmation", json={"email": addresses[0].upper()})
    other = await limited.post("/api/email/resend_confirmation", json={"email": addresses[1]})
    assert [first.status_code, again.status_code, other.status_code] == [200, 429, 200]
    assert 50 < int(again.headers["retry-after"]) <= 60


async def test_codes_are_sent_again_so_many_times_a_day(override: Any, database: None) -> None:
    often = {"OPORA_RATE_LIMIT_RESEND_PER_MINUTE": "50", "OPORA_RATE_LIMIT_RESEND_PER_DAY": "3"}
    with override(OPORA_RATE_LIMITS="on", OPORA_RATE_LIMIT_AUTH_PER_MINUTE="50", **often):
        limits = RateLimits()
        decisions = [await limits.check(Bucket.RESEND, by_email(email)) for email in [f"{unique('a')}@example.com"] * 4]
        await limits.close()
    assert [decision.allowed for decision in decisions] == [True, True, True, False]
    assert decisions[-1].retry_after > 80_000


async def test_with_limits_too_a_code_is_told_to_be_spent_after_five_tries(limited: httpx.AsyncClient) -> None:
    email = registration()["email"]
    await limited.post("/api/auth/register", json=registration(email=email))
    guess = {"email": email, "code": "wrong!"}
    told = [(await limited.post("/api/email/confirm_email", json=guess)).json()["error"]["code"] for _ in range(6)]
    assert told == ["BAD_REQUEST"] * 5 + ["CONFIRMATION_CODE_EXPIRED"]


async def test_a_test_email_is_sent_at_once(client: httpx.AsyncClient, account: Account, server: SmtpDouble) -> None:
    response = await client.post("/api/email/test_send", json=email_examples.TEST_SEND, headers=account.headers)
    assert response.status_code == 200
    answer = response.json()
    assert answer.keys() == email_examples.TEST_SENT.keys()
    assert (answer["success"], answer["message"], answer["smtp_server"]) == (
        True,
        "Письмо успешно отправлено",
        "127.0.0.1",
    )
    assert [message["To"] for message in server.received] == ["test@example.com"]
    (kept,) = await mails_to((await user_of(account.email)).tenant_id, template="test_mail")
    assert kept.sent_at is not None


async def test_without_a_server_the_test_goes_to_files(
    client: httpx.AsyncClient, account: Account, folder: Any
) -> None:
    response = await client.post("/api/email/test_send", json=email_examples.TEST_SEND, headers=account.headers)
    assert (response.status_code, response.json()["smtp_server"]) == (200, "files")
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("reply", ["550 5.1.1 No such user here", "450 4.2.0 Greylisted"])
async def test_what_the_server_refuses_is_email_send_failed(
    client: httpx.AsyncClient, account: Account, server: SmtpDouble, reply: str
) -> None:
    server.replies["RCPT"] = [reply]
    response = await client.post("/api/email/test_send", json=email_examples.TEST_SEND, headers=account.headers)
    assert told(response) == (503, "EMAIL_SEND_FAILED", None)
    assert response.json()["error"]["message"] == f"Почтовый сервер отклонил письмо: {reply}"


@pytest.mark.parametrize("fault", ["drops_at", "hangs_at"])
async def test_a_server_that_does_not_answer_is_smtp_connection_failed(
    client: httpx.AsyncClient, account: Account, server: SmtpDouble, fault: str
) -> None:
    setattr(server, fault, "EHLO")
    quick = SmtpMailer(f"smtp://127.0.0.1:{server.port}", sender="opora@example.com", timeout_s=0.3)
    use_providers(replace(providers(), mailer=quick))
    async with asyncio.timeout(3):
        response = await client.post("/api/email/test_send", json=email_examples.TEST_SEND, headers=account.headers)
    assert told(response) == (503, "SMTP_CONNECTION_FAILED", None)
    assert "127.0.0.1" in response.json()["error"]["message"]
    (kept,) = await mails_to((await user_of(account.email)).tenant_id, template="test_mail")
    assert kept.sent_at is None
    assert "SMTP_CONNECTION_FAILED" in str(kept.last_error)


async def test_a_test_is_for_admins(
    client: httpx.AsyncClient, as_user: AsUser, tenant: Tenant, make_user: MakeUser, server: SmtpDouble
) -> None:
    body = email_examples.TEST_SEND
    assert told(await client.post("/api/email/test_send", json=body)) == (401, "UNAUTHORIZED", None)
    moderator = await as_user(await make_user(tenant, Role.MODERATOR))
    refused = await moderator.post("/api/email/test_send", json=body)
    assert told(refused) == (403, "INSUFFICIENT_PERMISSIONS", None)
    assert server.received == []
    assert await mails_to(tenant.id) == []


async def test_the_contact_form_reaches_those_who_run_the_installation(
    client: httpx.AsyncClient, override: Any, server: SmtpDouble, drain_jobs: DrainJobs
) -> None:
    sales = f"{unique('sales')}@example.com"
    with override(OPORA_CONTACT_EMAIL=sales):
        response = await client.post("/api/email/contact-form", json=email_examples.CONTACT_FORM)
    assert (response.status_code, response.json()["success"]) == (200, True)
    await drain_jobs(Tenant(id=DEFAULT_TENANT_ID))
    (message,) = [one for one in server.received if one["To"] == sales]
    assert message["Reply-To"] == "ivan@example.com"
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for said in email_examples.CONTACT_FORM.values():
        assert said in text


async def test_without_anybody_to_send_it_to_a_message_is_kept(client: httpx.AsyncClient, fresh_database: None) -> None:
    response = await client.post("/api/email/contact-form", json=email_examples.CONTACT_FORM)
    assert response.status_code == 200
    (kept,) = await mails_to(DEFAULT_TENANT_ID)
    assert (kept.recipient, kept.reply_to) == ("opora@localhost", "ivan@example.com")
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        assert await uow.rows("SELECT 1 FROM jobs") == []


async def test_admins_of_the_default_tenant_get_it(
    client: httpx.AsyncClient, fresh_database: None, make_user: MakeUser
) -> None:
    admin = await make_user(Tenant(id=DEFAULT_TENANT_ID), Role.SUPERADMIN)
    await make_user(Tenant(id=DEFAULT_TENANT_ID), Role.MODERATOR)
    await client.post("/api/email/contact-form", json=email_examples.CONTACT_FORM)
    assert [mail.recipient for mail in await mails_to(DEFAULT_TENANT_ID)] == [admin.email]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "я" * 129}, "name"),
        ({"email": "ivan"}, "email"),
        ({"email": "ivan@example.com\r\nBcc: thief@example.com"}, "email"),
        ({"subject": ""}, "subject"),
        ({"subject": "я" * 201}, "subject"),
        ({"message": "я" * 5001}, "message"),
        ({"message": "with\x00nul"}, "message"),
        ({"phone": "7" * 33}, "phone"),
    ],
)
async def test_what_is_wrong_in_the_form_is_named(
    client: httpx.AsyncClient, changes: dict[str, str], field: str
) -> None:
    form = {**email_examples.CONTACT_FORM, "subject": unique("subject"), **changes}
    assert told(await client.post("/api/email/contact-form", json=form)) == (422, "VALIDATION_ERROR", field)
    assert await mails_to(DEFAULT_TENANT_ID, subject__contains=form["subject"] or "never") == []


async def test_the_form_is_limited_by_address(limited: httpx.AsyncClient) -> None:
    form = {**email_examples.CONTACT_FORM, "email": "nobody"}
    responses = [await limited.post("/api/email/contact-form", json=form) for _ in range(6)]
    assert [response.status_code for response in responses] == [422] * 5 + [429]

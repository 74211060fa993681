"""Accounts: registration with the welcome bonus, login, logout, as the document shows them."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import nullcontext
from decimal import Decimal
from ipaddress import IPv6Address
from typing import Any

import httpx
import pytest

from app.api import create_app
from core.actor import Role, system_actor
from core.errors import Unavailable
from models.tenants import Tenant
from models.users import User
from services import billing
from services.tokens import Dialect, TokenKind, decode
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.application import client_of
from tests.fixtures.people import PASSWORD as ANOTHER_PASSWORD
from tests.fixtures.people import MakeTenant, MakeUser, unique
from tests.replyx_dialect.world import PASSWORD, Account, log_in, registration, told

ACCOUNT = {
    "id", "email", "first_name", "last_name", "is_admin", "balance", "welcome_bonus", "plan", "onboarding_completed",
    "created_at",
}  # fmt: skip


async def users_of(email: str) -> list[User]:
    async with system_unit_of_work(SystemReason.TENANTS):
        return await User.filter(email__iexact=email)


async def tenant_of(account: Account) -> Tenant:
    (user,) = await users_of(account.email)
    async with system_unit_of_work(SystemReason.TENANTS):
        return await Tenant.get(id=user.tenant_id)


async def test_an_account_is_registered_as_documented(client: httpx.AsyncClient) -> None:
    body = registration()
    response = await client.post("/api/auth/register", json=body)
    assert response.status_code == 201
    account = response.json()
    assert account.keys() == ACCOUNT
    assert {name: account[name] for name in ("email", "first_name", "last_name")} == {
        name: body[name] for name in ("email", "first_name", "last_name")
    }
    assert (account["is_admin"], account["plan"], account["onboarding_completed"]) == (False, "trial", False)
    assert (account["balance"], account["welcome_bonus"]) == (500.0, 500.0)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", account["created_at"])


async def test_it_owns_a_tenant_with_one_entry_in_its_ledger(account: Account) -> None:
    tenant = await tenant_of(account)
    (user,) = await users_of(account.email)
    async with unit_of_work(system_actor(tenant.id)) as uow:
        standing = await billing.balance(uow)
        entries = await uow.rows("SELECT service_type, reference FROM ledger_entries")
    assert (user.role, standing.balance) == (Role.ADMIN, Decimal("500.00"))
    assert entries == [{"service_type": "welcome_bonus", "reference": "welcome"}]


async def test_where_the_bonus_fails_there_is_no_account(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise Unavailable("The database does not answer")

    monkeypatch.setattr(billing, "welcome", fails)
    body = registration()
    assert told(await client.post("/api/auth/register", json=body))[:2] == (503, "SERVICE_UNAVAILABLE")
    assert await users_of(body["email"]) == []


async def test_the_bonus_is_a_setting(client: httpx.AsyncClient, override: Any) -> None:
    with override(OPORA_WELCOME_BONUS="0"):
        account = await Account.make(client)
    assert (account.shown["balance"], account.shown["welcome_bonus"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("names", "called"),
    [
        ({}, "John Doe"),
        ({"last_name": ""}, "John"),
        ({"first_name": " ", "last_name": ""}, "example.com"),
        ({"first_name": "Айгүл", "last_name": "Серікқызы"}, "Айгүл Серікқызы"),
    ],
)
async def test_the_tenant_is_called_as_the_person_or_the_domain(
    client: httpx.AsyncClient, names: dict[str, str], called: str
) -> None:
    assert (await tenant_of(await Account.make(client, **names))).name == called


async def test_names_may_be_left_out(client: httpx.AsyncClient) -> None:
    body = registration()
    del body["first_name"], body["last_name"]
    response = await client.post("/api/auth/register", json=body)
    assert response.status_code == 201
    assert (response.json()["first_name"], response.json()["last_name"]) == ("", "")


@pytest.mark.parametrize("respell", [str, str.upper])
async def test_an_email_registers_once_anywhere(client: httpx.AsyncClient, account: Account, respell: Any) -> None:
    response = await client.post("/api/auth/register", json=registration(email=respell(account.email)))
    assert told(response) == (409, "CONFLICT", "email")
    assert response.json()["error"]["message"] == "Пользователь с таким email уже зарегистрирован"
    assert len(await users_of(account.email)) == 1


async def test_an_email_of_another_dialects_user_is_refused(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser
) -> None:
    user = await make_user(tenant)
    response = await client.post("/api/auth/register", json=registration(email=user.email))
    assert told(response) == (409, "CONFLICT", "email")


async def test_of_simultaneous_registrations_one_gets_through(client: httpx.AsyncClient) -> None:
    body = registration()
    responses = await asyncio.gather(*(client.post("/api/auth/register", json=body) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [201] + [409] * 7
    assert len(await users_of(body["email"])) == 1


@pytest.mark.parametrize(
    ("changes", "field", "issue"),
    [
        ({"email": "nobody"}, "email", "Неверный формат email"),
        ({"email": None}, "email", "должно быть строкой"),
        ({"email": ["a@example.com"]}, "email", "должно быть строкой"),
        ({"password": "1234567"}, "password", "не короче 8 симв."),
        ({"password": "ы" * 37}, "password", "не длиннее 72 байт"),
        ({"password": 12345678}, "password", "должно быть строкой"),
        ({"password": "with\x00nul1"}, "password", "содержит недопустимый символ"),
        ({"first_name": "я" * 129}, "first_name", "не длиннее 128 симв."),
        ({"last_name": {"a": 1}}, "last_name", "должно быть строкой"),
    ],
)
async def test_wrong_values_are_named_in_russian(
    client: httpx.AsyncClient, changes: dict[str, Any], field: str, issue: str
) -> None:
    body = registration(**changes)
    response = await client.post("/api/auth/register", json=body)
    assert told(response) == (422, "VALIDATION_ERROR", field)
    error = response.json()["error"]
    assert (error["message"], error["details"]["issue"]) == ("Некорректные данные", issue)
    assert await users_of(str(body["email"])) == []


async def test_login_answers_with_the_user_and_the_balance(client: httpx.AsyncClient, account: Account) -> None:
    response = await log_in(client, account.email.upper())
    assert response.status_code == 200
    answer = response.json()
    assert answer.keys() == {"access_token", "token_type", "user"}
    assert answer["token_type"] == "bearer"
    shown = account.shown
    assert answer["user"] == {"id": shown["id"], "email": account.email, "is_admin": False, "balance": 500.0}
    claims = decode(answer["access_token"], TokenKind.ACCESS)
    assert (claims.dialect, claims.subject) == (Dialect.REPLYX, str(shown["id"]))


@pytest.mark.parametrize("password", ["wrong-password", "", PASSWORD.upper(), PASSWORD + "x" * 100, "\ud7ff"])
async def test_a_wrong_password_is_told_as_documented(
    client: httpx.AsyncClient, account: Account, password: str
) -> None:
    response = await log_in(client, account.email, password)
    assert told(response) == (401, "INVALID_CREDENTIALS", None)
    assert response.json()["error"]["message"] == "Неверный email или пароль"


@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "", "x" * 5000, "' OR 1=1 --"])
async def test_an_unknown_email_is_told_the_same(client: httpx.AsyncClient, database: None, email: str) -> None:
    assert told(await log_in(client, email)) == (401, "INVALID_CREDENTIALS", None)


async def test_several_companies_with_one_password_take_a_choice(
    client: httpx.AsyncClient, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    email = f"{unique('twice')}@example.com"
    homes = [await make_tenant(), await make_tenant()]
    users = [await make_user(home, email=email) for home in homes]
    response = await log_in(client, email, ANOTHER_PASSWORD)
    assert told(response) == (409, "CONFLICT", "tenant_id")
    chosen = await log_in(client, email, ANOTHER_PASSWORD, tenant_id=homes[1].id)
    assert chosen.json()["user"]["id"] == users[1].id


async def test_logout_ends_the_token_at_once(client: httpx.AsyncClient, account: Account) -> None:
    other = (await log_in(client, account.email)).json()["access_token"]
    response = await client.post("/api/auth/logout", headers=account.headers)
    assert (response.status_code, response.json()["success"]) == (200, True)
    for path in ("/api/users/me", "/v1/auth/me", "/api/v1/auth/me"):
        assert (await client.get(path, headers=account.headers)).status_code == 401
    assert told(await client.post("/api/auth/logout", headers=account.headers)) == (401, "UNAUTHORIZED", None)
    still = await client.get("/api/users/me", headers={"authorization": f"Bearer {other}"})
    assert still.status_code == 200


def an_address() -> str:
    """One that nobody has counted against."""
    return str(IPv6Address(secrets.randbits(128)))


@pytest.fixture
async def limited(override: Any, database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API of its own whose limits are on, at an address of its own."""
    with override(OPORA_RATE_LIMITS="on", OPORA_TRUSTED_PROXIES="127.0.0.1"):
        app = create_app(opening=lambda _: nullcontext())
        async with client_of(app, headers={"x-forwarded-for": an_address()}) as client:
            yield client
        await app.state.rate_limits.close()


async def test_five_logins_in_five_minutes(limited: httpx.AsyncClient) -> None:
    responses = [await log_in(limited, f"{unique('a')}@example.com") for _ in range(6)]
    assert [response.status_code for response in responses] == [401] * 5 + [429]
    assert [response.headers["x-ratelimit-remaining"] for response in responses] == ["4", "3", "2", "1", "0", "0"]
    assert {response.headers["x-ratelimit-limit"] for response in responses} == {"5"}
    assert told(responses[-1]) == (429, "RATE_LIMIT_EXCEEDED", None)
    assert 240 < int(responses[-1].headers["retry-after"]) <= 300


async def test_one_email_gets_five_logins_from_many_addresses(limited: httpx.AsyncClient) -> None:
    email = f"{unique('a')}@example.com"
    statuses = []
    for part in range(6):
        limited.headers["x-forwarded-for"] = an_address()
        statuses.append((await log_in(limited, email.upper() if part % 2 else email)).status_code)
    assert statuses == [401] * 5 + [429]

"""Companies: registration, the form login, one's own account, as the document shows them."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from models.tenants import Tenant
from models.users import User
from services.tokens import TokenKind, decode
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.people import MakeUser
from tests.leads_dialect.world import PASSWORD, Company, log_in, registration

_ZONELESS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


async def users_named(email: str) -> int:
    async with system_unit_of_work(SystemReason.TENANTS):
        return await User.filter(email__iexact=email).count()


async def test_a_company_is_registered_as_documented(client: httpx.AsyncClient) -> None:
    body = registration()
    response = await client.post("/api/auth/register", json=body)
    assert response.status_code == 201
    account = response.json()
    assert account.keys() == {"id", "email", "company_name", "is_active", "created_at"}
    assert (account["email"], account["company_name"], account["is_active"]) == (body["email"], "Компания А", True)
    assert _ZONELESS.fullmatch(account["created_at"])


async def test_its_account_is_the_admin_of_a_tenant_of_its_own(client: httpx.AsyncClient, company: Company) -> None:
    other = await Company.make(client)
    admins = {}
    async with system_unit_of_work(SystemReason.TENANTS):
        for one in (company, other):
            admins[one.email] = await User.get(id=one.account["id"])
        slugs = [(await Tenant.get(id=user.tenant_id)).slug for user in admins.values()]
    assert {user.role for user in admins.values()} == {Role.ADMIN}
    assert len({user.tenant_id for user in admins.values()}) == len(set(slugs)) == 2
    assert all(re.fullmatch(r"kompaniya-a(-[0-9a-f]{8})?", slug) for slug in slugs)


async def test_the_token_names_the_email_and_lives_seven_days(client: httpx.AsyncClient, company: Company) -> None:
    answer = (await log_in(client, company.email)).json()
    assert answer.keys() == {"access_token", "token_type"}
    assert answer["token_type"] == "bearer"
    claims = decode(answer["access_token"], TokenKind.ACCESS)
    assert claims.subject == company.email


async def test_me_is_the_account(client: httpx.AsyncClient, company: Company) -> None:
    response = await client.get("/api/auth/me", headers=company.headers)
    assert (response.status_code, response.json()) == (200, company.account)


@pytest.mark.parametrize("respell", [str, str.upper])
async def test_an_email_registers_once_anywhere(client: httpx.AsyncClient, company: Company, respell: Any) -> None:
    response = await client.post("/api/auth/register", json=registration(email=respell(company.email)))
    assert (response.status_code, response.json()) == (400, {"detail": "Email already registered"})
    assert await users_named(company.email) == 1


async def test_an_email_of_another_dialects_user_is_refused(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser
) -> None:
    user = await make_user(tenant)
    response = await client.post("/api/auth/register", json=registration(email=user.email))
    assert response.status_code == 400
    assert await users_named(str(user.email)) == 1


async def test_of_simultaneous_registrations_one_gets_through(client: httpx.AsyncClient) -> None:
    body = registration()
    responses = await asyncio.gather(*(client.post("/api/auth/register", json=body) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [201] + [400] * 7
    assert await users_named(body["email"]) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "12345"}, "password: must be at least 6 characters long"),
        ({"password": "ы" * 40}, "password: must be at most 72 bytes long"),
        ({"email": "nobody"}, "email: is not an e-mail address"),
        ({"email": 7}, "email: must be text"),
        ({"email": None}, "email: must be text"),
        ({"company_name": ""}, "company_name: must not be empty"),
        ({"company_name": "   "}, "company_name: must be at least 1 characters long"),
        ({"company_name": "я" * 300}, "company_name: must be at most 255 characters long"),
        ({"company_name": ["A"]}, "company_name: must be text"),
        ({"company_name": "a\x00b"}, "company_name: must not contain NUL characters"),
    ],
)
async def test_wrong_values_are_named(client: httpx.AsyncClient, changes: dict[str, Any], said: str) -> None:
    body = registration(**changes)
    response = await client.post("/api/auth/register", json=body)
    assert (response.status_code, response.json()) == (422, {"detail": said})
    assert await users_named(str(body["email"])) == 0


@pytest.mark.parametrize("password", ["wrong12", "", PASSWORD + "x" * 100])
async def test_a_wrong_password_is_told_as_documented(
    client: httpx.AsyncClient, company: Company, password: str
) -> None:
    response = await log_in(client, company.email, password)
    assert (response.status_code, response.json()) == (401, {"detail": "Incorrect email or password"})


async def test_an_unknown_email_is_told_the_same(client: httpx.AsyncClient) -> None:
    response = await log_in(client, "nobody@company.kz")
    assert (response.status_code, response.json()) == (401, {"detail": "Incorrect email or password"})


async def test_a_form_without_a_password_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/auth/login", data={"username": "nobody@company.kz"})
    assert (response.status_code, response.json()) == (422, {"detail": "password: Field required"})


async def test_companies_do_not_see_each_other(client: httpx.AsyncClient, company: Company) -> None:
    other = await Company.make(client)
    users = (await client.get("/v1/users", headers=company.headers)).json()
    assert [user["email"] for user in users] == [company.email]
    assert (await client.get(f"/v1/users/{other.account['id']}", headers=company.headers)).status_code == 404


async def test_a_blocked_account_is_shut_out_at_once(client: httpx.AsyncClient, company: Company) -> None:
    async with system_unit_of_work(SystemReason.TENANTS):
        user = await User.get(id=company.account["id"])
    async with unit_of_work(system_actor(user.tenant_id)):
        await User.filter(id=user.id).update(is_active=False)
    assert (await client.get("/api/auth/me", headers=company.headers)).status_code == 401
    assert (await log_in(client, company.email)).status_code == 401

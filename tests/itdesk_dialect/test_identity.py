"""Registration with its roles, login by username or e-mail, one's own account."""

import asyncio
from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from models.tenants import Tenant
from models.users import User
from services.unit_of_work import unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, TokenFor, unique

DENIED = (403, {"detail": "Not enough permissions"})
WRONG = (401, {"detail": "Could not validate credentials"})


def registration(**changes: Any) -> dict[str, Any]:
    """A valid body for a name that nobody has."""
    name = unique("ann")
    return {
        "username": name,
        "email": f"{name}@example.com",
        "password": PASSWORD,
        "full_name": "Ann Ivanova",
        "role": "customer",
        **changes,
    }


async def register(client: httpx.AsyncClient, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    return await client.post("/api/auth/register", json=registration(**changes), headers=headers)


async def log_in(client: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/api/auth/login", json={"username": username, "password": password})


async def roles_of(tenant: Tenant) -> list[Role]:
    async with unit_of_work(system_actor(tenant.id)):
        return [user.role for user in await User.all().order_by("id")]


async def test_a_customer_registers_and_signs_in(client: httpx.AsyncClient, default_tenant: Tenant) -> None:
    body = registration()
    response = await client.post("/api/auth/register", json=body)
    assert response.status_code == 201
    user = response.json()
    assert user.keys() == {"id", "username", "email", "full_name", "role", "is_active", "created_at"}
    assert {name: user[name] for name in ("username", "email", "full_name", "role")} == {
        name: body[name] for name in ("username", "email", "full_name", "role")
    }
    assert user["created_at"].endswith("Z")
    assert await roles_of(default_tenant) == [Role.USER]
    token = (await log_in(client, body["username"])).json()
    assert token.keys() == {"access_token", "token_type"}
    me = await client.get("/api/auth/me", headers=bearer(token["access_token"]))
    assert (me.status_code, me.json()) == (200, user)


@pytest.mark.parametrize("role", ["support_agent", "admin"])
async def test_the_first_user_of_all_may_take_any_role(
    client: httpx.AsyncClient, default_tenant: Tenant, role: str
) -> None:
    response = await register(client, role=role)
    assert (response.status_code, response.json()["role"]) == (201, role)


@pytest.mark.parametrize("role", ["support_agent", "admin"])
async def test_nobody_else_raises_their_own_rights(
    client: httpx.AsyncClient, default_tenant: Tenant, make_user: MakeUser, role: str
) -> None:
    await make_user(default_tenant)
    response = await register(client, role=role)
    assert (response.status_code, response.json()) == DENIED
    assert await roles_of(default_tenant) == [Role.USER]


async def test_of_simultaneous_first_admins_there_is_one(client: httpx.AsyncClient, default_tenant: Tenant) -> None:
    responses = await asyncio.gather(*(register(client, role="admin") for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [201] + [403] * 7
    assert await roles_of(default_tenant) == [Role.ADMIN]


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
async def test_a_token_below_admin_grants_nothing(
    client: httpx.AsyncClient, default_tenant: Tenant, make_user: MakeUser, token_for: TokenFor, role: Role
) -> None:
    token = await token_for(await make_user(default_tenant, role))
    response = await register(client, bearer(token), role="support_agent")
    assert (response.status_code, response.json()) == DENIED
    assert await roles_of(default_tenant) == [role]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERADMIN])
async def test_an_admins_token_grants_roles(
    client: httpx.AsyncClient, default_tenant: Tenant, make_user: MakeUser, token_for: TokenFor, role: Role
) -> None:
    token = await token_for(await make_user(default_tenant, role))
    response = await register(client, bearer(token), role="admin")
    assert response.status_code == 201
    assert await roles_of(default_tenant) == [role, Role.ADMIN]


async def test_an_admin_of_another_tenant_grants_nothing(
    client: httpx.AsyncClient,
    default_tenant: Tenant,
    make_tenant: MakeTenant,
    make_user: MakeUser,
    token_for: TokenFor,
) -> None:
    await make_user(default_tenant)
    token = await token_for(await make_user(await make_tenant(), Role.ADMIN))
    response = await register(client, bearer(token), role="support_agent")
    assert (response.status_code, response.json()) == DENIED
    assert await roles_of(default_tenant) == [Role.USER]


@pytest.mark.parametrize("header", ["Bearer forged.token.here", "Basic YTpi", "Bearer"])
async def test_a_token_that_is_no_good_is_as_none(
    client: httpx.AsyncClient, default_tenant: Tenant, make_user: MakeUser, header: str
) -> None:
    await make_user(default_tenant)
    assert (await register(client, {"authorization": header})).status_code == 201
    refused = await register(client, {"authorization": header}, role="admin")
    assert (refused.status_code, refused.json()) == DENIED


@pytest.mark.parametrize(("field", "told"), [("username", "Username"), ("email", "Email")])
async def test_names_and_emails_are_taken_once_in_any_case(
    client: httpx.AsyncClient, default_tenant: Tenant, field: str, told: str
) -> None:
    first = registration()
    await client.post("/api/auth/register", json=first)
    response = await register(client, **{field: first[field].upper()})
    assert (response.status_code, response.json()) == (400, {"detail": f"{told} already registered"})
    assert await roles_of(default_tenant) == [Role.USER]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "superadmin"}, "role"),
        ({"role": "agent"}, "role"),
        ({"role": 7}, "role"),
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"username": "somebody@example.com"}, "username"),
        ({"username": "' OR 1=1 --"}, "username"),
        ({"username": None}, "username"),
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 73}, "password"),
        ({"full_name": "x" * 256}, "full_name"),
        ({"full_name": "a\x00b"}, "full_name"),
    ],
)
async def test_wrong_values_are_400_and_named(
    client: httpx.AsyncClient, default_tenant: Tenant, changes: dict[str, Any], field: str
) -> None:
    response = await register(client, **changes)
    assert response.status_code == 400
    assert response.json()["detail"].startswith(f"{field}: ")
    assert await roles_of(default_tenant) == []


async def test_login_takes_the_email_too_and_any_case(client: httpx.AsyncClient, default_tenant: Tenant) -> None:
    body = registration()
    await client.post("/api/auth/register", json=body)
    for name in (body["email"], body["email"].upper(), body["username"].upper()):
        assert (await log_in(client, name)).status_code == 200


@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", "", "a\ud7ff", "x" * 5000, "' OR 1=1 --"])
async def test_an_unknown_name_is_told_as_documented(client: httpx.AsyncClient, database: None, name: str) -> None:
    response = await log_in(client, name)
    assert (response.status_code, response.json()) == WRONG


async def test_a_username_of_another_tenant_signs_nobody_in(
    client: httpx.AsyncClient, default_tenant: Tenant, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    name = unique("bob")
    await make_user(await make_tenant(), username=name)
    assert (await log_in(client, name)).status_code == 401


async def test_me_shows_people_of_other_doors(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, token_for: TokenFor
) -> None:
    user = await make_user(tenant, Role.MODERATOR)
    me = (await client.get("/api/auth/me", headers=bearer(await token_for(user)))).json()
    assert (me["username"], me["role"]) == (user.email, "support_agent")


async def test_me_without_a_token(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/auth/me")
    assert (response.status_code, response.json()) == WRONG

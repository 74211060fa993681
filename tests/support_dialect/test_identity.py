"""🔐 Auth API: the document's requests, and what it says of them."""

from datetime import UTC, datetime

import httpx
import pytest

from core.actor import Role
from rest.support import examples
from services import users
from services.unit_of_work import unit_of_work
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, actor_of, sign_in, unique
from tests.support_dialect.world import World


def email() -> str:
    return f"{unique('user')}@example.com"


async def test_the_documents_examples_of_registration(client: httpx.AsyncClient) -> None:
    address = email()
    response = await client.post("/v1/auth/register", json=examples.REGISTRATION | {"email": address})
    assert response.status_code == 201
    body = response.json()
    assert {name: body[name] for name in ("email", "full_name", "tenant_id", "role", "is_active")} == {
        "email": address, "full_name": "John Doe", "tenant_id": 1, "role": "user", "is_active": True,
    }  # fmt: skip
    curl = await client.post("/v1/auth/register", json={"email": email(), "password": "secure123", "full_name": "John"})
    assert (curl.status_code, curl.json()["tenant_id"]) == (201, 1)


@pytest.mark.parametrize("password", ["short1", "password", "12345678", "qwerty123", "onlyletters"])
async def test_a_weak_password_is_400(password: str, world: World, client: httpx.AsyncClient) -> None:
    before = await world.contents()
    body = {"email": email(), "password": password, "full_name": "A", "tenant_id": world.tenant.id}
    response = await client.post("/v1/auth/register", json=body)
    assert response.status_code == 400
    assert response.json().keys() == {"detail"}
    assert password not in response.text
    assert await world.contents() == before


async def test_a_known_email_is_409_in_any_case(world: World, client: httpx.AsyncClient) -> None:
    body = {"email": str(world.stranger.email).upper(), "password": PASSWORD, "tenant_id": world.tenant.id}
    response = await client.post("/v1/auth/register", json=body)
    assert response.status_code == 409


async def test_a_wrong_email_is_told_in_the_extended_form(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/auth/register", json={"email": "no at sign", "password": PASSWORD})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "email"


async def test_unknown_and_closed_tenants(make_tenant: MakeTenant, client: httpx.AsyncClient) -> None:
    closed = await make_tenant(registration_open=False)
    body = {"email": email(), "password": PASSWORD, "full_name": "A"}
    statuses = [
        (await client.post("/v1/auth/register", json=body | {"tenant_id": tenant_id})).status_code
        for tenant_id in (closed.id, 2**62)
    ]
    assert statuses == [403, 404]


async def test_a_registration_cannot_ask_for_rights(world: World, client: httpx.AsyncClient) -> None:
    body = {"email": email(), "password": PASSWORD, "tenant_id": world.tenant.id, "role": "admin", "is_active": True}
    response = await client.post("/v1/auth/register", json=body)
    assert (response.status_code, response.json()["role"]) == (201, "user")


@pytest.mark.parametrize("path", ["/v1/auth/login", "/v1/auth/login/json"])
async def test_both_logins_give_working_tokens(path: str, world: World, client: httpx.AsyncClient) -> None:
    address = str(world.stranger.email)
    if path.endswith("json"):
        response = await client.post(path, json={"email": address, "password": PASSWORD})
    else:
        response = await client.post(path, data={"username": address, "password": PASSWORD, "grant_type": "password"})
    assert response.status_code == 200
    token = response.json()["access_token"]
    me = await client.get("/v1/auth/me", headers={"authorization": f"Bearer {token}"})
    assert me.json()["id"] == world.stranger.id


@pytest.mark.parametrize("address", ["stranger", "nobody@example.com", "no email", "a" * 5000])
async def test_a_wrong_login_tells_nothing(address: str, world: World, client: httpx.AsyncClient) -> None:
    known = str(world.stranger.email)
    body = {"email": known if address == "stranger" else address, "password": "wrong-password-1"}
    response = await client.post("/v1/auth/login/json", json=body)
    assert (response.status_code, response.json()) == (401, {"detail": "Incorrect email or password"})
    assert response.headers["www-authenticate"] == "Bearer"


async def test_one_email_in_two_tenants_with_one_password(
    make_tenant: MakeTenant, make_user: MakeUser, client: httpx.AsyncClient
) -> None:
    address, homes = email(), [await make_tenant(), await make_tenant()]
    for home in homes:
        await make_user(home, email=address)
    body = {"email": address, "password": PASSWORD}
    asked = await client.post("/v1/auth/login/json", json=body)
    assert asked.status_code == 409
    assert "tenant_id" in asked.json()["detail"]
    told = await client.post("/v1/auth/login/json", json=body | {"tenant_id": homes[1].id})
    assert told.status_code == 200
    by_form = await client.post(
        "/v1/auth/login", data={"username": address, "password": PASSWORD, "tenant_id": str(homes[0].id)}
    )
    assert by_form.status_code == 200


async def test_a_refresh_token_is_good_once(world: World, client: httpx.AsyncClient) -> None:
    login = await client.post("/v1/auth/login/json", json={"email": str(world.stranger.email), "password": PASSWORD})
    first = login.json()["refresh_token"]
    second = (await client.post("/v1/auth/refresh", json={"refresh_token": first})).json()
    reused = await client.post("/v1/auth/refresh", json={"refresh_token": first})
    assert reused.status_code == 401
    # The reuse ended the whole family.
    after = await client.get("/v1/auth/me", headers={"authorization": f"Bearer {second['access_token']}"})
    assert after.status_code == 401


async def test_changing_the_profile(world: World, client: httpx.AsyncClient) -> None:
    response = await client.patch("/v1/auth/me", json={"full_name": "John Smith"}, headers=world.headers(Role.USER))
    assert (response.status_code, response.json()["full_name"]) == (200, "John Smith")
    again = await client.get("/v1/auth/me", headers=world.headers(Role.USER))
    assert again.json() == response.json()


async def test_changing_the_password_ends_every_session(world: World, client: httpx.AsyncClient) -> None:
    other_device = await sign_in(world.people[Role.USER])
    body = {"current_password": PASSWORD, "new_password": "newSecurePassword456"}
    response = await client.post("/v1/auth/change-password", json=body, headers=world.headers(Role.USER))
    assert response.status_code == 200
    tries = {
        "old": world.tokens[Role.USER], "device": other_device, "new": response.json()["access_token"]
    }  # fmt: skip
    statuses = {
        name: (await client.get("/v1/auth/me", headers={"authorization": f"Bearer {token}"})).status_code
        for name, token in tries.items()
    }
    assert statuses == {"old": 401, "device": 401, "new": 200}


async def test_a_wrong_present_password_changes_nothing(world: World, client: httpx.AsyncClient) -> None:
    body = {"current_password": "wrong-password-1", "new_password": "newSecurePassword456"}
    response = await client.post("/v1/auth/change-password", json=body, headers=world.headers(Role.USER))
    assert response.status_code == 400
    assert (await client.get("/v1/auth/me", headers=world.headers(Role.USER))).status_code == 200


async def test_deactivation_shuts_out_at_once(world: World, client: httpx.AsyncClient) -> None:
    async with unit_of_work(actor_of(world.people[Role.ADMIN])) as uow:
        await users.deactivate(uow, world.people[Role.USER].id)
    assert (await client.get("/v1/auth/me", headers=world.headers(Role.USER))).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer a.b.c", "Bearer \x7f", "Token x", "Bearer " + "a" * 9000],
)
async def test_what_is_no_token(header: str, client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/auth/me", headers={"authorization": header})
    assert response.status_code == 401
    assert response.json().keys() == {"detail"}
    assert response.headers["www-authenticate"] == "Bearer"


async def test_forged_tokens(world: World, client: httpx.AsyncClient) -> None:
    good = world.tokens[Role.USER]
    head, claims, signature = good.split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    refresh = (
        await client.post("/v1/auth/login/json", json={"email": str(world.stranger.email), "password": PASSWORD})
    ).json()["refresh_token"]
    forged = [
        f"{none}.{claims}.",
        f"{none}.{claims}.{signature}",
        f"{head}.{claims}.AAAA",
        f"{head}.e30.{signature}",
        refresh,
    ]
    for token in forged:
        response = await client.get("/v1/auth/me", headers={"authorization": f"Bearer {token}"})
        assert response.status_code == 401, token


async def test_an_expired_token_says_so(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.clock.now", lambda: datetime(2040, 1, 1, tzinfo=UTC))
    response = await client.get("/v1/auth/me", headers=world.headers(Role.USER))
    assert (response.status_code, response.json()) == (401, {"detail": "Token has expired"})


async def test_logout_ends_the_session_and_its_refresh_token(world: World, client: httpx.AsyncClient) -> None:
    body = {"email": world.people[Role.USER].email, "password": PASSWORD}
    tokens = (await client.post("/v1/auth/login/json", json=body)).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.post("/v1/auth/logout", headers=headers)).status_code == 204
    assert (await client.get("/v1/auth/me", headers=headers)).status_code == 401
    again = await client.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert again.status_code == 401

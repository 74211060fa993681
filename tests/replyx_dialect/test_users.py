"""One's own account: profile, money, password."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from core import clock
from core.actor import Role
from models.tenants import Tenant
from services import billing, users
from services.unit_of_work import unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeUser, actor_of, sign_in
from tests.replyx_dialect.world import PASSWORD, Account, log_in, told

ME, CHANGE = "/api/users/me", "/api/users/change-password"


async def test_me_is_what_registration_showed(client: httpx.AsyncClient, account: Account) -> None:
    response = await client.get(ME, headers=account.headers)
    assert (response.status_code, response.json()) == (200, account.shown)


async def test_a_profile_changes_in_what_is_given(client: httpx.AsyncClient, account: Account) -> None:
    response = await client.put(ME, headers=account.headers, json={"first_name": "Jane", "last_name": "Smith"})
    assert (response.status_code, response.json()) == (
        200, {**account.shown, "first_name": "Jane", "last_name": "Smith"}
    )  # fmt: skip
    partly = await client.put(ME, headers=account.headers, json={"last_name": "Doe"})
    assert (partly.json()["first_name"], partly.json()["last_name"]) == ("Jane", "Doe")
    done = await client.put(ME, headers=account.headers, json={"onboarding_completed": True})
    assert done.json() == {**account.shown, "first_name": "Jane", "onboarding_completed": True}
    assert (await client.get(ME, headers=account.headers)).json() == done.json()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": None}, "first_name"),
        ({"first_name": " "}, "first_name"),
        ({"first_name": "я" * 129}, "first_name"),
        ({"last_name": 7}, "last_name"),
        ({"onboarding_completed": "yes"}, "onboarding_completed"),
        ([], "body"),
    ],
)
async def test_a_wrong_change_changes_nothing(
    client: httpx.AsyncClient, account: Account, changes: Any, field: str
) -> None:
    assert told(await client.put(ME, headers=account.headers, json=changes)) == (422, "VALIDATION_ERROR", field)
    assert (await client.get(ME, headers=account.headers)).json() == account.shown


async def test_nobody_gives_themselves_rights_or_money(client: httpx.AsyncClient, account: Account) -> None:
    wishes = {"is_admin": True, "balance": 1e6, "welcome_bonus": 1e6, "plan": "gold", "role": "superadmin", "id": 1}
    response = await client.put(ME, headers=account.headers, json=wishes)
    assert (response.status_code, response.json()) == (200, account.shown)


@pytest.mark.parametrize(("role", "is_admin", "balance"), [
    (Role.USER, False, 0.0), (Role.AGENT, False, 0.0), (Role.ADMIN, False, 500.0), (Role.SUPERADMIN, True, 500.0),
])  # fmt: skip
async def test_the_money_is_the_admins_and_is_admin_the_superadmins(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, role: Role, is_admin: bool, balance: float
) -> None:
    user = await make_user(tenant, role)
    async with unit_of_work(actor_of(user)) as uow:
        await billing.welcome(uow, tenant.id)
    me = (await client.get(ME, headers=bearer(await sign_in(user, "itdesk")))).json()
    assert (me["is_admin"], me["balance"], me["welcome_bonus"]) == (is_admin, balance, balance)


async def test_people_of_other_doors_are_named_by_their_full_name(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser
) -> None:
    user = await make_user(tenant, full_name="Анна Мария Смирнова")
    me = (await client.get(ME, headers=bearer(await sign_in(user)))).json()
    assert (me["first_name"], me["last_name"]) == ("Анна", "Мария Смирнова")


async def test_a_new_password_ends_every_session_and_opens_one(client: httpx.AsyncClient, account: Account) -> None:
    body = {"current_password": PASSWORD, "new_password": "new_password123"}
    response = await client.post(CHANGE, headers=account.headers, json=body)
    assert response.status_code == 200
    assert (await client.get(ME, headers=account.headers)).status_code == 401
    assert (await client.get(ME, headers=bearer(response.json()["access_token"]))).json() == account.shown
    assert told(await log_in(client, account.email)) == (401, "INVALID_CREDENTIALS", None)
    assert (await log_in(client, account.email, "new_password123")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"current_password": "another-one"}, (400, "INVALID_CREDENTIALS", "current_password")),
        ({"new_password": "short"}, (422, "VALIDATION_ERROR", "new_password")),
        ({"new_password": "x" * 73}, (422, "VALIDATION_ERROR", "new_password")),
        ({"new_password": None}, (422, "VALIDATION_ERROR", "new_password")),
    ],
)
async def test_a_refused_new_password_changes_nothing(
    client: httpx.AsyncClient, account: Account, changes: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    body = {"current_password": PASSWORD, "new_password": "new_password123", **changes}
    assert told(await client.post(CHANGE, headers=account.headers, json=body)) == expected
    assert (await client.get(ME, headers=account.headers)).status_code == 200
    assert (await log_in(client, account.email)).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", ME), ("PUT", ME), ("POST", CHANGE), ("POST", "/api/auth/logout")])
async def test_without_a_token_nothing_is_told(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path, json={})
    assert told(response) == (401, "UNAUTHORIZED", None)
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_token_past_its_day_is_told_so(
    client: httpx.AsyncClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds, expected in ((86_390, None), (86_410, (401, "TOKEN_EXPIRED", None))):
        later = datetime.now(UTC) + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        response = await client.get(ME, headers=account.headers)
        assert (told(response) if expected else None) == expected


async def test_a_deactivated_account_is_out_at_once(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser
) -> None:
    admin, user = await make_user(tenant, Role.ADMIN), await make_user(tenant)
    headers = bearer(await sign_in(user, "replyx"))
    assert (await client.get(ME, headers=headers)).status_code == 200
    async with unit_of_work(actor_of(admin)) as uow:
        await users.deactivate(uow, user.id)
    assert told(await client.get(ME, headers=headers)) == (401, "UNAUTHORIZED", None)

"""One's own account: shown whole, and changed only where something is given."""

from typing import Any

import httpx
import pytest

from core.actor import Role
from models.tenants import Tenant
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeUser, TokenFor
from tests.telegram_dialect.desk import Desk, assert_error

SHOWN = {
    "id", "telegram_id", "username", "first_name", "last_name", "role", "is_active", "created_at", "updated_at",
}  # fmt: skip


async def change(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> httpx.Response:
    return await client.put("/api/v1/auth/profile", json=changes, headers=headers)


async def test_me_is_shown_as_documented(client: httpx.AsyncClient, desk: Desk) -> None:
    user = desk.people[Role.USER]
    me = (await client.get("/api/v1/auth/me", headers=desk.headers(Role.USER))).json()
    assert me.keys() == SHOWN
    assert (me["id"], me["telegram_id"], me["username"]) == (
        str(user.public_id),
        user.telegram_id,
        user.telegram_username,
    )


@pytest.mark.parametrize(
    ("columns", "first_name"),
    [
        ({"full_name": "Ann Ivanova", "first_name": "Anna"}, "Anna"),
        ({"full_name": "Ann Ivanova"}, "Ann Ivanova"),
        ({"full_name": "", "email": "ann.local@example.com"}, "ann.local"),
    ],
)
async def test_people_of_other_doors_have_a_first_name_too(
    client: httpx.AsyncClient,
    tenant: Tenant,
    make_user: MakeUser,
    token_for: TokenFor,
    columns: dict[str, str],
    first_name: str,
) -> None:
    user = await make_user(tenant, **columns)
    me = (await client.get("/api/v1/auth/me", headers=bearer(await token_for(user)))).json()
    assert (me["first_name"], me["telegram_id"], me["username"]) == (first_name, None, None)


async def test_what_is_given_changes_and_the_rest_stays(client: httpx.AsyncClient, desk: Desk) -> None:
    headers = desk.headers(Role.AGENT)
    before = (await client.get("/api/v1/auth/me", headers=headers)).json()
    after = (await change(client, headers, username="helper")).json()
    assert after == {**before, "username": "helper", "updated_at": after["updated_at"]}
    named = (await change(client, headers, first_name="John", last_name="Doe")).json()
    assert (named["first_name"], named["last_name"], named["username"]) == ("John", "Doe", "helper")
    support = (await client.get("/v1/auth/me", headers=headers)).json()
    assert support["full_name"] == "John Doe"


async def test_a_last_name_alone_leaves_the_first(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, token_for: TokenFor
) -> None:
    headers = bearer(await token_for(await make_user(tenant, full_name="Ann Ivanova")))
    changed = (await change(client, headers, last_name="Petrova")).json()
    assert (changed["first_name"], changed["last_name"]) == ("Ann", "Petrova")


async def test_null_clears_what_may_be_empty(client: httpx.AsyncClient, desk: Desk) -> None:
    headers = desk.headers(Role.USER)
    changed = (await change(client, headers, username=None, last_name=None)).json()
    assert (changed["username"], changed["last_name"]) == (None, "")


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"first_name": ""}, "first_name", "не может быть пустым"),
        ({"first_name": "  "}, "first_name", "не короче 1 симв."),
        ({"first_name": None}, "first_name", "должно быть строкой"),
        ({"first_name": "я" * 129}, "first_name", "не длиннее 128 симв."),
        ({"last_name": "я" * 129}, "last_name", "не длиннее 128 симв."),
        ({"last_name": 7}, "last_name", "должно быть строкой или null"),
        ({"username": "x" * 65}, "username", "не длиннее 64 симв."),
        ({"username": "a\x00b"}, "username", "содержит недопустимый символ"),
    ],
)
async def test_wrong_values_are_named_in_russian_and_change_nothing(
    client: httpx.AsyncClient, desk: Desk, changes: dict[str, Any], field: str, told: str
) -> None:
    headers = desk.headers(Role.USER)
    before = (await client.get("/api/v1/auth/me", headers=headers)).json()
    assert assert_error(await change(client, headers, **changes), 422, field) == told
    assert (await client.get("/api/v1/auth/me", headers=headers)).json() == before


async def test_without_a_token(client: httpx.AsyncClient, desk: Desk) -> None:
    assert assert_error(await client.get("/api/v1/auth/me"), 401) == "Не авторизован"
    assert assert_error(await change(client, {}, first_name="John"), 401) == "Не авторизован"

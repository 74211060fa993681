"""The people of a tenant: who may list and change them, filters, search, pages, and what each of them did."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from core.actor import Role, system_actor
from models.users import User
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, new_user
from tests.telegram_dialect.desk import Desk, assert_error

LISTED = {
    "id", "telegram_id", "username", "first_name", "role", "is_active", "created_at", "tickets_count", "last_activity",
}  # fmt: skip


async def listed(client: httpx.AsyncClient, desk: Desk, **query: Any) -> Any:
    response = await client.get("/api/v1/users", headers=desk.headers(Role.MODERATOR), params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def ids(client: httpx.AsyncClient, desk: Desk, **query: Any) -> list[str]:
    return [item["id"] for item in (await listed(client, desk, **query))["items"]]


async def role_of(user: User) -> tuple[Role, bool]:
    async with unit_of_work(system_actor(user.tenant_id)):
        row = await User.get(id=user.id)
    return row.role, row.is_active


async def test_the_list_has_the_documented_shape(client: httpx.AsyncClient, desk: Desk) -> None:
    page = await listed(client, desk)
    assert (page["total"], page["page"], page["size"], page["pages"]) == (7, 1, 20, 1)
    assert all(item.keys() == LISTED for item in page["items"])
    assert [item["role"] for item in page["items"]][:5] == ["USER", "HELPER", "MODERATOR", "ADMIN", "ADMIN"]


async def test_it_counts_tickets_and_tells_the_last_deed(client: httpx.AsyncClient, desk: Desk) -> None:
    await desk.say(Role.USER, "Помогите")
    rows = {item["id"]: item for item in (await listed(client, desk))["items"]}
    customer = rows[str(desk.people[Role.USER].public_id)]
    assert customer["tickets_count"] == 1
    assert customer["last_activity"] >= customer["created_at"]
    quiet = rows[str(desk.stranger.public_id)]
    assert (quiet["tickets_count"], quiet["last_activity"]) == (0, quiet["created_at"])


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
async def test_below_moderator_it_is_forbidden(client: httpx.AsyncClient, desk: Desk, role: Role) -> None:
    response = await client.get("/api/v1/users", headers=desk.headers(role))
    assert assert_error(response, 403) == "Доступ запрещен"


@pytest.mark.parametrize(("word", "count"), [("USER", 3), ("HELPER", 1), ("MODERATOR", 1), ("ADMIN", 2)])
async def test_by_role(client: httpx.AsyncClient, desk: Desk, word: str, count: int) -> None:
    page = await listed(client, desk, role=word)
    assert [item["role"] for item in page["items"]] == [word] * count
    assert page["total"] == count


async def test_by_being_active(client: httpx.AsyncClient, desk: Desk) -> None:
    async with unit_of_work(system_actor(desk.tenant.id)):
        await User.filter(id=desk.stranger.id).update(is_active=False)
    assert await ids(client, desk, is_active=False) == [str(desk.stranger.public_id)]
    assert len(await ids(client, desk, is_active="true")) == 6


@pytest.mark.parametrize("search", ["нНа КаР", "JOHNNY", "anna_k", "k.anna@", "100%_sure"])
async def test_by_a_part_of_a_name_a_username_or_an_email(client: httpx.AsyncClient, desk: Desk, search: str) -> None:
    sought = await new_user(
        desk.tenant, full_name="Анна Каренина 100%_sure", email=f"k.anna@t{desk.tenant.id}.kz",
        username=f"johnny{desk.tenant.id}", telegram_username="Anna_K",
    )  # fmt: skip
    assert await ids(client, desk, search=search) == [str(sought.public_id)]


@pytest.mark.parametrize("search", ["%", "_", "' OR '1'='1", "\\", "'; DROP TABLE users; --", "%' --", "x" * 200, "$1"])
async def test_what_looks_like_sql_is_text(client: httpx.AsyncClient, desk: Desk, search: str) -> None:
    page = await listed(client, desk, search=search)
    assert (page["items"], page["total"], page["pages"]) == ([], 0, 0)


async def test_search_and_filters_narrow_together(client: httpx.AsyncClient, desk: Desk) -> None:
    assert await ids(client, desk, search="person", role="HELPER") == [str(desk.people[Role.AGENT].public_id)]
    assert await ids(client, desk, search="  ", role="HELPER", is_active=True) == [
        str(desk.people[Role.AGENT].public_id)
    ]


async def test_pages_hold_everybody_once(client: httpx.AsyncClient, desk: Desk) -> None:
    pages = [await listed(client, desk, page=number, size=4) for number in (1, 2, 3)]
    assert [len(page["items"]) for page in pages] == [4, 3, 0]
    assert len({item["id"] for page in pages for item in page["items"]}) == 7
    assert [(page["total"], page["pages"], page["page"]) for page in pages] == [(7, 2, 1), (7, 2, 2), (7, 2, 3)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page": 0}, "page"), ({"page": "x"}, "page"), ({"size": 101}, "size"), ({"size": -1}, "size"),
        ({"role": "AGENT"}, "role"), ({"role": "user"}, "role"), ({"is_active": "maybe"}, "is_active"),
        ({"search": "x" * 201}, "search"), ({"search": "a\x00"}, "search"),
    ],
)  # fmt: skip
async def test_wrong_parameters_are_named(
    client: httpx.AsyncClient, desk: Desk, query: dict[str, Any], field: str
) -> None:
    response = await client.get("/api/v1/users", headers=desk.headers(Role.MODERATOR), params=query)
    told = assert_error(response, 422, field)
    if field == "role":
        assert told == "допустимые значения: ADMIN, HELPER, MODERATOR, USER"


async def test_people_of_other_tenants_are_not_there(
    client: httpx.AsyncClient, desk: Desk, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    foreign = await make_user(await make_tenant(), full_name="Foreign Person")
    assert str(foreign.public_id) not in await ids(client, desk, search="person")


@pytest.mark.parametrize(
    ("word", "role"),
    [("HELPER", Role.AGENT), ("MODERATOR", Role.MODERATOR), ("ADMIN", Role.ADMIN), ("USER", Role.USER)],
)
async def test_an_admin_gives_roles(client: httpx.AsyncClient, desk: Desk, word: str, role: Role) -> None:
    path = f"/api/v1/users/{desk.stranger.public_id}/role"
    response = await client.put(path, json={"role": word}, headers=desk.headers(Role.ADMIN))
    assert (response.status_code, response.json()["role"]) == (200, word)
    assert await role_of(desk.stranger) == (role, True)


async def test_an_admin_blocks_and_unblocks(client: httpx.AsyncClient, desk: Desk) -> None:
    path = f"/api/v1/users/{desk.people[Role.USER].public_id}/status"
    headers, theirs = desk.headers(Role.ADMIN), desk.headers(Role.USER)
    blocked = await client.put(path, json={"is_active": False}, headers=headers)
    assert (blocked.status_code, blocked.json()["is_active"]) == (200, False)
    assert_error(await client.get("/api/v1/auth/me", headers=theirs), 401)
    unblocked = await client.put(path, json={"is_active": True}, headers=headers)
    assert (unblocked.status_code, unblocked.json()["is_active"]) == (200, True)


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
@pytest.mark.parametrize(("what", "body"), [("role", {"role": "ADMIN"}), ("status", {"is_active": False})])
async def test_below_admin_nothing_changes(
    client: httpx.AsyncClient, desk: Desk, role: Role, what: str, body: dict[str, Any]
) -> None:
    path = f"/api/v1/users/{desk.stranger.public_id}/{what}"
    assert_error(await client.put(path, json=body, headers=desk.headers(role)), 403)
    assert await role_of(desk.stranger) == (Role.USER, True)


@pytest.mark.parametrize(
    ("whom", "what", "body", "told"),
    [
        (Role.ADMIN, "role", {"role": "USER"}, "Нельзя изменить свою роль"),
        (Role.ADMIN, "status", {"is_active": False}, "Нельзя заблокировать самого себя"),
        (Role.SUPERADMIN, "role", {"role": "USER"}, "Доступ запрещен"),
        (Role.SUPERADMIN, "status", {"is_active": False}, "Доступ запрещен"),
    ],
)
async def test_admins_do_not_touch_themselves_or_those_above(
    client: httpx.AsyncClient, desk: Desk, whom: Role, what: str, body: dict[str, Any], told: str
) -> None:
    path = f"/api/v1/users/{desk.people[whom].public_id}/{what}"
    assert assert_error(await client.put(path, json=body, headers=desk.headers(Role.ADMIN)), 403) == told
    assert await role_of(desk.people[whom]) == (whom, True)


@pytest.mark.parametrize(("what", "body"), [("role", {"role": "HELPER"}), ("status", {"is_active": False})])
async def test_foreign_and_missing_people_are_not_found(
    client: httpx.AsyncClient, desk: Desk, make_tenant: MakeTenant, make_user: MakeUser, what: str, body: dict[str, Any]
) -> None:
    foreign = await make_user(await make_tenant())
    for public_id in (foreign.public_id, uuid4()):
        response = await client.put(f"/api/v1/users/{public_id}/{what}", json=body, headers=desk.headers(Role.ADMIN))
        assert assert_error(response, 404) == "Пользователь не найден"
    assert await role_of(foreign) == (Role.USER, True)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("7/role", {"role": "HELPER"}, "id"), ("me/status", {"is_active": True}, "id"),
        ("{id}/role", {"role": "SUPERADMIN"}, "role"), ("{id}/role", {}, "role"), ("{id}/role", {"role": 1}, "role"),
        ("{id}/status", {"is_active": "no"}, "is_active"), ("{id}/status", {}, "is_active"),
    ],
)  # fmt: skip
async def test_wrong_bodies_and_ids_are_named(
    client: httpx.AsyncClient, desk: Desk, path: str, body: dict[str, Any], field: str
) -> None:
    address = "/api/v1/users/" + path.format(id=desk.stranger.public_id)
    assert_error(await client.put(address, json=body, headers=desk.headers(Role.ADMIN)), 422, field)

"""🏷️ Категории: the document's requests, and what it says of them."""

from typing import Any

import httpx
import pytest

from core.actor import Role
from models.categories import Category
from rest.telegram.category_examples import CATEGORIES, NEW_CATEGORY
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.telegram_dialect.desk import NOBODY, Desk

PATH = "/api/v1/categories"


async def names(desk: Desk) -> list[str]:
    async with unit_of_work(actor_of(desk.people[Role.ADMIN])):
        return sorted(row.name for row in await Category.all())


async def test_the_list_has_the_documented_shape(desk: Desk, client: httpx.AsyncClient) -> None:
    found = (await client.get(PATH, headers=desk.headers(Role.USER))).json()
    assert found[0].keys() == CATEGORIES[0].keys()
    own = next(each for each in found if each["id"] == str(desk.category.public_id))
    assert (own["name"], own["icon"], own["color"]) == ("Оплата", "💳", "#ff6b6b")
    assert len(found) == 8


async def test_the_documents_example_of_a_new_one(desk: Desk, client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json=NEW_CATEGORY, headers=desk.headers(Role.ADMIN))
    assert response.status_code == 201
    body = response.json()
    assert body == NEW_CATEGORY | {"id": body["id"], "is_active": True}


async def test_a_change_leaves_what_is_not_given(desk: Desk, client: httpx.AsyncClient) -> None:
    path = f"{PATH}/{desk.category.public_id}"
    response = await client.put(path, json={"is_active": False}, headers=desk.headers(Role.ADMIN))
    assert response.status_code == 200
    changed = response.json()
    assert (changed["name"], changed["icon"], changed["is_active"]) == ("Оплата", "💳", False)
    seen = (await client.get(PATH, headers=desk.headers(Role.USER))).json()
    assert str(desk.category.public_id) not in [each["id"] for each in seen]


async def test_one_in_use_is_a_conflict_that_says_by_how_many(desk: Desk, client: httpx.AsyncClient) -> None:
    before = await names(desk)
    response = await client.delete(f"{PATH}/{desk.category.public_id}", headers=desk.headers(Role.ADMIN))
    assert response.status_code == 409
    assert response.json()["error"]["message"] == "Категория используется, тикетов в ней: 1"
    assert await names(desk) == before


async def test_one_that_nobody_uses_is_deleted(desk: Desk, client: httpx.AsyncClient) -> None:
    admin = desk.headers(Role.ADMIN)
    made = (await client.post(PATH, json=NEW_CATEGORY, headers=admin)).json()
    response = await client.delete(f"{PATH}/{made['id']}", headers=admin)
    assert (response.status_code, response.json()) == (200, {"message": "Категория успешно удалена"})
    assert NEW_CATEGORY["name"] not in await names(desk)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "A", "color": "red"}, "color"),
        ({"name": "A", "sort_order": 2**31}, "sort_order"),
    ],
)
async def test_wrong_values_are_named_in_russian(
    body: dict[str, Any], field: str, desk: Desk, client: httpx.AsyncClient
) -> None:
    before = await names(desk)
    response = await client.post(PATH, json=body, headers=desk.headers(Role.ADMIN))
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"][0]["field"]) == (422, "VALIDATION_ERROR", field)
    assert error["message"] == "Некорректные данные"
    assert await names(desk) == before


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
async def test_only_admins_change_them(role: Role, desk: Desk, client: httpx.AsyncClient) -> None:
    before, path = await names(desk), f"{PATH}/{desk.category.public_id}"
    for method, address in (("POST", PATH), ("PUT", path), ("DELETE", path)):
        response = await client.request(method, address, json={"name": "Новая"}, headers=desk.headers(role))
        assert (response.status_code, response.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert await names(desk) == before


async def test_a_foreign_one_is_missing(desk: Desk, client: httpx.AsyncClient) -> None:
    foreign = (await Desk.make()).category.public_id
    for public_id in (foreign, NOBODY):
        for method in ("PUT", "DELETE"):
            response = await client.request(
                method, f"{PATH}/{public_id}", json={"name": "Новая"}, headers=desk.headers(Role.ADMIN)
            )
            assert (response.status_code, response.json()["error"]["message"]) == (404, "Категория не найдена")

"""The same key gives the same answer; another body under it is refused; nothing happens twice."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from core.actor import Role
from models.tenants import Tenant
from models.users import User
from services import retention
from services.unit_of_work import SystemReason, system_unit_of_work
from tests.fixtures.application import AsUser
from tests.fixtures.dialogs import PAGE, new_site
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, unique
from tests.idempotency.conftest import Titles, age

CREATE = "mutation($title: String!) { createTicket(input: {title: $title}) { id title } }"
KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
NEW = {"title": "No sound", "description": "None at all"}


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


async def test_the_same_key_is_the_same_ticket(customer: httpx.AsyncClient, titles: Titles) -> None:
    first = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    again = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await titles() == ["No sound"]


async def test_without_a_key_it_is_another_ticket(customer: httpx.AsyncClient, titles: Titles) -> None:
    for _ in range(2):
        await customer.post("/v1/tickets", json=NEW)
    assert await titles() == ["No sound", "No sound"]


async def test_another_body_path_or_query_under_the_key_is_refused(customer: httpx.AsyncClient, titles: Titles) -> None:
    await customer.post("/v1/tickets", json=NEW, headers=KEY)
    for path, body in (("/v1/tickets", {"title": "Other"}), ("/v1/tickets?a=1", NEW), ("/api/tickets", NEW)):
        refused = await customer.post(path, json=body, headers=KEY)
        assert (refused.status_code, "Idempotency-Key" in refused.text) == (422, True), refused.text
    assert await titles() == ["No sound"]


async def test_the_order_of_members_and_quotes_do_not_matter(customer: httpx.AsyncClient, titles: Titles) -> None:
    turned = orjson.dumps(dict(reversed(NEW.items())), option=orjson.OPT_INDENT_2)
    await customer.post("/v1/tickets", json=NEW, headers=KEY)
    again = await customer.post(
        "/v1/tickets",
        content=turned,
        headers={"content-type": "application/json", "idempotency-key": f'"{KEY["idempotency-key"]}"'},
    )
    assert (again.status_code, len(await titles())) == (201, 1)


@pytest.mark.parametrize("key", ["", "two words", "ключ".encode(), "a" * 256, '"', '""', "tab\there"])
async def test_what_is_no_key(key: str | bytes, customer: httpx.AsyncClient, titles: Titles) -> None:
    value = key if isinstance(key, bytes) else key.encode()
    refused = await customer.post("/v1/tickets", json=NEW, headers={b"idempotency-key": value})
    assert (refused.status_code, await titles()) == (400, [])


async def test_two_keys_are_none(customer: httpx.AsyncClient, titles: Titles) -> None:
    refused = await customer.post("/v1/tickets", json=NEW, headers=[*KEY.items(), ("idempotency-key", "b")])
    assert (refused.status_code, await titles()) == (400, [])


async def test_keys_are_their_callers_own(
    tenant: Tenant, customer: httpx.AsyncClient, make_user: MakeUser, as_user: AsUser, titles: Titles
) -> None:
    colleague = await as_user(await make_user(tenant))
    first = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    other = await colleague.post("/v1/tickets", json=NEW, headers=KEY)
    assert first.json()["id"] != other.json()["id"]
    assert len(await titles()) == 2


async def test_a_refusal_of_the_service_is_an_answer_too(customer: httpx.AsyncClient) -> None:
    path = "/v1/tickets/999999999/messages"
    first = await customer.post(path, json={"content": "Hi", "role": "user"}, headers=KEY)
    again = await customer.post(path, json={"content": "Hi", "role": "user"}, headers=KEY)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (first.status_code, again.headers["idempotency-replayed"]) == (404, "true")


async def test_what_was_refused_before_anything_ran_leaves_the_key_free(
    customer: httpx.AsyncClient, client: httpx.AsyncClient, titles: Titles
) -> None:
    assert (await client.post("/v1/tickets", json=NEW, headers=KEY)).status_code == 401
    assert (await customer.post("/v1/tickets", json={}, headers=KEY)).status_code == 422
    assert (await customer.post("/v1/tickets", json=NEW, headers=KEY)).status_code == 201
    assert await titles() == ["No sound"]


async def test_two_at_once_are_one(customer: httpx.AsyncClient, titles: Titles) -> None:
    both = await asyncio.gather(*(customer.post("/v1/tickets", json=NEW, headers=KEY) for _ in range(5)))
    statuses = sorted(response.status_code for response in both)
    assert set(statuses) <= {201, 409}
    assert all(response.headers["retry-after"] == "1" for response in both if response.status_code == 409)
    assert len({response.content for response in both if response.status_code == 201}) == 1
    assert await titles() == ["No sound"]


async def test_a_day_later_the_key_is_new(tenant: Tenant, customer: httpx.AsyncClient, titles: Titles) -> None:
    await customer.post("/v1/tickets", json=NEW, headers=KEY)
    await age(tenant, "expires_at", 25)
    assert (await customer.post("/v1/tickets", json={"title": "Another"}, headers=KEY)).status_code == 201
    assert await titles() == ["No sound", "Another"]


async def test_keys_are_forgotten_after_a_day(tenant: Tenant, customer: httpx.AsyncClient) -> None:
    await customer.post("/v1/tickets", json=NEW, headers=KEY)
    await customer.post("/v1/tickets", json=NEW, headers=keyed("b"))
    assert len(await rows(tenant)) == 2
    await age(tenant, "expires_at", 25)
    assert await retention.forget_idempotency_keys() >= 2
    assert await rows(tenant) == []


async def test_answers_rest_sealed(person: User, tenant: Tenant, customer: httpx.AsyncClient) -> None:
    body = {"current_password": PASSWORD, "new_password": "Another-horse-8"}
    answered = await customer.post("/v1/auth/change-password", json=body, headers=KEY)
    assert answered.status_code == 200
    [row] = await rows(tenant)
    assert row["sealed_answer"].count(".") == 4
    assert all(secret not in str(row) for secret in (answered.json()["access_token"], KEY["idempotency-key"]))


async def test_a_superadmin_in_another_tenant_acts_on_their_own_account(
    tenant: Tenant, make_tenant: MakeTenant, make_user: MakeUser, as_user: AsUser
) -> None:
    superadmin = await as_user(await make_user(await make_tenant(), Role.SUPERADMIN))
    body = {"current_password": PASSWORD, "new_password": "Another-horse-8"}
    headers = {"x-tenant-id": tenant.slug, **KEY}
    answered = await superadmin.post("/v1/auth/change-password", json=body, headers=headers)
    assert answered.status_code == 200, answered.text
    [row] = await rows(tenant)
    assert row["applied_at"] is not None


async def test_a_file_whatever_the_boundary(customer: httpx.AsyncClient) -> None:
    sent: list[httpx.Response] = []
    for data in (b"some text", b"some text", b"other text"):
        files = {"file": ("a.txt", data, "text/plain")}
        sent.append(await customer.post("/api/v1/files/upload", files=files, headers=KEY))
    first, again, other = sent
    assert (first.status_code, again.content, other.status_code) == (201, first.content, 422)
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_caller_who_is_not_signed_in(client: httpx.AsyncClient, tenant: Tenant) -> None:
    body = {"email": f"{unique('reg')}@example.com", "password": PASSWORD, "tenant_id": tenant.id}
    headers = keyed(unique("key"))
    first = await client.post("/v1/auth/register", json=body, headers=headers)
    again = await client.post("/v1/auth/register", json=body, headers=headers)
    other = await client.post("/v1/auth/register", json={**body, "password": "Another-horse-8"}, headers=headers)
    assert (first.status_code, again.content, other.status_code) == (201, first.content, 422)


async def test_a_wrong_password_is_not_remembered(client: httpx.AsyncClient, person: User) -> None:
    headers = keyed(unique("key"))
    wrong = await client.post("/v1/auth/login/json", json={"email": person.email, "password": "x"}, headers=headers)
    right = {"email": person.email, "password": PASSWORD}
    assert wrong.status_code == 401
    assert (await client.post("/v1/auth/login/json", json=right, headers=headers)).status_code == 200


async def test_the_codes_of_dialects(customer: httpx.AsyncClient, make_user: MakeUser, as_user: AsUser) -> None:
    told: dict[str, Any] = {}
    for path, body in (("/v1/tickets", NEW), ("/api/v1/tickets", NEW), ("/api/tickets", NEW)):
        headers = keyed(path)
        await customer.post(path, json=body, headers=headers)
        refused = await customer.post(path, json={**body, "title": "Other"}, headers=headers)
        told[path] = (refused.status_code, refused.json())
    assert told["/v1/tickets"][1]["errors"][0]["field"] == "Idempotency-Key"
    assert told["/api/v1/tickets"][1]["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert "Idempotency-Key" in told["/api/tickets"][1]["detail"]
    assert {status for status, _ in told.values()} == {422}


async def rows(tenant: Tenant) -> list[dict[str, Any]]:
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        return await statements.rows("SELECT * FROM idempotency_keys WHERE tenant_id = $1", tenant.id)


async def test_a_visitor_who_has_no_number_yet_opens_one_dialog(client: httpx.AsyncClient) -> None:
    site = await new_site()
    headers = {"x-site-token": site.assistant.site_token or "", "origin": PAGE, **KEY}
    first = await client.post("/api/dialogs", json={}, headers=headers)
    again = await client.post("/api/dialogs", json={}, headers=headers)
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["access-control-allow-origin"] == PAGE
    assert again.headers["idempotency-replayed"] == "true"

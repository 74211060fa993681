"""Dialogs as the document's clients see them: the operator's console, and the widget on a site."""

from typing import Any

import httpx
import pytest

from core.actor import Role
from models.assistants import Assistant
from models.conversations import Message
from models.tenants import Tenant
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import QUESTION, SITE, Shop, shop
from tests.fixtures.application import bearer, client_of
from tests.fixtures.people import MakeUser, TokenFor
from tests.fixtures.work import DrainJobs
from tests.replyx_dialect.world import told

__all__ = ["shop"]

ELSEWHERE = "https://evil.net"
LISTED = {
    "id", "assistant_id", "assistant_name", "platform", "telegram_chat_id", "telegram_username", "first_name",
    "last_name", "status", "handoff_status", "is_taken_over", "last_message", "last_message_time", "created_at",
}  # fmt: skip
SHOWN = (LISTED - {"last_message", "last_message_time"}) | {
    "handoff_reason", "handoff_requested_at", "taken_over_by",
}  # fmt: skip


def site(shop: Shop, origin: str | None = SITE, **headers: str) -> dict[str, str]:
    """The headers of a page's call."""
    return {"x-site-token": shop.assistant.site_token, **({"origin": origin} if origin else {}), **headers}


@pytest.fixture
async def staff(shop: Shop, make_user: MakeUser, token_for: TokenFor) -> dict[str, str]:
    """Headers of an operator."""
    return bearer(await token_for(await make_user(shop.tenant, Role.AGENT, first_name="Анна")))


async def opened(client: httpx.AsyncClient, headers: dict[str, str], **body: Any) -> dict[str, Any]:
    response = await client.post("/api/dialogs", json=body, headers=headers)
    assert response.status_code == 201, response.text
    return response.json()  # type: ignore[no-any-return]


async def test_a_widget_opens_a_dialog_and_its_guest_is_known_again(client: httpx.AsyncClient, shop: Shop) -> None:
    first = await opened(client, site(shop), first_name="John")
    assert first.keys() == SHOWN | {"guest_id", "guest_token", "site_token_expires_at"}
    assert (first["platform"], first["status"], first["first_name"]) == ("website", "active", "John")
    again = await opened(client, site(shop, **{"x-guest-id": first["guest_id"]}))
    by_token = await opened(client, bearer(first["guest_token"]))
    other = await opened(client, site(shop))
    assert (again["id"], again["guest_id"]) == (first["id"], first["guest_id"])
    assert by_token["id"] == first["id"] != other["id"]


@pytest.mark.parametrize("origin", [None, ELSEWHERE, "null"])
async def test_a_site_token_is_refused_from_elsewhere(
    client: httpx.AsyncClient, shop: Shop, staff: dict[str, str], origin: str | None
) -> None:
    refused = await client.post("/api/dialogs", json={}, headers=site(shop, origin))
    assert told(refused) == (403, "INSUFFICIENT_PERMISSIONS", None)
    assert (await client.get("/api/dialogs", headers=staff)).json()["total"] == 0


async def test_who_presents_nothing_or_something_forged_is_refused(client: httpx.AsyncClient, shop: Shop) -> None:
    for headers in ({}, {"x-site-token": "unknown", "origin": SITE}, site(shop, **{"x-guest-id": "0" * 32 + ".x"})):
        refused = await client.post("/api/dialogs", json={}, headers=headers)
        assert told(refused) == (401, "UNAUTHORIZED", None)
    assert refused.json()["error"]["message"] == "Недействительный guest_id"


async def test_staff_open_a_dialog_for_a_new_guest(
    client: httpx.AsyncClient, shop: Shop, staff: dict[str, str]
) -> None:
    shown = await opened(client, staff, assistant_id=shop.assistant.id)
    read = await client.get(f"/api/dialogs/{shown['id']}", headers=bearer(shown["guest_token"]))
    assert read.json()["assistant_name"] == "Helper"
    refused = await client.post("/api/dialogs", json={}, headers=staff)
    assert told(refused) == (422, "VALIDATION_ERROR", "assistant_id")
    refused = await client.post("/api/dialogs", json={"assistant_id": 2**62}, headers=staff)
    assert told(refused) == (404, "NOT_FOUND", None)


async def test_a_guests_question_is_answered(
    client: httpx.AsyncClient, shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    shown = await opened(client, site(shop))
    path, headers = f"/api/dialogs/{shown['id']}/messages", site(shop, **{"x-guest-id": shown["guest_id"]})
    sent = await client.post(path, json={"text": QUESTION}, headers=headers)
    assert sent.status_code == 201
    assert sent.json().keys() == {"id", "sender", "text", "created_at"}
    await drain_jobs(tenant)
    messages = (await client.get(path, headers=headers)).json()["messages"]
    assert [message["sender"] for message in messages] == ["user", "assistant"]
    assert "within 14 days" in messages[1]["text"]
    assert messages[1]["reply_to"] == messages[0]["id"]
    (citation,) = messages[1]["citations"]
    assert (citation["position"], "within 14 days" in citation["quote"]) == (1, True)


async def test_an_operators_message_carries_a_name(
    client: httpx.AsyncClient, shop: Shop, staff: dict[str, str]
) -> None:
    shown = await opened(client, site(shop))
    path = f"/api/dialogs/{shown['id']}/messages"
    await client.post(path, json={"text": "Здравствуйте", "operator_name": "Мария"}, headers=staff)
    sent = (await client.post(path, json={"text": "Чем помочь?"}, headers=staff)).json()
    assert (sent["sender"], sent["operator_name"]) == ("operator", "Анна")
    read = (await client.get(path, headers=bearer(shown["guest_token"]))).json()["messages"]
    assert [message["operator_name"] for message in read] == ["Мария", "Анна"]
    page = (await client.get(f"{path}?limit=1&offset=1", headers=staff)).json()["messages"]
    assert [message["text"] for message in page] == ["Чем помочь?"]


async def test_a_guest_cannot_sign_as_an_operator(client: httpx.AsyncClient, shop: Shop, staff: dict[str, str]) -> None:
    shown = await opened(client, site(shop))
    path = f"/api/dialogs/{shown['id']}/messages"
    refused = await client.post(
        path, json={"text": "Hi", "operator_name": "Boss"}, headers=bearer(shown["guest_token"])
    )
    assert told(refused) == (403, "INSUFFICIENT_PERMISSIONS", None)
    assert (await client.get(path, headers=staff)).json() == {"messages": []}


async def test_the_list_is_as_documented(client: httpx.AsyncClient, shop: Shop, staff: dict[str, str]) -> None:
    shown = await opened(client, site(shop), first_name="John", last_name="Doe")
    await client.post(
        f"/api/dialogs/{shown['id']}/messages", json={"text": "Привет!"}, headers=bearer(shown["guest_token"])
    )
    body = (await client.get("/api/dialogs", headers=staff)).json()
    assert (body["total"], body["has_more"]) == (1, False)
    (row,) = body["dialogs"]
    assert row.keys() == LISTED
    assert (row["last_message"], row["handoff_status"], row["is_taken_over"]) == ("Привет!", "none", False)
    assert row["last_message_time"].endswith("Z")
    for query, total in (("status=archived", 0), ("platform=website", 1), ("handoff_status=none&search=doe", 1)):
        assert (await client.get(f"/api/dialogs?{query}", headers=staff)).json()["total"] == total


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("offset=-1", "offset"), ("status=open", "status"),
     ("platform=fax", "platform"), ("handoff_status=x", "handoff_status")],
)  # fmt: skip
async def test_wrong_filters_are_refused_by_name(
    client: httpx.AsyncClient, staff: dict[str, str], query: str, field: str
) -> None:
    assert told(await client.get(f"/api/dialogs?{query}", headers=staff)) == (422, "VALIDATION_ERROR", field)


async def test_archiving_is_for_staff(client: httpx.AsyncClient, shop: Shop, staff: dict[str, str]) -> None:
    shown = await opened(client, site(shop))
    path = f"/api/dialogs/{shown['id']}/archive"
    refused = await client.post(path, headers=bearer(shown["guest_token"]))
    assert refused.status_code == 401
    assert (await client.get(f"/api/dialogs/{shown['id']}", headers=staff)).json()["status"] == "active"
    archived = await client.post(path, headers=staff)
    assert (archived.status_code, archived.json()["status"], archived.json().keys()) == (200, "archived", SHOWN)


async def test_a_guests_token_opens_no_other_path(client: httpx.AsyncClient, shop: Shop) -> None:
    headers = bearer((await opened(client, site(shop)))["guest_token"])
    for method, path in (
        ("GET", "/api/dialogs"), ("GET", "/api/users/me"), ("GET", "/api/assistants"), ("GET", "/v1/tickets"),
        ("GET", "/api/v1/tickets"), ("POST", "/api/auth/logout"),
    ):  # fmt: skip
        response = await client.request(method, path, headers=headers)
        assert response.status_code == 401, path


async def test_dialogs_of_others_are_as_those_that_are_not(
    client: httpx.AsyncClient, shop: Shop, tenant: Tenant, make_user: MakeUser, token_for: TokenFor
) -> None:
    shown = await opened(client, site(shop))
    guest = bearer((await opened(client, site(shop)))["guest_token"])
    customer = bearer(await token_for(await make_user(tenant)))
    for headers, refusal in ((guest, (404, "NOT_FOUND", None)), (customer, (403, "INSUFFICIENT_PERMISSIONS", None))):
        for path in (f"/api/dialogs/{shown['id']}", f"/api/dialogs/{shown['id']}/messages"):
            assert told(await client.get(path, headers=headers)) == refusal
        assert told(await client.post(path, json={"text": "Hi"}, headers=headers)) == refusal
    async with unit_of_work(shop.agent):
        assert await Message.filter(conversation_id=shown["id"]).count() == 0


def preflight(origin: str) -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, x-site-token",
    }


@pytest.mark.parametrize("path", ["/api/dialogs", "/api/dialogs/7/messages", "/graphql"])
async def test_pages_of_allowed_sites_may_ask_and_read(application: Any, shop: Shop, path: str) -> None:
    async with client_of(application) as browser:
        allowed = await browser.options(path, headers=preflight(SITE))
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, SITE)
        assert "X-Site-Token" in allowed.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in allowed.headers
        refused = await browser.options(path, headers=preflight(ELSEWHERE))
        assert "access-control-allow-origin" not in refused.headers


async def test_answers_to_allowed_sites_alone_may_be_read(client: httpx.AsyncClient, shop: Shop) -> None:
    answer = await client.post("/api/dialogs", json={}, headers=site(shop))
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (SITE, "Origin")
    wrong = await client.post("/api/dialogs", json={"first_name": 1}, headers=site(shop))
    assert wrong.headers["access-control-allow-origin"] == SITE
    foreign = await client.post("/api/dialogs", json={}, headers=site(shop, ELSEWHERE))
    assert "access-control-allow-origin" not in foreign.headers
    other = await client.get("/api/users/me", headers=site(shop))
    assert "access-control-allow-origin" not in other.headers


async def test_a_guest_reads_on_where_the_assistant_was_switched_off(client: httpx.AsyncClient, shop: Shop) -> None:
    shown = await opened(client, site(shop))
    async with unit_of_work(shop.admin):
        await Assistant.filter(id=shop.assistant.id).update(is_active=False)
    read = await client.get(f"/api/dialogs/{shown['id']}", headers=bearer(shown["guest_token"]))
    assert read.status_code == 200
    refused = await client.post("/api/dialogs", json={}, headers=site(shop))
    assert told(refused) == (401, "UNAUTHORIZED", None)

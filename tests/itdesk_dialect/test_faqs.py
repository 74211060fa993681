"""FAQ entries of the IT desk: the document's requests, and who may write."""

from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from models.chatbot import Faq
from models.knowledge import KnowledgeChunk
from models.tenants import Tenant
from rest.itdesk import chatbot_examples as examples
from services.unit_of_work import unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeTenant, MakeUser, sign_in
from tests.support_dialect.test_shapes import assert_moments, assert_shape

PATH = "/api/chatbot/faqs"
KNOWN = {name: examples.FAQ[name] for name in ("question", "answer", "category", "tags")}
PRINTERS = {"question": "Where is the printer?", "answer": "On the 2nd floor.", "category": "Hardware"}


class Desk:
    """Calls of one person: `await desk("agent", "POST", json=...)`."""

    def __init__(self, client: httpx.AsyncClient, tenant: Tenant, tokens: dict[str, str]) -> None:
        self.client, self.tenant, self.tokens = client, tenant, tokens

    async def __call__(self, who: str, method: str = "GET", below: str = "", **sent: Any) -> httpx.Response:
        return await self.client.request(method, PATH + below, headers=bearer(self.tokens[who]), **sent)

    async def create(self, **body: Any) -> dict[str, Any]:
        response = await self("agent", "POST", json=body)
        assert response.status_code == 201, response.text
        faq: dict[str, Any] = response.json()
        return faq

    async def rows(self) -> list[Any]:
        """What the tenant holds of entries and their passages: equal before and after means that nothing happened."""
        async with unit_of_work(system_actor(self.tenant.id)):
            return [*await Faq.all().order_by("id").values(), *await KnowledgeChunk.all().order_by("id").values()]


@pytest.fixture
async def desk(client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser) -> Desk:
    roles = {"user": Role.USER, "agent": Role.AGENT, "admin": Role.ADMIN}
    people = {who: await make_user(tenant, role) for who, role in roles.items()}
    return Desk(client, tenant, {who: await sign_in(user, "itdesk") for who, user in people.items()})


@pytest.mark.parametrize("body", [examples.NEW_FAQ, KNOWN])
async def test_the_documents_bodies_are_taken_and_given(desk: Desk, body: dict[str, Any]) -> None:
    created = await desk.create(**body)
    assert_shape(created, examples.CREATED_FAQ)
    assert_moments(created)
    assert {name: created[name] for name in body} == body
    assert created["is_active"] is True
    assert (await desk("user")).json() == [created]


async def test_tags_may_be_left_out(desk: Desk) -> None:
    assert (await desk.create(**PRINTERS))["tags"] == []
    assert (await desk.create(**PRINTERS, tags=None))["tags"] == []


async def test_entries_are_filtered_as_documented(desk: Desk) -> None:
    password, printers = await desk.create(**KNOWN), await desk.create(**PRINTERS)
    for params, found in (
        ({}, [password, printers]),
        ({"category": "", "search": ""}, [password, printers]),
        ({"category": "Hardware"}, [printers]),
        ({"category": "None"}, []),
        ({"search": "passwords"}, [password]),
        ({"search": "login"}, [password]),
        ({"search": "2nd floor"}, [printers]),
        ({"search": "printer", "category": "Authentication"}, []),
        ({"skip": 1}, [printers]),
        ({"limit": 1}, [password]),
    ):
        assert (await desk("user", params=params)).json() == found, params


async def test_an_entry_is_changed_and_deleted(desk: Desk) -> None:
    created = await desk.create(**KNOWN)
    changed = await desk("agent", "PUT", f"/{created['id']}", json={"is_active": False, "tags": ["access"]})
    assert changed.json() == {**created, "is_active": False, "tags": ["access"]}
    assert (await desk("user")).json() == []
    assert (await desk("agent")).json() == [changed.json()]
    deleted = await desk("admin", "DELETE", f"/{created['id']}")
    assert (deleted.status_code, deleted.json()) == (200, {"message": "FAQ deleted successfully"})
    assert (await desk("agent")).json() == []


@pytest.mark.parametrize(
    ("method", "below", "body"), [("POST", "", KNOWN), ("PUT", "/{}", {"answer": "Because."}), ("DELETE", "/{}", None)]
)
async def test_customers_change_nothing(desk: Desk, method: str, below: str, body: Any) -> None:
    created = await desk.create(**PRINTERS)
    before = await desk.rows()
    response = await desk("user", method, below.format(created["id"]), json=body)
    assert (response.status_code, response.json()) == (403, {"detail": "Not enough permissions"})
    assert await desk.rows() == before


@pytest.mark.parametrize(("method", "body"), [("PUT", {"answer": "Because."}), ("DELETE", None)])
async def test_a_foreign_entry_answers_as_a_missing_one(
    desk: Desk, make_tenant: MakeTenant, make_user: MakeUser, method: str, body: Any
) -> None:
    created = await desk.create(**PRINTERS)
    before = await desk.rows()
    desk.tokens["stranger"] = await sign_in(await make_user(await make_tenant(), Role.ADMIN), "itdesk")
    for entry in (created["id"], 2**62):
        response = await desk("stranger", method, f"/{entry}", json=body)
        assert (response.status_code, response.json()) == (404, {"detail": "Resource not found"})
    assert (await desk("stranger")).json() == []
    assert await desk.rows() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ""},
        {"question": " "},
        {"question": "?" * 501},
        {"question": None},
        {"answer": ""},
        {"answer": "a" * 10_001},
        {"answer": "a\u0000b"},
        {"category": 5},
        {"category": "c" * 101},
        {"tags": "password"},
        {"tags": [1]},
        {"tags": [""]},
        {"tags": ["t" * 51]},
        {"tags": [f"t{number}" for number in range(21)]},
    ],
)
async def test_bad_values_are_told_as_documented_and_make_nothing(desk: Desk, wrong: dict[str, Any]) -> None:
    response = await desk("agent", "POST", json=KNOWN | wrong)
    assert response.status_code == 400
    assert next(iter(wrong)) in response.json()["detail"]
    assert await desk.rows() == []


@pytest.mark.parametrize("missing", ["question", "answer", "category"])
async def test_what_is_not_optional_is_asked_for(desk: Desk, missing: str) -> None:
    response = await desk("agent", "POST", json={name: value for name, value in KNOWN.items() if name != missing})
    assert response.status_code == 400
    assert missing in response.json()["detail"]


@pytest.mark.parametrize("params", [{"search": "s" * 201}, {"category": "c" * 101}, {"limit": 101}, {"skip": -1}])
async def test_bad_filters_are_refused(desk: Desk, params: dict[str, Any]) -> None:
    response = await desk("user", params=params)
    assert (response.status_code, response.json().keys()) == (400, {"detail"})

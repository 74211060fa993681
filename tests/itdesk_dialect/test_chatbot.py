"""The chatbot of the IT desk: the document's requests, what it answers, and who may read what was asked."""

import re
from typing import Any

import httpx
import pytest

from core.actor import Actor, Role, system_actor
from models.chatbot import ChatbotExchange
from models.conversations import Conversation
from models.tenants import Tenant
from models.users import User
from rest.itdesk import chatbot_examples as examples
from services import chatbot, faqs
from services.unit_of_work import unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeTenant, MakeUser, actor_of, sign_in
from tests.support_dialect.test_shapes import assert_moments, assert_shape

CHAT, LOGS, ANALYTICS = "/api/chatbot/chat", "/api/chatbot/logs", "/api/chatbot/analytics"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Desk:
    """Signed-in people of one tenant: `await desk.get("user", LOGS)`."""

    def __init__(self, client: httpx.AsyncClient, tenant: Tenant, people: dict[str, User]) -> None:
        self.client, self.tenant, self.people = client, tenant, people
        self.tokens: dict[str, str] = {}

    def actor(self, who: str) -> Actor:
        return actor_of(self.people[who])

    async def get(self, who: str, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params, headers=bearer(self.tokens[who]))

    async def post(self, who: str, path: str, body: Any) -> httpx.Response:
        return await self.client.post(path, json=body, headers=bearer(self.tokens[who]))

    async def ask(self, message: str, who: str = "user", **body: Any) -> dict[str, Any]:
        response = await self.post(who, CHAT, {"message": message, **body})
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply


@pytest.fixture
async def desk(client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser) -> Desk:
    """Its chatbot knows the document's FAQ."""
    roles = {"user": Role.USER, "colleague": Role.USER, "agent": Role.AGENT, "admin": Role.ADMIN}
    desk = Desk(client, tenant, {who: await make_user(tenant, role) for who, role in roles.items()})
    desk.tokens = {who: await sign_in(user, "itdesk") for who, user in desk.people.items()}
    known = examples.FAQ
    await faqs.create(
        desk.actor("agent"),
        question=known["question"],
        answer=known["answer"],
        category=known["category"],
        tags=known["tags"],
    )
    return desk


async def test_the_documents_question_has_the_documents_answer(desk: Desk) -> None:
    reply = await desk.ask(**examples.MESSAGE)
    assert_shape(reply, examples.REPLY)
    assert examples.FAQ["answer"] in reply["response"]
    assert (reply["session_id"], reply["was_escalated"], reply["ticket_id"]) == ("string", False, None)
    assert 0.5 < reply["confidence_score"] <= 1
    assert reply["citations"][0]["source"] == "FAQ"


@pytest.mark.parametrize("session", [{}, {"session_id": None}, {"session_id": ""}])
async def test_a_session_is_opened_where_none_is_named(desk: Desk, session: dict[str, Any]) -> None:
    reply = await desk.ask("How do I reset my password?", **session)
    assert re.fullmatch(r"[0-9a-f-]{36}", reply["session_id"])


async def test_an_escalation_shows_its_ticket(desk: Desk) -> None:
    reply = await desk.ask("Tallest volcano of Mars?")
    assert reply["was_escalated"] is True
    ticket = (await desk.get("user", f"/api/tickets/{reply['ticket_id']}")).json()
    assert (ticket["title"], ticket["status"]) == ("Tallest volcano of Mars?", "in_progress")
    assert (await desk.get("colleague", f"/api/tickets/{reply['ticket_id']}")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": ""},
        {"message": "  "},
        {"message": None},
        {"message": 5},
        {"message": "m" * 4_001},
        {"message": "line\n" * 10_000},
        {"message": "a\u0000b"},
        {"message": "Hello", "session_id": "s" * 65},
        {"message": "Hello", "session_id": 7},
        {"message": "Hello", "session_id": "a\u0000b"},
        [],
        "Hello",
    ],
)
async def test_bad_input_is_told_as_documented_and_leaves_nothing(desk: Desk, body: Any) -> None:
    response = await desk.post("user", CHAT, body)
    assert response.status_code == 400
    assert response.json().keys() == {"detail"}
    async with unit_of_work(system_actor(desk.tenant.id)):
        assert await ChatbotExchange.all().count() == await Conversation.all().count() == 0


async def test_what_is_no_json_is_told_as_documented(desk: Desk) -> None:
    headers = bearer(desk.tokens["user"]) | {"content-type": "application/json"}
    response = await desk.client.post(CHAT, content=b'{"message": "H', headers=headers)
    assert (response.status_code, response.json().keys()) == (400, {"detail"})


async def test_the_log_has_the_documented_shape(desk: Desk) -> None:
    reply = await desk.ask("How do I reset my password?", session_id="a")
    entries = (await desk.get("agent", LOGS)).json()
    assert_shape(entries, [examples.LOG])
    assert_moments(entries)
    (entry,) = entries
    assert (entry["user_id"], entry["session_id"]) == (desk.people["user"].id, "a")
    assert (entry["user_query"], entry["bot_response"]) == ("How do I reset my password?", reply["response"])
    assert entry["confidence_score"] == reply["confidence_score"]
    assert isinstance(entry["response_time_ms"], int)


async def test_the_log_is_filtered_as_documented(desk: Desk) -> None:
    await desk.ask("How do I reset my password?", session_id="a")
    await desk.ask("Tallest volcano of Mars?", session_id="b")
    for params, found in (
        ({}, ["b", "a"]),
        ({"session_id": "a"}, ["a"]),
        ({"session_id": "none"}, []),
        ({"escalated_only": "true"}, ["b"]),
        ({"escalated_only": "false"}, ["b", "a"]),
        ({"limit": 1}, ["b"]),
    ):
        entries = (await desk.get("agent", LOGS, **params)).json()
        assert [entry["session_id"] for entry in entries] == found, params


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"escalated_only": "maybe"}, {"session_id": "s" * 65}]
)
async def test_bad_filters_of_the_log_are_refused(desk: Desk, params: dict[str, Any]) -> None:
    response = await desk.get("agent", LOGS, **params)
    assert (response.status_code, response.json().keys()) == (400, {"detail"})


async def test_analytics_have_the_documented_shape(desk: Desk) -> None:
    for message in ("How do I reset my password?", "how do i reset my password", "Tallest volcano of Mars?"):
        await desk.ask(message)
    found = (await desk.get("agent", ANALYTICS)).json()
    assert_shape(found, examples.ANALYTICS)
    assert (found["total_queries"], found["escalated_queries"], found["escalation_rate"]) == (3, 1, 33.33)
    assert found["common_queries"][0] == {"query": "how do i reset my password", "count": 2}
    assert 0 <= found["avg_confidence_score"] <= 1


async def test_analytics_of_a_chatbot_that_nobody_asked(desk: Desk) -> None:
    assert (await desk.get("admin", ANALYTICS)).json() == {
        "total_queries": 0,
        "escalated_queries": 0,
        "escalation_rate": 0.0,
        "avg_confidence_score": 0.0,
        "common_queries": [],
    }


@pytest.mark.parametrize("path", [LOGS, ANALYTICS])
async def test_customers_read_neither_log_nor_analytics(desk: Desk, path: str) -> None:
    response = await desk.get("user", path)
    assert (response.status_code, response.json()) == (403, {"detail": "Not enough permissions"})


@pytest.mark.parametrize(("method", "path"), [("POST", CHAT), ("GET", LOGS), ("GET", ANALYTICS)])
async def test_strangers_are_asked_to_sign_in(desk: Desk, method: str, path: str) -> None:
    response = await desk.client.request(method, path, json=examples.MESSAGE)
    assert (response.status_code, response.json()) == (401, {"detail": "Could not validate credentials"})
    async with unit_of_work(system_actor(desk.tenant.id)):
        assert await ChatbotExchange.all().count() == 0


async def test_another_tenant_reads_nothing(desk: Desk, make_tenant: MakeTenant, make_user: MakeUser) -> None:
    await desk.ask("How do I reset my password?", session_id="a")
    stranger = await make_user(await make_tenant(), Role.ADMIN)
    headers = bearer(await sign_in(stranger, "itdesk"))
    assert (await desk.client.get(LOGS, params={"session_id": "a"}, headers=headers)).json() == []
    assert (await desk.client.get(ANALYTICS, headers=headers)).json()["total_queries"] == 0
    reply = await chatbot.chat(actor_of(stranger), message="How do I reset my password?", session_key="a")
    assert examples.FAQ["answer"] not in reply.response

"""The chatbot's day, written once and lived on each surface that offers it."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import httpx
import pytest

from core.actor import Role
from models.tenants import Tenant
from tests.chatbot.conftest import ANSWER, PERSON, QUESTION, UNKNOWN
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeUser, sign_in
from tests.graphql.client import GraphQLClient

Body = dict[str, Any]


class Surface(Protocol):
    """What a person does on one surface; what it shows is spelled as the document spells it."""

    async def create_faq(self, **body: Any) -> Body: ...

    async def search(self, words: str) -> list[str]: ...

    async def ask(self, message: str, session: str | None = None) -> Body: ...

    async def analytics(self) -> Body: ...

    async def logs(self) -> list[Body]: ...


class Rest:
    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client, self.headers = client, bearer(token)

    async def call(self, method: str, name: str, **sent: Any) -> Any:
        response = await self.client.request(method, f"/api/chatbot/{name}", headers=self.headers, **sent)
        assert response.is_success, response.text
        return response.json()

    async def create_faq(self, **body: Any) -> Body:
        return dict(await self.call("POST", "faqs", json=body))

    async def search(self, words: str) -> list[str]:
        return [faq["question"] for faq in await self.call("GET", "faqs", params={"search": words})]

    async def ask(self, message: str, session: str | None = None) -> Body:
        return dict(await self.call("POST", "chat", json={"message": message, "session_id": session}))

    async def analytics(self) -> Body:
        return dict(await self.call("GET", "analytics"))

    async def logs(self) -> list[Body]:
        return list(await self.call("GET", "logs"))


class GraphQL:
    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.call = GraphQLClient(client, token)

    async def create_faq(self, **body: Any) -> Body:
        made = await self.call(
            "mutation($input: CreateFaqInput!) { createFaq(input: $input) { question tags is_active: isActive } }",
            input=body,
        )
        return dict(made["createFaq"])

    async def search(self, words: str) -> list[str]:
        found = await self.call(
            "query($words: String) { faqs(filter: {search: $words}) { edges { node { question } } } }", words=words
        )
        return [edge["node"]["question"] for edge in found["faqs"]["edges"]]

    async def ask(self, message: str, session: str | None = None) -> Body:
        reply = await self.call(
            """mutation($input: AskChatbotInput!) { askChatbot(input: $input) {
                response session_id: sessionId confidence_score: confidence was_escalated: wasEscalated
                ticket_id: ticketId citations { source quote } } }""",
            input={"message": message, "sessionId": session},
        )
        return dict(reply["askChatbot"])

    async def analytics(self) -> Body:
        found = await self.call(
            """{ chatbotAnalytics { total_queries: totalQueries escalated_queries: escalatedQueries
                escalation_rate: escalationRate common_queries: commonQueries { query count } } }"""
        )
        return dict(found["chatbotAnalytics"])

    async def logs(self) -> list[Body]:
        found = await self.call(
            """{ chatbotLogs { edges { node { session_id: sessionId user_query: query
                was_escalated: wasEscalated } } } }"""
        )
        return [edge["node"] for edge in found["chatbotLogs"]["edges"]]


Enter = Callable[[Role], Awaitable[Surface]]


@pytest.fixture(params=[Rest, GraphQL])
def enter(request: pytest.FixtureRequest, client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser) -> Enter:
    """`await enter(Role.AGENT)`: a person of that role on the surface."""

    async def made(role: Role) -> Surface:
        surface: Surface = request.param(client, await sign_in(await make_user(tenant, role)))
        return surface

    return made


async def test_from_an_entry_to_a_ticket_to_the_analytics(enter: Enter) -> None:
    staff, customer = await enter(Role.AGENT), await enter(Role.USER)
    created = await staff.create_faq(question=QUESTION, answer=ANSWER, category="Authentication", tags=["login"])
    assert (created["question"], created["tags"], created["is_active"]) == (QUESTION, ["login"], True)
    assert await customer.search("passwords") == await customer.search("LOGIN") == [QUESTION]

    answered = await customer.ask(QUESTION)
    assert ANSWER in answered["response"]
    assert [(cited["source"], cited["quote"]) for cited in answered["citations"]] == [("FAQ", ANSWER)]
    escalated = [await customer.ask(message, answered["session_id"]) for message in (UNKNOWN, PERSON)]
    assert [reply["was_escalated"] for reply in escalated] == [True, True]
    assert escalated[0]["ticket_id"] == escalated[1]["ticket_id"] is not None

    summary = await staff.analytics()
    assert (summary["total_queries"], summary["escalated_queries"], summary["escalation_rate"]) == (3, 2, 66.67)
    assert [row["count"] for row in summary["common_queries"]] == [1, 1, 1]
    assert [entry["user_query"] for entry in await staff.logs()] == [PERSON, UNKNOWN, QUESTION]

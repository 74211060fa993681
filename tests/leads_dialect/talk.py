"""One company's clients over each surface that offers interviews, so that a scenario is written once."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from tests.leads_dialect.world import Company

_SAY = """mutation($contact: String!, $text: String!) {
    sayInInterview(contact: $contact, text: $text) { text functionCalled } }"""
_LEADS = "{ leads { edges { node { name phone city objectType area summary language status } } } }"


@dataclass(frozen=True)
class Answer:
    text: str
    function_called: str | None


class Talk(Protocol):
    """What a client says and is answered, and the company's leads as (name, phone, city, object, area, language)."""

    async def say(self, text: str, contact: str = "client_1") -> Answer: ...

    async def leads(self) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True)
class RestTalk:
    client: httpx.AsyncClient
    company: Company

    async def say(self, text: str, contact: str = "client_1") -> Answer:
        response = await chat(self.client, self.company, user_id=contact, text=text)
        assert response.status_code == 200, response.text
        return Answer(response.json()["response"], response.json()["function_called"])

    async def leads(self) -> list[tuple[Any, ...]]:
        body = (await self.client.get("/api/leads", headers=self.company.headers)).json()
        names = ("name", "phone", "city", "object_type", "area", "language", "status")
        return [tuple(lead[name] for name in names) for lead in body["leads"]]


@dataclass(frozen=True)
class GraphQLTalk:
    client: httpx.AsyncClient
    company: Company

    async def say(self, text: str, contact: str = "client_1") -> Answer:
        answer = (await self._ask(_SAY, contact=contact, text=text))["sayInInterview"]
        return Answer(answer["text"], answer["functionCalled"])

    async def leads(self) -> list[tuple[Any, ...]]:
        nodes = [edge["node"] for edge in (await self._ask(_LEADS))["leads"]["edges"]]
        shown = [
            (node["name"], node["phone"], node["city"], node["objectType"], node["area"], _code(node["language"]),
             node["status"].lower())
            for node in nodes
        ]  # fmt: skip
        return shown[::-1]

    async def _ask(self, query: str, **variables: str) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer = (await self.client.post("/graphql", json=body, headers=self.company.headers)).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


async def chat(
    client: httpx.AsyncClient, company: Company, *, audio: bytes | None = None, **fields: str
) -> httpx.Response:
    """POST /api/chat as multipart/form-data, as the document sends it."""
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    if audio is not None:
        parts["audio_file"] = ("voice.ogg", audio, "audio/ogg")
    return await client.post("/api/chat", files=parts, headers=company.headers)


def _code(language: str) -> str:
    return {"RUSSIAN": "ru", "KAZAKH": "kk", "ENGLISH": "en"}[language]

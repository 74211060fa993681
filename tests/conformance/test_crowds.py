"""Fifty clients at once on the main requests of each dialect: nothing fails, and nothing is kept of them."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import psutil
import pytest

from tests.conformance.running import DEMO_PASSWORD, conforming
from tests.system.installation import Installation

CLIENTS = 50
SECONDS = 20
GROWTH_BYTES = 32 * 2**20
"""Beside what the first half of a run has warmed up."""

Ask = tuple[str, str, str, Mapping[str, Any]]
"""Method, path, who asks, and what httpx takes besides."""
QUESTION = "How do I reset my password?"
TICKETS = {"query": "{ tickets(first: 50) { edges { node { id title } } } me { id } }"}


@dataclass(frozen=True, slots=True)
class World:
    """What requests name: a ticket, its other id, a category, a dialog."""

    client: httpx.AsyncClient
    tokens: Mapping[str, str]
    ticket: int
    public_ticket: str
    category: str
    dialog: int

    def requests(self, dialect: str) -> list[Ask]:
        ticket, public, dialog = self.ticket, f"/api/v1/tickets/{self.public_ticket}", f"/api/dialogs/{self.dialog}"
        new = {"title": "No sound", "description": "Since yesterday"}
        asked: dict[str, list[Ask]] = {
            "support": [
                ("GET", "/v1/tickets?limit=50", "customer", {}),
                ("POST", "/v1/tickets", "customer", {"json": {**new, "auto_respond": False}}),
                ("POST", f"/v1/tickets/{ticket}/messages", "agent", {"json": {"content": "?", "auto_respond": False}}),
                ("GET", f"/v1/tickets/{ticket}/messages", "customer", {}),
                ("POST", "/v1/kb/search", "customer", {"json": {"query": QUESTION}}),
            ],
            "telegram": [
                ("GET", "/api/v1/tickets", "agent", {}),
                ("POST", "/api/v1/tickets", "customer", {"json": {**new, "category_id": self.category}}),
                ("POST", f"{public}/messages", "agent", {"json": {"content": "?"}}),
                ("GET", f"{public}/messages", "customer", {}),
                ("GET", "/api/v1/statistics/dashboard", "admin", {}),
                ("POST", "/api/v1/files/upload", "customer", {"files": {"file": ("a.txt", b"words " * 500)}}),
            ],
            "leads": [
                ("POST", "/api/chat", "admin", {"data": {"user_id": f"c{random.random()}", "text": "Хочу дом"}}),
                ("GET", "/api/leads", "admin", {}),
                ("GET", "/api/auth/me", "admin", {}),
            ],
            "itdesk": [
                ("GET", "/api/tickets?limit=50", "agent", {}),
                ("POST", "/api/tickets", "customer", {"json": {**new, "priority": "high"}}),
                ("GET", "/api/tickets/analytics/summary", "agent", {}),
                ("GET", "/api/dashboard/metrics", "agent", {}),
                ("POST", "/api/chatbot/chat", "customer", {"json": {"message": QUESTION}}),
            ],
            "replyx": [
                ("GET", "/api/dialogs", "agent", {}),
                ("POST", f"{dialog}/messages", "agent", {"json": {"text": "?"}}),
                ("GET", f"{dialog}/messages", "agent", {}),
                ("GET", "/api/operator/queue", "agent", {}),
                ("GET", "/api/balance", "admin", {}),
            ],
            "GraphQL": [("POST", "/graphql", "agent", {"json": TICKETS})],
        }
        return asked[dialect]

    async def crowd(self, dialect: str, seconds: float) -> Counter[str]:
        """How often each kind of answer came."""
        answers: Counter[str] = Counter()
        end = time.monotonic() + seconds
        await asyncio.gather(*(self._one(dialect, end, answers) for _ in range(CLIENTS)))
        return answers

    async def _one(self, dialect: str, end: float, answers: Counter[str]) -> None:
        while time.monotonic() < end:
            method, path, who, given = random.choice(self.requests(dialect))
            headers = {"Authorization": f"Bearer {self.tokens[who]}"}
            try:
                answer = await self.client.request(method, path, headers=headers, **given)
                told = "good" if answer.is_success and "errors" not in answer.text[:10] else str(answer.status_code)
            except httpx.HTTPError as error:
                told = type(error).__name__
            answers[told if told == "good" else f"{method} {path}: {told}"] += 1


@pytest.fixture(scope="module")
def whole() -> Iterator[Installation]:
    with conforming() as installation:
        yield installation


@pytest.fixture(scope="module")
async def world(whole: Installation) -> AsyncIterator[World]:
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=whole.origin, timeout=60, limits=limits) as client:
        tokens = {}
        for who in ("customer", "agent", "admin"):
            person = {"email": f"{who}@demo.example", "password": DEMO_PASSWORD}
            tokens[who] = (await client.post("/v1/auth/login/json", json=person)).json()["access_token"]
        customer, admin = ({"Authorization": f"Bearer {tokens[who]}"} for who in ("customer", "admin"))
        ask = partial(client.post, headers=customer)
        category = (await client.get("/api/v1/categories", headers=customer)).json()[0]["id"]
        ticket = (await ask("/v1/tickets", json={"title": "No sound", "auto_respond": False})).json()["id"]
        new = {"title": "No sound", "description": "?", "category_id": category}
        public = (await ask("/api/v1/tickets", json=new)).json()["id"]
        assistant = (await client.post("/api/assistants", headers=admin, json={"name": "Help"})).json()["id"]
        opened = await client.post("/api/dialogs", headers=admin, json={"assistant_id": assistant})
        yield World(client, tokens, ticket, public, category, opened.json()["id"])


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize("dialect", ["support", "telegram", "leads", "itdesk", "replyx", "GraphQL"])
async def test_a_crowd_is_served_and_forgotten(whole: Installation, world: World, dialect: str) -> None:
    api = psutil.Process(whole.apis[0].pid)
    await world.crowd(dialect, SECONDS / 2)
    before = api.memory_info().rss
    answers = await world.crowd(dialect, SECONDS / 2)
    assert answers.keys() == {"good"}
    assert api.memory_info().rss - before < GROWTH_BYTES

"""The recommended limits of the document: 5, 10 and 100 a minute, told in headers, kept by user, address and e-mail."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import httpx
import pytest

from app.api import create_app
from core.actor import Role
from tests.fixtures.application import client_of
from tests.support_dialect.world import World, call


@pytest.fixture
async def limited(override: Any, database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API of its own whose limits are on, from an address that no other test has."""
    with override(OPORA_RATE_LIMITS="on", OPORA_TRUSTED_PROXIES="127.0.0.1") as settings:
        app = create_app(settings, opening=lambda _: nullcontext())
        async with client_of(app) as client:
            yield client
        await app.state.rate_limits.close()


async def test_headers_count_down_to_a_refusal(world: World, limited: httpx.AsyncClient) -> None:
    responses = [await call(limited, "agent_health", world, Role.USER) for _ in range(12)]
    assert [response.status_code for response in responses] == [200] * 10 + [429] * 2
    assert [response.headers["x-ratelimit-remaining"] for response in responses[:3]] == ["9", "8", "7"]
    refused = responses[-1]
    assert refused.json() == {"detail": "Too many requests"}
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-ratelimit-limit"] == "10"
    assert refused.headers["x-ratelimit-remaining"] == "0"


async def test_each_user_has_limits_of_their_own(world: World, limited: httpx.AsyncClient) -> None:
    for _ in range(11):
        await call(limited, "agent_health", world, Role.USER)
    assert (await call(limited, "agent_health", world, Role.AGENT)).status_code == 200
    assert (await call(limited, "me", world, Role.USER)).headers["x-ratelimit-limit"] == "100"


async def test_logins_count_by_address(world: World, limited: httpx.AsyncClient) -> None:
    body = {"email": "nobody@example.com", "password": "wrong-password-1"}
    statuses = [
        (
            await limited.post(
                "/v1/auth/login/json",
                json=body | {"email": f"n{n}@example.com"},
                headers={"x-forwarded-for": "10.1.1.1"},
            )
        ).status_code
        for n in range(6)
    ]
    assert statuses == [401] * 5 + [429]


async def test_logins_count_by_email_from_wherever(world: World, limited: httpx.AsyncClient) -> None:
    body = {"email": str(world.stranger.email), "password": "wrong-password-1"}
    statuses = [
        (await limited.post("/v1/auth/login/json", json=body, headers={"x-forwarded-for": f"10.2.2.{n}"})).status_code
        for n in range(6)
    ]
    assert statuses == [401] * 5 + [429]


async def test_guessing_tokens_counts_too(world: World, limited: httpx.AsyncClient) -> None:
    headers = {"authorization": "Bearer a.b.c", "x-forwarded-for": "10.3.3.3"}
    statuses = [(await limited.get("/v1/agent/health", headers=headers)).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


async def test_failures_tell_the_limit_too(world: World, limited: httpx.AsyncClient) -> None:
    missing = await limited.get(f"/v1/tickets/{2**62}", headers=world.headers(Role.USER))
    assert missing.status_code == 404
    assert missing.headers["x-ratelimit-limit"] == "100"

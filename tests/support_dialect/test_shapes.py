"""Every documented field is there, with the JSON type that the document shows, on every operation."""

import re
from typing import Any

import httpx
import pytest

from core.actor import Role
from services import answering
from tests.fixtures.people import PASSWORD, actor_of, sign_in
from tests.support_dialect.world import OPERATIONS, World, call

WITH_ANSWER = sorted(
    name for name, one in OPERATIONS.items() if one.examples.response is not None and name != "refresh"
)


def assert_shape(actual: Any, documented: Any, path: str = "$") -> None:
    """Fields that the document shows are present, of the same type; null stands for any type, in both."""
    if documented is None or actual is None:
        return
    assert type(actual) is type(documented), f"{path}: {actual!r} is not like {documented!r}"
    if isinstance(documented, dict):
        missing = documented.keys() - actual.keys()
        assert not missing, f"{path}: {missing}"
        for name, value in documented.items():
            assert_shape(actual[name], value, f"{path}.{name}")
    elif isinstance(documented, list) and documented:
        assert actual, f"{path} is empty: the test shows nothing"
        for number, item in enumerate(actual):
            assert_shape(item, documented[0], f"{path}[{number}]")


def assert_moments(actual: Any) -> None:
    """As the document writes them: 2024-01-15T10:30:00Z."""
    if isinstance(actual, list):
        for item in actual:
            assert_moments(item)
    elif isinstance(actual, dict):
        for name, value in actual.items():
            if name.endswith("_at"):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value), value


@pytest.mark.parametrize("name", WITH_ANSWER)
async def test_documented_fields(name: str, world: World, client: httpx.AsyncClient) -> None:
    response = await call(client, name, world, Role.ADMIN)
    assert response.status_code == OPERATIONS[name].status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    documented = OPERATIONS[name].examples.response
    if name in ("respond", "ask", "agent_health"):
        # Confidence is 0..1, models may be none: what matters here are the documented fields.
        documented = documented | {"models_loaded": []} if name == "agent_health" else documented
    assert_shape(body, documented)
    assert_moments(body)


async def test_messages_of_the_assistant_show_what_they_cite(world: World, client: httpx.AsyncClient) -> None:
    await client.post(
        f"/v1/tickets/{world.ticket.id}/messages",
        json={"content": "To reset your password, open Settings and choose Security.", "auto_respond": False},
        headers=world.headers(Role.USER),
    )
    await answering.respond(actor_of(world.people[Role.AGENT]), world.ticket.id, save=True)
    listed = await call(client, "list_messages", world, Role.USER)
    answer = next(message for message in listed.json() if message["role"] == "assistant")
    assert answer["citations"][0]["source"] == world.source
    assert answer["citations"][0]["version"] == 1
    assert 0 < answer["citations"][0]["score"] <= 1
    assert_shape(answer, OPERATIONS["list_messages"].examples.response[1])


async def test_logging_in_and_refreshing(world: World, client: httpx.AsyncClient) -> None:
    login = await call(client, "log_in", world, None)
    response = await client.post("/v1/auth/refresh", json={"refresh_token": login.json()["refresh_token"]})
    assert response.status_code == 200
    assert_shape(response.json(), OPERATIONS["refresh"].examples.response)
    assert (response.json()["token_type"], response.json()["expires_in"]) == ("bearer", 1800)


async def test_moderators_are_shown_as_agents(world: World, client: httpx.AsyncClient) -> None:
    token = await sign_in(world.people[Role.MODERATOR])
    me = await client.get("/v1/auth/me", headers={"authorization": f"Bearer {token}"})
    assert me.json()["role"] == "agent"
    assert PASSWORD not in me.text
    assert "hash" not in me.text

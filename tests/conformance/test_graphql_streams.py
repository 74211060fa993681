"""Operations as event streams: what the clients of the protocol do not look at."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from config.redis import get_redis, namespace
from models.users import User
from realtime.stream_leases import LEASES, Leases
from services import identity
from services.rate_limits import by_person
from tests.fixtures.application import bearer
from tests.fixtures.people import actor_of

pytestmark = pytest.mark.usefixtures("live_events")

EVENTS = {"accept": "text/event-stream"}
INBOX = "subscription { inboxEvents { seq } }"


@asynccontextmanager
async def stream(
    address: str, query: str, token: str | None = None, *, method: str = "POST", **headers: str
) -> AsyncIterator[httpx.Response]:
    sent: dict[str, Any] = {"json": {"query": query}} if method == "POST" else {"params": {"query": query}}
    named = {**EVENTS, **(bearer(token) if token else {}), **headers}
    async with (
        httpx.AsyncClient(base_url=f"http://{address}", timeout=20) as client,
        client.stream(method, "/graphql", headers=named, **sent) as response,
    ):
        yield response


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is not one whose Redis is away."""
    monkeypatch.setattr("realtime.stream_leases._PATIENCE_S", 60.0)


async def events(response: httpx.Response) -> list[tuple[str, Any]]:
    """Names and data of all events, to the end of the stream."""
    blocks = [block async for block in _blocks(response)]
    return [(block["event"], json.loads(block["data"]) if block["data"] else None) for block in blocks]


async def _blocks(response: httpx.Response) -> AsyncIterator[dict[str, str]]:
    block: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if not line and "event" in block:
            yield block
            block = {}
        elif line and not line.startswith(":"):
            block[name] = value


async def test_a_query_is_one_result_and_the_end(address: str, token: str) -> None:
    async with stream(address, "{ __typename }", token) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache, no-store"
        assert await events(response) == [("next", {"data": {"__typename": "Query"}}), ("complete", None)]


async def test_a_page_may_use_its_event_source(address: str) -> None:
    async with stream(address, "{ __typename }", method="GET") as response:
        assert [name for name, _ in await events(response)] == ["next", "complete"]


async def test_no_mutation_is_sent_by_get(address: str, token: str) -> None:
    async with stream(address, "mutation { logout { ok } }", token, method="GET") as response:
        (_, told), _ = await events(response)
    assert told["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    async with stream(address, "{ me { id } }", token) as response:
        assert (await events(response))[0][1]["data"]["me"]


@pytest.mark.parametrize(
    ("body", "status", "code"), [(b"{", 400, "BAD_REQUEST"), (b'{"query": ""}', 400, "BAD_REQUEST")]
)
async def test_what_is_no_request_is_refused_as_over_http(address: str, body: bytes, status: int, code: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.post("/graphql", content=body, headers={**EVENTS, "content-type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"]["code"] == code


async def test_no_stream_is_kept_under_a_key(address: str, token: str) -> None:
    async with stream(address, "mutation { logout { ok } }", token, **{"idempotency-key": "once"}) as response:
        assert response.status_code == 400
    async with stream(address, "{ me { id } }", token) as response:
        assert (await events(response))[0][1]["data"]["me"]


async def test_a_client_that_likes_json_better_gets_json(address: str) -> None:
    accept = "application/json, text/event-stream;q=0.5"
    async with stream(address, "{ __typename }", accept=accept) as response:
        assert response.headers["content-type"].startswith("application/json")


async def test_a_quiet_stream_is_kept_alive_by_comments(address: str, token: str, override: Any) -> None:
    with override(OPORA_HEARTBEAT_S="0.05"):
        async with stream(address, INBOX, token) as response:
            assert (await anext(response.aiter_lines())).startswith(":")


async def test_a_stream_ends_with_its_session(address: str, agent: User) -> None:
    pair = await identity.login(email=agent.email or "", password="Correct-horse-7", tenant_id=agent.tenant_id)
    async with stream(address, INBOX, pair.access_token) as response:
        await identity.logout(await identity.authenticate(pair.access_token))
        (_, told), end = await events(response)
    assert told["errors"][0]["extensions"]["code"] == "ACCESS_REVOKED"
    assert end == ("complete", None)


async def test_a_stream_ends_with_its_token(address: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.graphql_socket.SocketCaller.seconds_left", lambda self: 0.05)
    async with stream(address, INBOX, token) as response:
        (_, told), end = await events(response)
    assert told["errors"][0]["extensions"]["code"] == "TOKEN_EXPIRED"
    assert end == ("complete", None)


async def test_a_person_has_so_many_streams_and_no_more(address: str, agent: User, token: str, override: Any) -> None:
    await given_back(agent)
    with override(OPORA_SSE_PER_PERSON="1"):
        async with stream(address, INBOX, token), stream(address, INBOX, token) as second:
            assert second.status_code == 429
            assert int(second.headers["retry-after"]) > 0
            assert json.loads(await second.aread())["errors"][0]["extensions"]["code"] == "SSE_CONNECTION_LIMIT"
        await given_back(agent)
        async with stream(address, "{ __typename }", token) as response:
            assert response.status_code == 200


async def test_the_streams_of_all_processes_are_counted(address: str, agent: User, token: str, override: Any) -> None:
    # Of the same name, as the API's are, in a process of its own.
    elsewhere = Leases("operations")
    await given_back(agent)
    with override(OPORA_SSE_PER_PERSON="1"):
        lease = await elsewhere.take("operation", by_person(actor_of(agent)), "ip:elsewhere")
        async with stream(address, "{ __typename }", token) as response:
            assert response.status_code == 429
        await elsewhere.give_back(lease)
        async with stream(address, "{ __typename }", token) as response:
            assert response.status_code == 200


async def test_figures_of_streams_are_of_dialogs_alone(address: str, token: str) -> None:
    before = await LEASES.figures()
    async with stream(address, INBOX, token):
        assert (await LEASES.figures()).by_kind == before.by_kind


async def test_streams_that_ended_are_not_counted(address: str, agent: User, token: str) -> None:
    async with stream(address, "{ __typename }", token) as response:
        await events(response)
    await given_back(agent)


async def test_a_stream_that_fails_before_it_begins_is_not_counted(
    address: str, agent: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("sse_starlette.sse.EventSourceResponse.__call__", lost)
        async with stream(address, INBOX, token) as response:
            assert response.status_code == 500
    await given_back(agent)


async def given_back(person: User) -> None:
    """A stream is over for its client before it is for the process."""
    key = "{" + f"{namespace()}:operations" + "}:of:" + by_person(actor_of(person))
    async with asyncio.timeout(30):
        while await get_redis().zcard(key):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

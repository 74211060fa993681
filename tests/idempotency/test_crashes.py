"""Exactly once, whenever the process dies: before the effect, between the effect and the answer, or over and over."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
import pytest

from core.errors import Unavailable
from models.tenants import Tenant
from models.users import User
from services import tickets
from services.unit_of_work import Fanout
from tests.embedded.running import free_port
from tests.fixtures.application import bearer
from tests.fixtures.people import TokenFor
from tests.idempotency.conftest import Titles, age
from tests.system.installation import Service, eventually, status_of

KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
NEW = {"title": "No sound"}
_PAUSE = """
CREATE FUNCTION pause_of_tests() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NEW; END $$;
CREATE TRIGGER pause_of_tests BEFORE UPDATE ON idempotency_keys FOR EACH ROW
    WHEN (OLD.{column} IS NULL AND NEW.{column} IS NOT NULL AND NEW.tenant_id = {tenant})
    EXECUTE FUNCTION pause_of_tests();
"""
_PAUSED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"


@asynccontextmanager
async def dying_at(database_url: str, tenant: Tenant, column: str) -> AsyncIterator[asyncpg.Connection]:
    """Whoever writes the column of the tenant's keys for the first time does not come to the end of it."""
    owner = await asyncpg.connect(database_url)
    await owner.execute(_PAUSE.format(column=column, tenant=tenant.id))
    try:
        yield owner
    finally:
        await owner.execute("DROP FUNCTION pause_of_tests() CASCADE")
        await owner.close()


async def die(database_url: str, tenant: Tenant, column: str, customer: httpx.AsyncClient) -> None:
    """Send the request, and have it cut off where the column is written."""
    async with dying_at(database_url, tenant, column) as owner:
        request = asyncio.create_task(customer.post("/v1/tickets", json=NEW, headers=KEY))
        while not await owner.fetchval(_PAUSED):  # noqa: ASYNC110  # another process sleeps
            await asyncio.sleep(0.01)
        request.cancel()
        with suppress(asyncio.CancelledError):
            await request


async def test_who_dies_before_the_commit_has_done_nothing(
    database_url: str, tenant: Tenant, customer: httpx.AsyncClient, titles: Titles
) -> None:
    await die(database_url, tenant, "applied_at", customer)
    assert await titles() == []
    at_work = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    assert (at_work.status_code, at_work.headers["retry-after"]) == (409, "1")
    await age(tenant, "lease_until", 1)
    assert (await customer.post("/v1/tickets", json=NEW, headers=KEY)).status_code == 201
    assert await titles() == ["No sound"]


async def test_who_dies_before_the_answer_has_done_it_once(
    database_url: str, tenant: Tenant, customer: httpx.AsyncClient, titles: Titles
) -> None:
    await die(database_url, tenant, "answered_at", customer)
    assert await titles() == ["No sound"]
    await age(tenant, "lease_until", 1)
    lost = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    assert (lost.status_code, "answer was not kept" in lost.json()["detail"]) == (409, True)
    assert await titles() == ["No sound"]


async def test_who_is_taken_for_dead_is_rolled_back(
    tenant: Tenant, customer: httpx.AsyncClient, titles: Titles, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()
    create = tickets.create

    async def slowly(*args: object, **named: object) -> object:
        monkeypatch.setattr(tickets, "create", create)
        entered.set()
        await go_on.wait()
        return await create(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(tickets, "create", slowly)
    slow = asyncio.create_task(customer.post("/v1/tickets", json=NEW, headers=KEY))
    await entered.wait()
    await age(tenant, "lease_until", 1)
    second = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    go_on.set()
    assert (second.status_code, (await slow).status_code) == (201, 409)
    assert await titles() == ["No sound"]


async def test_what_failed_without_effect_may_be_tried_again(
    customer: httpx.AsyncClient, titles: Titles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: object, **named: object) -> None:
        raise Unavailable("The index is away")

    with monkeypatch.context() as patch:
        patch.setattr(tickets, "create", away)
        assert (await customer.post("/v1/tickets", json=NEW, headers=KEY)).status_code == 503
    assert (await customer.post("/v1/tickets", json=NEW, headers=KEY)).status_code == 201
    assert await titles() == ["No sound"]


async def test_what_failed_half_way_is_not_repeated(
    customer: httpx.AsyncClient, titles: Titles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(tenant_id: int) -> None:
        raise Unavailable("After the commit")

    with monkeypatch.context() as patch:
        patch.setattr(Fanout, "wake", staticmethod(away))
        first = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    again = await customer.post("/v1/tickets", json=NEW, headers=KEY)
    assert (first.status_code, again.status_code, again.content) == (503, 503, first.content)
    assert await titles() == ["No sound"]


@pytest.mark.proof
@pytest.mark.timeout(400)
async def test_an_api_that_is_killed_again_and_again(
    environment: dict[str, str], tmp_path: Path, person: User, token_for: TokenFor, titles: Titles
) -> None:
    port = free_port()
    api = Service(["api"], {**environment, "OPORA_PORT": str(port)}, tmp_path / "api.log")
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=bearer(await token_for(person)), timeout=5.0
    )
    try:
        await ready(api, port)
        killing = asyncio.create_task(kill_often(api, port))
        answers = await asyncio.gather(*(insist(client, f"ticket {number}") for number in range(400)))
        await killing
    finally:
        await client.aclose()
        api.end()
    assert sorted(await titles()) == sorted(f"ticket {number}" for number in range(400))
    assert set(answers) <= {"201", "IDEMPOTENCY_ANSWER_LOST"}
    assert answers.count("201") > 350


async def ready(api: Service, port: int) -> None:
    up = await asyncio.to_thread(eventually, lambda: status_of(f"http://127.0.0.1:{port}") == 200, 60.0)
    assert up, api.text()


async def kill_often(api: Service, port: int) -> None:
    for _ in range(4):
        await asyncio.sleep(random.uniform(0.3, 0.8))
        await asyncio.to_thread(api.kill)
        api.start_again()
        await ready(api, port)


_TOGETHER = asyncio.Semaphore(8)


async def insist(client: httpx.AsyncClient, title: str) -> str:
    """Ask until there is a word of what became of it."""
    async with _TOGETHER:
        while True:
            with suppress(httpx.TransportError):
                answer = await client.post(
                    "/v1/tickets", json={"title": title}, headers={"idempotency-key": title.replace(" ", "-")}
                )
                if answer.status_code == 201:
                    return "201"
                if "answer was not kept" in answer.text:
                    return "IDEMPOTENCY_ANSWER_LOST"
                assert answer.status_code in (409, 503), answer.text
            await asyncio.sleep(0.2)

"""One scheduler leads; when it loses its connection another does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from config.settings import Settings
from core.actor import system_actor
from core.events import TicketUpdated, ticket_topic
from models.tenants import Tenant
from services import retention
from services.unit_of_work import Fanout, unit_of_work
from tests.workers.conftest import Enqueue, rows, states, until
from workers.lock_connection import lock_connection
from workers.schedule import SCHEDULE, Duty, Schedule


@asynccontextmanager
async def running(schedule: Schedule) -> AsyncIterator[Schedule]:
    task = asyncio.create_task(schedule.run())
    try:
        yield schedule
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def leads(schedule: Schedule) -> bool:
    return schedule.leading


async def test_one_leads_and_another_takes_over_when_its_connection_is_lost(
    settings: Settings, database: None, database_url: str
) -> None:
    done = []

    async def note() -> int:
        done.append(1)
        return 0

    duties = (Duty("tests.note", 0.1, note),)
    async with running(Schedule(settings, duties)) as first:
        await until(lambda: leads(first))
        async with running(Schedule(settings, duties)) as second:
            await asyncio.sleep(1.0)
            assert not second.leading
            await _cut_leader(database_url)
            await until(lambda: _one_of(first, second))
    assert len(done) > 3


async def _one_of(first: Schedule, second: Schedule) -> bool:
    assert not (first.leading and second.leading)
    return first.leading or second.leading


async def _cut_leader(owner_url: str) -> None:
    from tests.fixtures.servers import execute

    await execute(
        owner_url,
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND objid = 7060101 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        ConnectionRefusedError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_whatever_a_cut_connection_says_the_scheduler_leads_again(
    settings: Settings, database: None, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    calls = []

    @asynccontextmanager
    async def cut_once(*args: Any) -> AsyncIterator[asyncpg.Connection]:
        calls.append(1)
        if len(calls) == 1:
            raise error
        async with lock_connection(*args) as connection:
            yield connection

    monkeypatch.setattr("workers.schedule.lock_connection", cut_once)
    async with running(Schedule(settings, ())) as schedule:
        await until(lambda: leads(schedule))
    assert len(calls) == 2


async def test_a_failing_duty_keeps_no_other_from_its_turn(settings: Settings, database: None) -> None:
    done = asyncio.Event()

    async def fail() -> int:
        raise ZeroDivisionError

    async def succeed() -> int:
        done.set()
        return 1

    async with running(Schedule(settings, (Duty("tests.fail", 1, fail), Duty("tests.succeed", 1, succeed)))):
        await asyncio.wait_for(done.wait(), 10)


async def test_every_duty_of_the_product_runs(settings: Settings, database: None) -> None:
    assert {duty.name: duty.every_s for duty in SCHEDULE}["jobs.sweep"] == 1.0
    for duty in SCHEDULE:
        assert await duty.work() >= 0


async def test_old_events_go_but_those_not_handed_on_yet_stay(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fanout, "tasks", {TicketUpdated: ()})
    async with unit_of_work(system_actor(tenant.id)) as uow:
        uow.emit(TicketUpdated(1), TicketUpdated(1))
        await uow.write_facts()
        uow._facts.clear()
        await uow.rows("SELECT 1")
    kept = await rows("SELECT event_id FROM event_outbox WHERE tenant_id = $1 ORDER BY event_id", tenant.id)
    await rows("DELETE FROM event_outbox WHERE event_id = $1 RETURNING event_id", kept[0]["event_id"])
    await retention.forget_events(days=-1)
    left = await rows("SELECT seq FROM events WHERE tenant_id = $1 AND topic = $2", tenant.id, ticket_topic(1))
    assert [row["seq"] for row in left] == [2]


async def test_finished_jobs_go_and_others_stay(enqueue: Enqueue) -> None:
    finished, waiting = await enqueue("tests.work", count=2)
    await rows("UPDATE jobs SET state = 'done', finished_at = now() WHERE id = $1 RETURNING id", finished)
    await retention.forget_finished_jobs(days=-1)
    assert await states([finished, waiting]) == {"pending": 1}

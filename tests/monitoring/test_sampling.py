"""The machine is read, stored once a slot, and told of."""

from pathlib import Path

import psutil
import pytest

from core.actor import Actor, Role
from core.errors import Unavailable
from models.tenants import Tenant
from models.tickets import TicketStatus
from services import monitoring, tickets
from services.machine import Machine
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.monitoring.conftest import AGENT, Clock, add_samples, rows
from workers.monitoring import Sampler


async def test_a_reading_is_what_the_kernel_says(tmp_path: Path) -> None:
    reading = await Machine(tmp_path / "not" / "there" / "yet").read()
    assert 0 <= reading.cpu <= 100
    assert reading.memory == pytest.approx(psutil.virtual_memory().percent, abs=10)
    assert reading.disk == pytest.approx(psutil.disk_usage(str(tmp_path)).percent, abs=1)
    assert reading.uptime_s > 0


async def test_the_load_is_that_since_the_reading_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([(100.0, 200.0), (110.0, 220.0), (111.0, 230.0), (111.0, 230.0)])
    monkeypatch.setattr("services.machine._processor_seconds", lambda: next(seconds))
    machine = Machine(tmp_path)
    assert [(await machine.read()).cpu for _ in range(3)] == [50.0, 10.0, 0.0]


@pytest.mark.usefixtures("installation")
async def test_one_sample_a_slot(moved: Clock) -> None:
    sampler = Sampler()
    for _ in range(65):
        await sampler.sample()
        moved.move(seconds=1)
    found = await rows("SELECT taken_at, period_s FROM metric_samples ORDER BY taken_at")
    assert [(row["taken_at"].second, row["period_s"]) for row in found] == [(0, 30), (30, 30), (0, 30)]


@pytest.mark.usefixtures("installation")
async def test_two_schedulers_of_one_machine_store_one(moved: Clock) -> None:
    for _ in range(2):
        await Sampler().sample()
    assert len(await rows("SELECT id FROM metric_samples")) == 1


@pytest.mark.usefixtures("installation")
async def test_it_is_told_every_ten_minutes(moved: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="health_monitor")
    sampler = Sampler()
    for _ in range(40):
        await sampler.sample()
        moved.move(seconds=30)
    told = [record for record in caplog.records if record.name == "health_monitor"]
    assert len(told) == 2
    assert "System health check completed" in told[0].getMessage()


@pytest.mark.usefixtures("installation")
async def test_a_sample_that_failed_is_not_tried_again_in_its_slot(
    moved: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable("The database does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(monitoring, "record", fail)
        sampler = Sampler()
        with pytest.raises(Unavailable):
            await sampler.sample()
    assert await sampler.sample() == 0
    assert await rows("SELECT id FROM metric_samples") == []


@pytest.mark.usefixtures("installation")
async def test_health_before_the_first_sample_reads_the_machine(tenant: Tenant) -> None:
    async with unit_of_work(Actor(tenant.id, Role.AGENT)) as uow:
        health = await monitoring.health(uow)
    assert health.disk > 0
    assert (health.active_alerts, health.open_tickets) == (0, 0)


@pytest.mark.usefixtures("installation")
async def test_health_is_the_latest_sample(moved: Clock) -> None:
    await add_samples([moved.now, moved.move(seconds=30)], lambda number: [90.0, 45.24][number])
    async with unit_of_work(AGENT) as uow:
        health = await monitoring.health(uow)
    assert (health.cpu, health.memory, health.disk, health.uptime_hours) == (45.2, 22.6, 50.0, 1.0)


async def test_open_tickets_are_the_tenants_that_are_not_finished(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    tenant = await make_tenant()
    agent = actor_of(await make_user(tenant, Role.AGENT))
    stranger = actor_of(await make_user(await make_tenant(), Role.AGENT))
    for status in TicketStatus:
        async with unit_of_work(agent) as uow:
            ticket = await tickets.create(uow, title=status, auto_respond=False)
            if status is TicketStatus.REOPENED:
                await tickets.update(uow, ticket.id, TicketChanges(status=TicketStatus.RESOLVED))
            await tickets.update(uow, ticket.id, TicketChanges(status=status))
    counts = []
    for actor in (agent, stranger):
        async with unit_of_work(actor) as uow:
            counts.append((await monitoring.health(uow)).open_tickets)
    assert counts == [6, 0]

"""Alerts in the database: they open and close by themselves, each told once."""

import asyncio
import random
from collections.abc import Sequence

import asyncpg
import pytest

from config.database import APP_ROLE, DatabaseAddress
from config.keys import role_password
from core.actor import Role
from core.errors import Forbidden
from core.languages import Language
from core.paging import CursorPage
from models.monitoring import Alert, Metric, Severity
from services import alerts
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.monitoring.conftest import AGENT, Clock, add_samples, rows

pytestmark = pytest.mark.usefixtures("installation")
_OPEN = "SELECT host, metric, severity, value FROM alerts WHERE closed_at IS NULL ORDER BY host, metric"
_TOLD = "SELECT kind, payload FROM events WHERE topic = 'tenant:1:monitoring' ORDER BY seq"


async def run(moved: Clock, values: Sequence[float], host: str = "server-01") -> list[int]:
    """One sample after another, each followed by its evaluation; how many alerts each changed."""
    changed = []
    for value in values:
        await add_samples([moved.move(seconds=30)], lambda _, value=value: value, host=host)  # type: ignore[misc]
        changed.append(await alerts.evaluate())
    return changed


async def told() -> list[str]:
    return [row["kind"] for row in await rows(_TOLD)]


async def test_it_opens_and_closes_by_itself(moved: Clock) -> None:
    changed = await run(moved, [50, 91, 92, 93, 94, 88, 84, 50])
    assert changed == [0, 0, 0, 1, 0, 0, 1, 0]
    assert await told() == ["alert.opened", "alert.closed"]
    row = (await rows("SELECT * FROM alerts"))[0]
    assert (row["metric"], row["severity"], row["value"], row["threshold"]) == ("cpu", "warning", 93.0, 90.0)
    assert row["closed_at"] is not None


async def test_an_open_one_becomes_critical(moved: Clock) -> None:
    await run(moved, [91] * 3 + [99] * 3)
    assert await told() == ["alert.opened", "alert.raised"]
    assert [row["severity"] for row in await rows(_OPEN)] == [Severity.CRITICAL]


async def test_it_opens_again_later_as_another(moved: Clock) -> None:
    await run(moved, [99] * 3 + [10] + [99] * 3)
    assert await told() == ["alert.opened", "alert.closed", "alert.opened"]
    assert len(await rows("SELECT id FROM alerts")) == 2


async def test_each_metric_of_each_machine_has_its_own(moved: Clock) -> None:
    for _ in range(3):
        moment = moved.move(seconds=30)
        for host in ("a", "b"):
            await add_samples([moment], lambda _: 200.0, host=host)
    await alerts.evaluate()
    assert [(row["host"], row["metric"]) for row in await rows(_OPEN)] == [
        ("a", Metric.CPU), ("a", Metric.MEMORY), ("b", Metric.CPU), ("b", Metric.MEMORY),
    ]  # fmt: skip


async def test_samples_with_a_pause_between_them_are_not_in_a_row(moved: Clock) -> None:
    await run(moved, [99, 99])
    moved.move(minutes=3)
    await run(moved, [99, 99])
    assert await told() == []


async def test_a_machine_that_fell_silent_has_none(moved: Clock) -> None:
    await run(moved, [99] * 3)
    moved.move(minutes=6)
    await run(moved, [50], host="another")
    assert await told() == ["alert.opened", "alert.closed"]


async def test_evaluating_the_same_samples_again_changes_nothing(moved: Clock) -> None:
    await run(moved, [99] * 3)
    assert [await alerts.evaluate() for _ in range(3)] == [0, 0, 0]


async def test_evaluations_at_once_open_one(moved: Clock) -> None:
    moments = [moved.move(seconds=30) for _ in range(3)]
    await add_samples(moments, lambda _: 99.0)
    await asyncio.gather(*(alerts.evaluate() for _ in range(4)), return_exceptions=True)
    assert len(await rows(_OPEN)) == 1
    assert await told() == ["alert.opened"]


@pytest.mark.parametrize("seed", range(3))
async def test_never_two_are_open_and_each_change_is_told(moved: Clock, seed: int) -> None:
    chance = random.Random(seed)
    level = 80.0
    for _ in range(60):
        level = min(100.0, max(60.0, level + chance.uniform(-12, 12)))
        await run(moved, [level])
        assert len(await rows(_OPEN)) <= 1
    counted = {kind: (await told()).count(kind) for kind in ("alert.opened", "alert.closed")}
    assert counted["alert.opened"] - counted["alert.closed"] == len(await rows(_OPEN))
    assert counted["alert.opened"] == len(await rows("SELECT id FROM alerts")) > 0


async def test_its_message_is_in_three_languages(moved: Clock) -> None:
    alert = Alert(host="server-01", metric=Metric.CPU, value=93.04, threshold=90.0)
    said = {language: alerts.message(alert, language) for language in Language}
    assert said[Language.ENGLISH] == "Processor load of server-01 is 93.0 % (threshold 90 %)"
    assert len(set(said.values())) == 3


async def test_staff_of_every_tenant_read_them_and_customers_do_not(
    moved: Clock, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    await run(moved, [99] * 3)
    tenant = await make_tenant()
    for role in (Role.AGENT, Role.ADMIN):
        async with unit_of_work(actor_of(await make_user(tenant, role))) as uow:
            assert len((await alerts.page_alerts(uow, CursorPage(10))).rows) == 1
    async with unit_of_work(actor_of(await make_user(tenant))) as uow:
        with pytest.raises(Forbidden):
            await alerts.page_alerts(uow, CursorPage(10))


async def test_pages_and_the_filter(moved: Clock) -> None:
    await run(moved, [99] * 3 + [10] + [99] * 3)
    async with unit_of_work(AGENT) as uow:
        first = await alerts.page_alerts(uow, CursorPage(1))
        assert first.has_more
        second = await alerts.page_alerts(uow, CursorPage(1, first.rows[0].id))
        assert not second.has_more
        still_open = await alerts.page_alerts(uow, CursorPage(10), is_open=True)
        closed = await alerts.page_alerts(uow, CursorPage(10), is_open=False)
    assert [alert.id for alert in still_open.rows] == [first.rows[0].id]
    assert [alert.id for alert in closed.rows] == [second.rows[0].id]


async def test_another_tenant_cannot_touch_them(moved: Clock, database_url: str) -> None:
    await run(moved, [99] * 3)
    address = DatabaseAddress.parse(database_url)
    where = {"host": address.host, "port": address.port, "database": address.database}
    connection = await asyncpg.connect(**where, user=APP_ROLE, password=role_password(APP_ROLE))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('opora.tenant_id', '7', true)")
            assert await connection.execute("UPDATE alerts SET severity = 'x'") == "UPDATE 0"
        for forbidden in ("DELETE FROM alerts", "INSERT INTO metric_samples SELECT", "DELETE FROM metric_samples"):
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(forbidden)
    finally:
        await connection.close()

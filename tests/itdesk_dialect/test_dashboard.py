"""The dashboard: documented shapes, filters, and who may see it."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from core.actor import Role
from models.tenants import Tenant
from rest.itdesk import dashboard_examples as examples
from services import tickets
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeTenant, MakeUser, TokenFor, actor_of, unique

PATHS = ("/api/dashboard/health", "/api/dashboard/metrics", "/api/dashboard/logs")
_LINE = """
INSERT INTO log_records (tenant_id, level, message, source, hostname, metadata, logged_at)
VALUES ($1, $2, $3, 'health_monitor', 'server-01', $4::jsonb, now())
"""
_SAMPLE = """
INSERT INTO metric_samples (host, taken_at, period_s, cpu, memory, disk, uptime_s)
VALUES ($1, now(), 30, 45.24, 67.8, 23.1, 261000) RETURNING taken_at
"""
_ALERT = """
INSERT INTO alerts (host, metric, severity, message, value, threshold, opened_at)
VALUES ($1, 'memory', 'warning', '', 91.3, 90, now()) RETURNING id
"""
Headers = dict[str, str]


async def add(sql: str, *args: object) -> Any:
    async with system_unit_of_work(SystemReason.MONITORING) as statements:
        return await statements.row(sql, *args)


@pytest.fixture
async def staff(tenant: Tenant, make_user: MakeUser, token_for: TokenFor) -> Headers:
    return bearer(await token_for(await make_user(tenant, Role.AGENT)))


async def ask(client: httpx.AsyncClient, path: str, headers: Headers, **query: Any) -> Any:
    response = await client.get(path, headers=headers, params=query)
    assert response.status_code == 200, response.text
    return response.json()


def shape(value: object) -> object:
    """Names and JSON types, which are what the document promises."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


async def test_health_has_the_documented_shape(client: httpx.AsyncClient, staff: Headers) -> None:
    host = unique("server")
    await add(_SAMPLE, host)
    found = await ask(client, "/api/dashboard/health", staff)
    assert shape(found) == shape(examples.HEALTH)
    assert (found["cpu_usage"], found["memory_usage"], found["uptime_hours"]) == (45.2, 67.8, 72.5)


async def test_metrics_have_the_documented_shape(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, staff: Headers
) -> None:
    async with unit_of_work(actor_of(await make_user(tenant))) as uow:
        ticket = await tickets.create(uow, title="Server down", auto_respond=False)
    await add(_SAMPLE, unique("server"))
    alert = await add(_ALERT, unique("server"))
    found = await ask(client, "/api/dashboard/metrics", staff)
    assert shape({**found, "recent_tickets": []}) == shape(examples.METRICS)
    assert [each["id"] for each in found["recent_tickets"]] == [ticket.id]
    assert found["recent_tickets"] == [await ask(client, f"/api/tickets/{ticket.id}", staff)]
    assert found["recent_alerts"][0]["id"] == alert["id"]
    assert found["system_health"]["active_alerts"] >= 1


async def test_a_history_is_of_the_hours_asked_for(client: httpx.AsyncClient, staff: Headers) -> None:
    sample = await add(_SAMPLE, unique("server"))
    found = await ask(client, "/api/dashboard/metrics", staff, hours=1)
    for name in ("cpu_history", "memory_history", "disk_history"):
        last = datetime.fromisoformat(found[name][-1]["timestamp"])
        assert found[name][-1]["timestamp"].endswith("Z")
        assert timedelta(0) <= sample["taken_at"] - last < timedelta(seconds=60)


@pytest.mark.parametrize("hours", [0, -1, 2161, "many", ""])
async def test_hours_out_of_bounds(client: httpx.AsyncClient, staff: Headers, hours: int | str) -> None:
    response = await client.get("/api/dashboard/metrics", headers=staff, params={"hours": hours})
    assert response.status_code == 400
    assert response.json()["detail"].startswith("hours: ")


async def test_log_lines_have_the_documented_shape(client: httpx.AsyncClient, tenant: Tenant, staff: Headers) -> None:
    await add(_LINE, tenant.id, "INFO", "System health check completed", '{"cpu": 1.5}')
    await add(_LINE, tenant.id, "INFO", "System health check completed", "{}")
    newest, oldest = await ask(client, "/api/dashboard/logs", staff)
    assert shape(newest) == shape(examples.LOG_LINE)
    assert {**newest, "id": 1, "timestamp": examples.LOG_LINE["timestamp"]} == examples.LOG_LINE
    assert msgspec.json.decode(oldest["metadata"]) == {"cpu": 1.5}
    assert newest["id"] > oldest["id"]


async def test_lines_are_chosen_by_level_source_and_number(
    client: httpx.AsyncClient, tenant: Tenant, staff: Headers
) -> None:
    for level in ("INFO", "ERROR", "WARNING"):
        await add(_LINE, tenant.id, level, level, "{}")
    for query, messages in (
        ({"level": "error"}, ["ERROR"]),
        ({"level": "ERROR"}, ["ERROR"]),
        ({"limit": 2}, ["WARNING", "ERROR"]),
        ({"source": "health_monitor"}, ["WARNING", "ERROR", "INFO"]),
        ({"source": "another"}, []),
        ({"level": "", "source": ""}, ["WARNING", "ERROR", "INFO"]),
    ):
        assert [line["message"] for line in await ask(client, PATHS[2], staff, **query)] == messages


async def test_an_unknown_level_names_the_known_ones(client: httpx.AsyncClient, staff: Headers) -> None:
    response = await client.get(PATHS[2], headers=staff, params={"level": "loud"})
    assert response.status_code == 400
    assert "DEBUG, INFO, WARNING, ERROR, CRITICAL" in response.json()["detail"]


async def test_a_source_that_nothing_can_have_is_refused(client: httpx.AsyncClient, staff: Headers) -> None:
    response = await client.get(PATHS[2], headers=staff, params={"source": "x" * 129})
    assert (response.status_code, response.json()) == (400, {"detail": "source: must be at most 128 characters long"})


@pytest.mark.parametrize("limit", [0, -1, 101, "x"])
async def test_a_limit_out_of_bounds(client: httpx.AsyncClient, staff: Headers, limit: int | str) -> None:
    assert (await client.get(PATHS[2], headers=staff, params={"limit": limit})).status_code == 400


async def test_lines_of_another_tenant_are_not_shown(
    client: httpx.AsyncClient, make_tenant: MakeTenant, staff: Headers
) -> None:
    await add(_LINE, (await make_tenant()).id, "INFO", "theirs", "{}")
    await add(_LINE, 1, "INFO", "nobody's", "{}")
    assert await ask(client, PATHS[2], staff) == []


@pytest.mark.parametrize("path", PATHS)
async def test_it_is_for_staff(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, token_for: TokenFor, path: str
) -> None:
    customer = bearer(await token_for(await make_user(tenant)))
    refused = await client.get(path, headers=customer)
    assert (refused.status_code, refused.json()) == (403, {"detail": "Not enough permissions"})
    unknown = await client.get(path)
    assert (unknown.status_code, unknown.json()) == (401, {"detail": "Could not validate credentials"})

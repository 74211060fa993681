"""/metrics: what operators draw, with labels that cannot grow without end."""

import re

import httpx

from core.actor import Role
from models.tenants import Tenant
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeUser


def series(text: str, name: str) -> dict[str, float]:
    """Labels of a metric to its values."""
    found = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


async def test_requests_are_counted_by_template(
    tenant: Tenant, make_user: MakeUser, as_user: AsUser, client: httpx.AsyncClient
) -> None:
    user = await as_user(await make_user(tenant, Role.AGENT))
    label = 'method="GET",path="/v1/tickets/{ticket_id}",status="404"'
    before = series((await client.get("/metrics")).text, "opora_requests_total").get(label, 0)
    for ticket_id in (2**61, 2**61 + 1):
        await user.get(f"/v1/tickets/{ticket_id}")
    text = (await client.get("/metrics")).text
    assert series(text, "opora_requests_total")[label] == before + 2
    assert str(2**61) not in text


async def test_unknown_paths_and_methods_make_no_labels(client: httpx.AsyncClient) -> None:
    await client.get("/v1/made-up-77")
    await client.request("BREW", "/made-up-78")
    text = (await client.get("/metrics")).text
    assert "made-up" not in text
    assert "BREW" not in text


async def test_the_queues_of_the_database_are_shown(client: httpx.AsyncClient) -> None:
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert set(series(response.text, "opora_open_jobs")) >= {
        f'state="{state}"' for state in ("pending", "running", "dead")
    }
    assert "" in series(response.text, "opora_outbox_lag_seconds")
    for name in ("opora_model_calls_total", "opora_relay_lag_seconds", "opora_jobs_total", "opora_event_fanout_total"):
        assert f"# TYPE {name.removesuffix('_total')}" in response.text or f"# TYPE {name}" in response.text

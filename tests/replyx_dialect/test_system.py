"""The health of the installation, in its two documented forms."""

import re

import httpx
import pytest

from core.actor import Role
from core.errors import Unavailable
from models.tenants import Tenant
from services import installation_health
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeUser, sign_in
from tests.replyx_dialect.world import Account, told

ADMIN, PUBLIC = "/api/admin/system/health", "/api/system/health"
_SIZE = r"\d+(\.\d)?(B|KB|MB|GB|TB)"


@pytest.fixture
async def superadmin(tenant: Tenant, make_user: MakeUser) -> dict[str, str]:
    return bearer(await sign_in(await make_user(tenant, Role.SUPERADMIN)))


async def test_the_superadmin_sees_every_part(client: httpx.AsyncClient, superadmin: dict[str, str]) -> None:
    body = (await client.get(ADMIN, headers=superadmin)).json()
    assert (body["status"], body["database"]["connected"], body["redis"]["connected"]) == ("healthy", True, True)
    assert body["database"]["active_connections"] >= 1
    assert re.fullmatch(_SIZE, body["redis"]["memory_usage"])
    assert re.fullmatch(r"\d+d \d+h \d+m", body["bot_manager"]["uptime"])
    assert all(re.fullmatch(_SIZE, told_size) for told_size in body["disk_usage"].values())


async def test_it_is_the_superadmins_alone(client: httpx.AsyncClient, account: Account) -> None:
    assert told(await client.get(ADMIN, headers=account.headers))[:2] == (403, "INSUFFICIENT_PERMISSIONS")


async def test_anybody_sees_whether_it_works(client: httpx.AsyncClient) -> None:
    body = (await client.get(PUBLIC)).json()
    services = body["services"]
    assert (body["status"], services["database"]["status"], services["redis"]["status"]) == ("healthy",) * 3
    assert re.fullmatch(r"\d+ms", services["database"]["response_time"])
    assert services["websocket_gateway"]["active_connections"] >= 0


async def test_a_part_that_is_away_is_told_so(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away() -> None:
        raise Unavailable("Redis does not answer")

    monkeypatch.setattr(installation_health, "redis_state", away)
    body = (await client.get(PUBLIC)).json()
    assert (body["status"], body["services"]["redis"]["status"]) == ("degraded", "down")
    assert body["services"]["database"]["status"] == "healthy"

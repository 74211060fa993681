"""The installation's people and figures, for its superadmin; and what clients tell of their first steps."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.actor import Role
from models.ai_tokens import AiUsage
from models.analytics import AnalyticsEvent
from models.billing import ServiceType
from models.tenants import DEFAULT_TENANT_ID, Tenant
from services import billing
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeUser, actor_of, sign_in, unique
from tests.replyx_dialect.world import Account, told

USERS, OVERVIEW, EVENT = "/api/admin/users", "/api/admin/analytics/overview", "/api/start-analytics/event"


@pytest.fixture
async def superadmin(tenant: Tenant, make_user: MakeUser) -> dict[str, str]:
    return bearer(await sign_in(await make_user(tenant, Role.SUPERADMIN)))


async def test_people_are_listed_with_what_their_company_has(
    client: httpx.AsyncClient, account: Account, superadmin: dict[str, str]
) -> None:
    body = (await client.get(USERS, headers=superadmin, params={"q": account.email})).json()
    assert body["total"] == 1
    (user,) = body["users"]
    assert {name: user[name] for name in ("id", "email", "is_admin", "balance", "total_spent", "dialogs_count")} == {
        "id": account.shown["id"], "email": account.email, "is_admin": False, "balance": 500.0, "total_spent": 0.0,
        "dialogs_count": 0,
    }  # fmt: skip
    assert user["last_login_at"] is not None


@pytest.mark.parametrize("path", [USERS, OVERVIEW])
async def test_they_are_the_superadmins_alone(client: httpx.AsyncClient, account: Account, path: str) -> None:
    assert told(await client.get(path, headers=account.headers))[:2] == (403, "INSUFFICIENT_PERMISSIONS")
    assert (await client.get(path)).status_code == 401


async def test_the_overview_counts_the_period(
    client: httpx.AsyncClient, superadmin: dict[str, str], tenant: Tenant, make_user: MakeUser
) -> None:
    before = (await client.get(OVERVIEW, headers=superadmin)).json()["metrics"]
    admin = await make_user(tenant, Role.ADMIN)
    model = unique("gpt")
    async with unit_of_work(actor_of(admin)) as uow:
        await billing.credit(uow, Decimal("100.00"), ServiceType.TOP_UP, reference="payment:1")
        await billing.debit(uow, Decimal("5.00"), ServiceType.WIDGET_MESSAGE, reference="turn:1")
        await AiUsage.create(
            tenant_id=tenant.id, model=model, prompt_tokens=700, completion_tokens=50, cost=Decimal("1.25"),
            duration_ms=1,
        )  # fmt: skip
    after = (await client.get(OVERVIEW, headers=superadmin)).json()["metrics"]
    grown = {
        name: after["revenue"]["by_service"][name] - sum_ for name, sum_ in before["revenue"]["by_service"].items()
    }
    assert grown == {"widget_messages": 5.0, "telegram_messages": 0.0, "balance_top_ups": 100.0}
    assert after["revenue"]["total"] == pytest.approx(sum(after["revenue"]["by_service"].values()))
    assert after["ai_usage"]["by_model"][model] == 750
    assert after["ai_usage"]["cost"] - before["ai_usage"]["cost"] == pytest.approx(1.25)
    assert after["new_users"] - before["new_users"] == 1


async def test_dates_come_before_the_period(client: httpx.AsyncClient, superadmin: dict[str, str]) -> None:
    long_ago = {"from_date": "2020-01-01", "to_date": "2020-01-02"}
    body = (await client.get(OVERVIEW, headers=superadmin, params=long_ago)).json()
    assert (body["metrics"]["new_users"], body["metrics"]["ai_usage"]["by_model"]) == (0, {})
    amiss = await client.get(OVERVIEW, headers=superadmin, params={"from_date": "soon"})
    assert told(amiss) == (422, "VALIDATION_ERROR", "from_date")


async def stored(session_id: str) -> list[dict[str, Any]]:
    async with system_unit_of_work(SystemReason.INSTALLATION):
        return await AnalyticsEvent.filter(session_id=session_id).values(
            "tenant_id", "event_type", "user_id", "claimed_user_id", "properties"
        )


async def test_an_unknown_client_tells_of_a_step(client: httpx.AsyncClient) -> None:
    session = unique("session")
    body = {"event_type": "opened", "user_id": 123, "session_id": session, "properties": {"step": 2}}
    assert (await client.post(EVENT, json=body)).status_code == 201
    assert await stored(session) == [
        {"tenant_id": DEFAULT_TENANT_ID, "event_type": "opened", "user_id": None, "claimed_user_id": 123,
         "properties": {"step": 2}},
    ]  # fmt: skip


async def test_a_known_one_is_named_by_its_token(client: httpx.AsyncClient, account: Account) -> None:
    session = unique("session")
    await client.post(EVENT, headers=account.headers, json={"event_type": "opened", "session_id": session})
    assert [event["user_id"] for event in await stored(session)] == [account.shown["id"]]


async def test_properties_are_bounded(client: httpx.AsyncClient) -> None:
    session = unique("session")
    body = {"event_type": "opened", "session_id": session, "properties": {"long": "x" * 9000}}
    assert told(await client.post(EVENT, json=body)) == (422, "VALIDATION_ERROR", "properties")
    assert await stored(session) == []

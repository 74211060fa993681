"""The superadmin's tokens: sealed where they rest, masked where they are shown, unknown to everybody else."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import pytest
from tortoise.exceptions import OperationalError

from core.actor import Actor, Role, system_actor
from core.errors import Forbidden, InvalidInput, NotFound
from models.ai_tokens import AiToken
from models.tenants import Tenant
from services import ai_monitoring, ai_prices, ai_tokens
from services.ai_tokens import TokenFields, mask
from services.sealing import AI_TOKENS, unseal
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.ai_pool.pool import Endpoints, ask, tokens_in_database

KEY = "sk-proj-0123456789abcdefWXYZ"


async def test_a_key_is_sealed_in_the_database(endpoints: Endpoints) -> None:
    await endpoints.token(endpoints.first, token=KEY)
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        row = await statements.row("SELECT t::text AS whole, sealed_token FROM ai_tokens t")
    assert row is not None
    assert KEY not in row["whole"]
    assert unseal(row["sealed_token"], purpose=AI_TOKENS) == KEY


async def test_a_key_is_shown_masked(endpoints: Endpoints) -> None:
    made = await endpoints.token(endpoints.first, token=KEY)
    assert made.masked_token == "sk-...WXYZ"
    assert KEY not in str(asdict(made))


@pytest.mark.parametrize(("token", "shown"), [("short", "..."), ("sk-exactly-16-ch", "sk-...6-ch")])
def test_short_keys_are_hidden_whole(token: str, shown: str) -> None:
    assert mask(token) == shown


async def test_a_refused_key_is_not_logged(
    endpoints: Endpoints, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    """The double quotes the whole key in its refusal."""
    caplog.set_level(logging.DEBUG)
    await endpoints.token(endpoints.first, token=KEY, priority=1)
    await endpoints.token(endpoints.second, priority=2)
    await ask(tenant)
    assert "ai_try_failed" in caplog.text
    assert KEY not in caplog.text


async def test_usage_of_day_and_month_is_listed(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    await ask(tenant)
    first, second = await ai_tokens.list_tokens(endpoints.root)
    assert (first.daily_usage, first.monthly_usage) == (1, 1)
    assert (second.daily_usage, second.monthly_usage) == (0, 0)


async def test_a_change_leaves_the_rest(endpoints: Endpoints) -> None:
    made = await endpoints.token(endpoints.first, daily_limit=5, notes="kept")
    changed = await ai_tokens.update(endpoints.root, made.id, TokenFields(daily_limit=None, priority=7))
    assert (changed.daily_limit, changed.priority, changed.notes) == (None, 7, "kept")
    assert (await tokens_in_database())[0].sealed_token


async def test_a_deleted_token_is_gone(endpoints: Endpoints, tenant: Tenant) -> None:
    made = await endpoints.token(endpoints.first)
    await ask(tenant)
    await ai_tokens.delete(endpoints.root, made.id)
    assert await ai_tokens.list_tokens(endpoints.root) == []
    with pytest.raises(NotFound):
        await ai_tokens.update(endpoints.root, made.id, TokenFields(name="again"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "}, {"token": "with blank"}, {"token": "ключ"}, {"daily_limit": -1}, {"monthly_limit": 2**31},
        {"base_url": "ftp://example.com"}, {"base_url": "https://user@example.com/v1"}, {"model_access": [""]},
        {"model_access": ["m"] * 51}, {"notes": "x" * 5001},
    ],
)  # fmt: skip
async def test_a_wrong_value_is_named(wrong: dict[str, Any], endpoints: Endpoints) -> None:
    with pytest.raises(InvalidInput) as told:
        await endpoints.token(endpoints.first, **wrong)
    assert told.value.field in wrong
    assert await tokens_in_database() == []


_CALLS: list[Callable[[Actor, int], Awaitable[object]]] = [
    lambda actor, _: ai_tokens.list_tokens(actor),
    lambda actor, _: ai_tokens.create(actor, TokenFields(name="mine", token=KEY)),
    lambda actor, id: ai_tokens.update(actor, id, TokenFields(name="mine")),
    lambda actor, id: ai_tokens.delete(actor, id),
    lambda actor, id: ai_tokens.try_out(actor, id),
    lambda actor, _: ai_prices.list_prices(actor),
    lambda actor, _: ai_monitoring.pools(actor),
    lambda actor, _: ai_monitoring.failovers(actor),
]


@pytest.mark.parametrize("call", _CALLS)
async def test_a_tenants_admin_has_nothing_to_do_with_tokens(
    call: Callable[[Actor, int], Awaitable[object]], endpoints: Endpoints, tenant: Tenant
) -> None:
    made = await endpoints.token(endpoints.first, name="theirs")
    with pytest.raises(Forbidden):
        await call(Actor(tenant.id, Role.ADMIN, 1), made.id)
    assert [token.name for token in await tokens_in_database()] == ["theirs"]
    assert not endpoints.first.requests


async def test_no_tenant_reads_tokens_by_sql(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.token(endpoints.first)
    async with unit_of_work(system_actor(tenant.id)):
        with pytest.raises(OperationalError, match="permission denied"):
            await AiToken.all().count()

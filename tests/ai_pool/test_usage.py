"""Every try is a row of usage, with its tokens and its cost; bookkeeping never fails an answer."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.actor import system_actor
from core.clock import now
from core.errors import Forbidden, InvalidInput
from models.tenants import Tenant
from services import ai_prices, ai_usage
from services.ai_monitoring import PoolStatus, failovers, pools
from services.ai_usage import ModelUsage
from services.unit_of_work import unit_of_work
from tests.ai_pool.pool import ASKED, MODEL, Endpoints, ask, chat_of, usage_of
from tests.doubles.openai import Garbage, Status
from tests.fixtures.people import MakeTenant, MakeUser, actor_of

UNCOUNTED = (
    '{"id": "x", "object": "chat.completion", "created": 1, "model": "double-chat", "choices": [{"index": 0,'
    ' "finish_reason": "stop", "message": {"role": "assistant", "content": "yes, ok"}}]}'
)


async def _by_model(tenant: Tenant) -> list[ModelUsage]:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await ai_usage.by_model(uow, now() - timedelta(hours=1), now() + timedelta(hours=1))


async def test_a_request_is_priced_in_decimals(endpoints: Endpoints, tenant: Tenant) -> None:
    await ai_prices.set_price(endpoints.root, MODEL, Decimal("150.5"), Decimal("6000"))
    await endpoints.pool(endpoints.first)
    await ask(tenant)
    (row,) = await usage_of(tenant)
    # The double counts words.
    assert (row.prompt_tokens, row.completion_tokens, row.estimated) == (5, 7, False)
    assert row.cost == Decimal("0.0428")
    assert (row.error, row.token_id is not None) == (None, True)


async def test_a_streams_tokens_are_counted_too(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first)
    async for _ in (await chat_of(tenant)).stream(ASKED, max_tokens=50):
        continue
    assert [(row.completion_tokens, row.estimated) for row in await usage_of(tenant)] == [(7, False)]


async def test_uncounted_tokens_are_estimated_and_said_to_be(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first)
    endpoints.first.faults.append(Garbage(UNCOUNTED))
    await ask(tenant)
    assert [(row.prompt_tokens, row.completion_tokens, row.estimated) for row in await usage_of(tenant)] == [
        (3, 2, True)
    ]


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": None, "completion_tokens": 2}, {"prompt_tokens": -5, "completion_tokens": 1},
              {"prompt_tokens": 2**40, "completion_tokens": 1}, {"prompt_tokens": "7", "completion_tokens": True}],
)  # fmt: skip
async def test_numbers_that_cannot_be_are_estimated_too(
    usage: dict[str, Any], endpoints: Endpoints, tenant: Tenant
) -> None:
    await endpoints.pool(endpoints.first)
    endpoints.first.faults.append(Garbage(json.dumps({**json.loads(UNCOUNTED), "usage": usage})))
    assert await ask(tenant) == "yes, ok"
    assert [(row.prompt_tokens, row.estimated, row.error) for row in await usage_of(tenant)] == [(3, True, None)]


async def test_a_stream_that_nobody_reads_to_its_end_is_stored(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first)
    stream = (await chat_of(tenant)).stream(ASKED, max_tokens=50)
    assert await anext(aiter(stream)) == "Reset"
    await stream.aclose()
    assert [(row.completion_tokens, row.estimated, row.error) for row in await usage_of(tenant)] == [(2, True, None)]


async def test_usage_by_model_is_the_tenants_own(endpoints: Endpoints, tenant: Tenant, make_tenant: MakeTenant) -> None:
    other = await make_tenant()
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    await ask(tenant)
    await ask(other, model="another")
    (mine,) = await _by_model(tenant)
    assert (mine.model, mine.requests, mine.failures, mine.completion_tokens) == (MODEL, 2, 1, 7)
    assert [row.model for row in await _by_model(other)] == ["another"]


async def test_customers_see_no_usage(tenant: Tenant, make_user: MakeUser) -> None:
    async with unit_of_work(actor_of(await make_user(tenant))) as uow:
        with pytest.raises(Forbidden):
            await ai_usage.by_model(uow, now(), now())


@pytest.mark.parametrize("price", ["-1", "0.00001", "NaN", "Infinity", "100000000"])
async def test_a_price_that_cannot_be_kept_is_refused(price: str, endpoints: Endpoints) -> None:
    with pytest.raises(InvalidInput, match="prompt_price"):
        await ai_prices.set_price(endpoints.root, MODEL, Decimal(price), Decimal(1))
    assert not await ai_prices.list_prices(endpoints.root)


async def test_the_answer_stands_where_usage_cannot_be_stored(
    endpoints: Endpoints, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await endpoints.pool(endpoints.first)
    monkeypatch.setattr(ai_usage, "_STORE", "SELECT broken")
    assert await ask(tenant)
    assert await usage_of(tenant) == []


async def test_pools_tell_how_their_tokens_do(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(429))
    await ask(tenant)
    first, second = await pools(endpoints.root)
    assert (first.status, first.total_requests, first.success_rate) == (PoolStatus.DOWN, 1, 0.0)
    assert (second.status, second.active_tokens, second.success_rate) == (PoolStatus.HEALTHY, 1, 100.0)
    assert first.pool_id.endswith("-1")
    told = await failovers(endpoints.root)
    assert told.total >= 1
    assert told.last_at is not None
    assert told.most_common_error is not None

"""Limits are exact however many ask at once: a claim is counted before the request is made, under its token's lock."""

import asyncio
from datetime import date, timedelta

import pytest

from core.errors import ModelUnavailable
from core.refusals.models import TokenLimitExceeded
from models.ai_tokens import AiTokenDay
from models.tenants import Tenant
from services import ai_claims
from services.ai_claims import Claim
from services.unit_of_work import SystemReason, system_unit_of_work
from tests.ai_pool.pool import MODEL, Endpoints, ask, days
from tests.doubles.openai import Status


async def _claims(count: int) -> list[Claim]:
    made = await asyncio.gather(*(ai_claims.claim(MODEL, ()) for _ in range(count)))
    return [each for each in made if isinstance(each, Claim)]


@pytest.mark.parametrize("limit", ["daily_limit", "monthly_limit"])
async def test_fifty_at_once_against_a_limit_of_seventeen(limit: str, endpoints: Endpoints) -> None:
    await endpoints.token(endpoints.first, **{limit: 17})
    assert len(await _claims(50)) == 17
    assert [day.requests for day in await days()] == [17]


async def test_fifty_answers_at_once_use_the_room_of_both_tokens_and_no_more(
    endpoints: Endpoints, tenant: Tenant
) -> None:
    await endpoints.token(endpoints.first, priority=1, daily_limit=20)
    await endpoints.token(endpoints.second, priority=2, monthly_limit=15)
    told = await asyncio.gather(*(ask(tenant) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(each, str) for each in told) == 35
    assert sum(isinstance(each, TokenLimitExceeded) for each in told) == 15
    assert [len(each.requests) for each in (endpoints.first, endpoints.second)] == [20, 15]


async def test_earlier_days_of_the_month_count_against_its_limit(endpoints: Endpoints) -> None:
    token = await endpoints.token(endpoints.first, monthly_limit=5)
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        row = await statements.row("SELECT (now() AT TIME ZONE 'UTC')::date AS today")
        assert row is not None
        today: date = row["today"]
        await AiTokenDay.create(token_id=token.id, day=today.replace(day=1) - timedelta(days=1), requests=40)
        other = today.replace(day=1 if today.day > 1 else 2)
        await AiTokenDay.create(token_id=token.id, day=other, requests=3)
    assert len(await _claims(10)) == 2


async def test_a_try_is_counted_once(endpoints: Endpoints, tenant: Tenant) -> None:
    first, second = await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    await ask(tenant)
    assert {day.token_id: (day.requests, day.failures) for day in await days()} == {
        first.id: (1, 1),
        second.id: (1, 0),
    }


async def test_many_failing_at_once_each_ask_a_token_once(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.extend([Status(500)] * 50)
    endpoints.second.faults.extend([Status(500)] * 50)
    told = await asyncio.gather(*(ask(tenant) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(each, ModelUnavailable) for each in told)
    counted = {day.requests for day in await days()}
    assert counted == {len(endpoints.first.requests), len(endpoints.second.requests)}

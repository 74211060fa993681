"""A token that failed rests, longer each time, and is probed by one request before it serves again."""

import asyncio
import json
from datetime import timedelta

import pytest

from core.clock import now
from core.errors import ModelUnavailable
from core.refusals.models import ProviderUnavailable
from models.tenants import Tenant
from services import ai_claims, ai_tokens
from services.ai_claims import Claim, rest_s
from services.ai_tokens import TokenFields
from tests.ai_pool.pool import ASKED, MODEL, Endpoints, ask, chat_of, tokens_in_database, wake
from tests.doubles.openai import Garbage, Status


async def test_a_resting_token_is_not_asked(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    for _ in range(3):
        await ask(tenant)
    assert [len(each.requests) for each in (endpoints.first, endpoints.second)] == [1, 3]


async def test_with_all_at_rest_the_provider_is_unavailable_at_once(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first)
    endpoints.first.faults.append(Status(500))
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            await ask(tenant)
    assert len(endpoints.first.requests) == 1


async def test_rest_lasts_as_long_as_the_endpoint_asks(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(429, retry_after="600"))
    await ask(tenant)
    rests_until = (await tokens_in_database())[0].rests_until
    assert rests_until is not None
    assert timedelta(seconds=590) < rests_until - now() < timedelta(seconds=610)


def test_rest_doubles_up_to_sixteen_minutes(settings: object) -> None:
    assert [rest_s(number) for number in range(1, 8)] == [60, 120, 240, 480, 960, 960, 960]
    assert rest_s(1, 300.0) == 300
    assert rest_s(3, 5.0) == 240


async def test_one_request_probes_a_token_that_rested(endpoints: Endpoints, tenant: Tenant) -> None:
    first, second = await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    await ask(tenant)
    await wake(first.id)
    claims = await asyncio.gather(*(ai_claims.claim(MODEL, ()) for _ in range(8)))
    assert sorted(each.token_id for each in claims if isinstance(each, Claim)) == [first.id] + [second.id] * 7


async def test_a_probe_that_succeeds_ends_the_rest(endpoints: Endpoints, tenant: Tenant) -> None:
    first, _ = await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    await ask(tenant)
    await wake(first.id)
    await ask(tenant)
    token = (await tokens_in_database())[0]
    assert (token.failures, token.rests_until, token.last_error) == (0, None, None)
    assert len(endpoints.first.requests) == 2


async def test_a_probe_that_fails_doubles_the_rest(endpoints: Endpoints, tenant: Tenant) -> None:
    first, _ = await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.extend([Status(500), Status(503)])
    await ask(tenant)
    await wake(first.id)
    await ask(tenant)
    token = (await tokens_in_database())[0]
    assert token.failures == 2
    assert token.rests_until is not None
    assert timedelta(seconds=100) < token.rests_until - now() <= timedelta(seconds=120)


async def test_failures_at_once_count_as_one(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.extend([Status(500)] * 10)
    await asyncio.gather(*(ask(tenant) for _ in range(10)))
    assert (await tokens_in_database())[0].failures == 1


async def test_a_request_that_is_refused_for_what_it_asks_blames_no_token(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(404))
    await ask(tenant)
    assert (await tokens_in_database())[0].rests_until is None


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("reason", ["content_filter", "length", "stop"])
async def test_a_customer_who_makes_it_say_nothing_puts_no_token_to_rest(
    reason: str, streamed: bool, endpoints: Endpoints, tenant: Tenant
) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    for double in (endpoints.first, endpoints.second):
        double.faults.append(_silence(reason, streamed=streamed))
    answer = anext(aiter((await chat_of(tenant)).stream(ASKED, max_tokens=50))) if streamed else ask(tenant)
    with pytest.raises(ModelUnavailable):
        await answer
    assert [token.rests_until for token in await tokens_in_database()] == [None, None]


def _silence(reason: str, *, streamed: bool) -> Garbage:
    kind, said = ("chat.completion.chunk", "delta") if streamed else ("chat.completion", "message")
    choice = {"index": 0, "finish_reason": reason, said: {"role": "assistant", "content": None}}
    reply = json.dumps({"id": "x", "object": kind, "created": 1, "model": MODEL, "choices": [choice]})
    return Garbage(f"data: {reply}\n\ndata: [DONE]\n\n", "text/event-stream") if streamed else Garbage(reply)


async def test_a_new_key_ends_the_rest(endpoints: Endpoints, tenant: Tenant) -> None:
    token = await endpoints.token(endpoints.first, token="sk-that-was-revoked-1")
    with pytest.raises(ProviderUnavailable):
        await ask(tenant)
    await ai_tokens.update(endpoints.root, token.id, TokenFields(token=endpoints.first.api_key))
    assert await ask(tenant)

"""A token that fails is no reason for an answer to fail: the next one is asked, in the same time budget."""

import time

import pytest

from core.actor import system_actor
from core.refusals.models import FailoverFailed, ProviderUnavailable, RequestTimeout, TokenLimitExceeded
from models.ai_tokens import AiToken
from models.tenants import Tenant
from services import ai_pool, answering
from services.unit_of_work import SystemReason, system_unit_of_work
from tests.ai_pool.pool import MODEL, Endpoints, ask, chat_of, tokens_in_database, usage_of
from tests.doubles.openai import Break, Fault, Garbage, Hang, Status

ANSWER = "Reset it on the sign-in page [1]."


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Status(429), "rate_limited"),
        (Status(500), "server_error"),
        (Status(503), "server_error"),
        (Status(401), "key_refused"),
        (Status(403), "key_refused"),
        (Garbage("<html>"), "malformed"),
    ],
)
async def test_the_next_token_answers(fault: Fault, error: str, endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(fault)
    assert await ask(tenant) == ANSWER
    assert [len(each.requests) for each in (endpoints.first, endpoints.second)] == [1, 1]
    first, second = await tokens_in_database()
    assert (first.failures, first.last_error, first.rests_until is not None) == (1, error, True)
    assert (second.failures, second.rests_until) == (0, None)


async def test_a_bad_key_and_a_dead_endpoint_are_passed_over(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.token(endpoints.first, token="sk-of-somebody-else-000", priority=1)
    await endpoints.token(endpoints.first, base_url="http://127.0.0.1:9/v1", priority=2)
    await endpoints.token(endpoints.second, priority=3)
    assert await ask(tenant) == ANSWER
    assert [token.last_error for token in await tokens_in_database()] == ["key_refused", "unreachable", None]


async def test_a_silent_token_costs_its_time_and_the_next_one_answers(
    endpoints: Endpoints, tenant: Tenant, override: object
) -> None:
    with override(OPORA_LLM_TIMEOUT_S="0.4", OPORA_LLM_BUDGET_S="3"):  # type: ignore[operator]
        await endpoints.pool(endpoints.first, endpoints.second)
        endpoints.first.faults.append(Hang(5))
        assert await ask(tenant) == ANSWER
    assert (await tokens_in_database())[0].last_error == "timed_out"


async def test_all_tries_share_one_budget(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second, endpoints.third)
    for double in (endpoints.first, endpoints.second, endpoints.third):
        double.faults.append(Hang(5))
    started = time.monotonic()
    with pytest.raises(RequestTimeout) as told:
        await ask(tenant, budget_s=0.5)
    assert time.monotonic() - started < 2
    assert told.value.code == "AI_REQUEST_TIMEOUT"
    assert not endpoints.second.requests


async def test_each_of_several_failing_is_a_failed_failover(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    endpoints.second.faults.append(Status(429))
    with pytest.raises(FailoverFailed) as told:
        await ask(tenant)
    assert told.value.code == "AI_PROXY_FAILOVER"
    assert [row.error for row in await usage_of(tenant)] == ["server_error", "rate_limited"]


async def test_one_that_fails_alone_is_an_unavailable_provider(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first)
    endpoints.first.faults.append(Status(500))
    with pytest.raises(ProviderUnavailable) as told:
        await ask(tenant)
    assert told.value.code == "AI_PROVIDER_UNAVAILABLE"


async def test_used_up_limits_are_told_as_such(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.token(endpoints.first, daily_limit=0)
    await endpoints.token(endpoints.second, monthly_limit=0)
    with pytest.raises(TokenLimitExceeded) as told:
        await ask(tenant)
    assert (told.value.code, told.value.status) == ("AI_TOKEN_LIMIT_EXCEEDED", 429)
    assert not endpoints.first.requests + endpoints.second.requests


async def test_the_same_key_goes_to_every_token(endpoints: Endpoints, tenant: Tenant) -> None:
    """A job that runs again is the same request to the endpoint."""
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    await ask(tenant, idempotency_key="job-1")
    await ask(tenant, idempotency_key="job-1")
    sent = [each.headers["idempotency-key"] for each in endpoints.first.requests + endpoints.second.requests]
    assert len(sent) == 3
    assert len(set(sent)) == 1


async def test_a_token_is_asked_only_for_its_models(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.token(endpoints.first, model_access=["other"], priority=1)
    await endpoints.token(endpoints.second, model_access=[MODEL], priority=2)
    assert await ask(tenant) == ANSWER
    assert not endpoints.first.requests


async def test_an_inactive_token_is_not_asked(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.token(endpoints.first, is_active=False)
    assert await ai_pool.chat_for(system_actor(tenant.id), MODEL) is None


async def test_a_pool_names_the_model_where_the_settings_do_not(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.token(endpoints.first, model_access=["named-by-token"])
    chat = await ai_pool.chat_for(system_actor(tenant.id))
    assert chat is not None
    assert chat.name == "named-by-token"


async def test_health_tells_of_a_pool_without_an_endpoint_in_the_environment(
    endpoints: Endpoints, tenant: Tenant
) -> None:
    assert not (await answering.model_health()).available
    await endpoints.token(endpoints.first, model_access=[MODEL])
    health = await answering.model_health()
    assert (health.available, health.chat_model) == (True, MODEL)
    endpoints.first.faults.append(Status(500))
    with pytest.raises(ProviderUnavailable):
        await ask(tenant)
    assert not (await answering.model_health()).available


async def test_a_stream_is_handed_on_before_its_first_piece(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Break(0))
    stream = (await chat_of(tenant)).stream([], max_tokens=50)
    assert "".join([piece async for piece in stream]) == ANSWER
    assert stream.completion.text == ANSWER


async def test_a_stream_that_broke_off_repeats_nothing(endpoints: Endpoints, tenant: Tenant) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Break(2))
    pieces = aiter((await chat_of(tenant)).stream([], max_tokens=50))
    assert [await anext(pieces), await anext(pieces)] == ["Reset", " it"]
    with pytest.raises(ProviderUnavailable):
        await anext(pieces)
    assert not endpoints.second.requests
    assert (await tokens_in_database())[0].last_error == "broken_stream"


async def test_a_key_that_cannot_be_opened_is_passed_over(endpoints: Endpoints, tenant: Tenant) -> None:
    unreadable, _ = await endpoints.pool(endpoints.first, endpoints.second)
    async with system_unit_of_work(SystemReason.AI_POOL):
        await AiToken.filter(id=unreadable.id).update(sealed_token="sealed.with.another.key")
    assert await ask(tenant) == ANSWER
    assert [token.last_error for token in await tokens_in_database()] == ["key_refused", None]

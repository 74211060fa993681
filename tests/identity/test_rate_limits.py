"""Rate limits: exact, shared by processes, and never gone."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from app.embedded.valkey import EmbeddedValkey
from app.rate_limits import RateLimits
from core.actor import Actor, Role, system_actor
from core.errors import RateLimited
from services.rate_limits import UNLIMITED, Bucket, Decision, by_address, by_email, caller
from tests.fixtures.people import unique


@pytest.fixture
async def limits(override: Any) -> AsyncIterator[RateLimits]:
    with override(OPORA_RATE_LIMITS="on"):
        limits = RateLimits()
    yield limits
    await limits.close()


@pytest.mark.parametrize(
    ("bucket", "limit"), [(Bucket.AUTH, 5), (Bucket.AGENT, 10), (Bucket.OTHER, 100), (Bucket.GRAPHQL, 600)]
)
async def test_each_kind_of_request_has_its_limit_a_minute(limits: RateLimits, bucket: Bucket, limit: int) -> None:
    started = time.time()
    decision = await limits.check(bucket, unique("user"))
    assert (decision.allowed, decision.limit, decision.remaining) == (True, limit, limit - 1)
    assert started + 59 <= decision.reset <= time.time() + 61
    assert set(decision.headers()) == {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


async def test_the_one_too_many_is_refused_and_told_when_to_come_back(limits: RateLimits) -> None:
    who = unique("user")
    remaining = [(await limits.check(Bucket.AUTH, who)).remaining for _ in range(5)]
    refused = await limits.check(Bucket.AUTH, who)
    assert remaining == [4, 3, 2, 1, 0]
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert 55 <= refused.retry_after <= 60
    assert refused.headers()["Retry-After"] == str(refused.retry_after)
    with pytest.raises(RateLimited):
        refused.enforce()
    assert (await limits.check(Bucket.AGENT, who)).allowed


async def test_logins_of_replyx_are_counted_for_five_minutes_and_apart(limits: RateLimits) -> None:
    who = unique("user")
    for _ in range(5):
        assert (await limits.check(Bucket.AUTH, who)).allowed
    decisions = [await limits.check(Bucket.LOGIN, who) for _ in range(6)]
    assert [decision.remaining for decision in decisions] == [4, 3, 2, 1, 0, 0]
    assert (decisions[0].limit, decisions[-1].allowed) == (5, False)
    assert 290 <= decisions[-1].retry_after <= 300


async def test_fifty_simultaneous_requests_pass_exactly_the_limit(
    override: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a limiter that gives Redis up counts by itself, as it should: these two are patient.
    monkeypatch.setattr("app.rate_limits._PATIENCE_S", 20.0)
    with override(OPORA_RATE_LIMITS="on"):
        both = RateLimits(), RateLimits()
    who = unique("user")
    decisions = await asyncio.gather(*(both[n % 2].check(Bucket.AGENT, who) for n in range(50)))
    for limits in both:
        await limits.close()
    assert sum(decision.allowed for decision in decisions) == 10


async def test_the_tightest_of_several_identities_holds(limits: RateLimits) -> None:
    email = by_email(f"{unique('ann')}@example.com")
    for number in range(5):
        assert (await limits.check(Bucket.AUTH, by_address(f"10.0.0.{number}") + unique(""), email)).allowed
    refused = await limits.check(Bucket.AUTH, unique("ip"), email)
    assert (refused.allowed, refused.remaining) == (False, 0)


async def test_limits_are_settings(override: Any) -> None:
    with override(OPORA_RATE_LIMITS="on", OPORA_RATE_LIMIT_AUTH_PER_MINUTE="2"):
        limits = RateLimits()
    who = unique("user")
    assert [(await limits.check(Bucket.AUTH, who)).allowed for _ in range(3)] == [True, True, False]
    await limits.close()


async def test_off_lifts_them_all_and_sends_no_headers(override: Any) -> None:
    with override(OPORA_RATE_LIMITS="off"):
        limits = RateLimits()
    decisions = {await limits.check(Bucket.AUTH, "user:1") for _ in range(50)}
    assert decisions == {UNLIMITED}
    assert UNLIMITED.headers() == {}
    await limits.close()


async def test_without_redis_each_process_counts_by_itself(override: Any) -> None:
    with override(OPORA_RATE_LIMITS="on", OPORA_REDIS_URL="redis://127.0.0.1:1/0"):
        limits = RateLimits()
    who, started = unique("user"), time.monotonic()
    decisions = await asyncio.gather(*(limits.check(Bucket.AUTH, who) for _ in range(20)))
    assert sum(decision.allowed for decision in decisions) == 5
    assert time.monotonic() - started < 2
    await limits.close()


async def test_a_redis_that_does_not_answer_delays_one_moment_only(override: Any) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with override(OPORA_RATE_LIMITS="on", OPORA_REDIS_URL=f"redis://127.0.0.1:{port}/0"):
        limits = RateLimits()
    started = time.monotonic()
    allowed = [(await limits.check(Bucket.AUTH, "user:1")).allowed for _ in range(7)]
    assert (allowed.count(True), time.monotonic() - started < 1.5) == (5, True)
    await limits.close()
    server.close()


async def test_redis_counts_again_when_it_is_back(
    limits: RateLimits, valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = unique("user")
    monkeypatch.setattr("app.rate_limits._PAUSE_S", 0.0)
    await limits.check(Bucket.AUTH, who)
    await _stall(valkey, milliseconds=600)
    assert (await limits.check(Bucket.AUTH, who)).remaining == 4
    await asyncio.sleep(0.7)
    assert (await limits.check(Bucket.AUTH, who)).remaining in (3, 2)


async def _stall(valkey: EmbeddedValkey, *, milliseconds: int) -> None:
    redis = Redis.from_url(valkey.url)
    await redis.client_pause(milliseconds)
    await redis.aclose()


def test_requests_count_by_user_and_by_address_where_there_is_none() -> None:
    assert caller(Actor(1, Role.USER, 7), "10.0.0.1") == "user:7"
    assert caller(None, "10.0.0.1") == caller(system_actor(1), "10.0.0.1") == "ip:10.0.0.1"
    assert by_address("2001:db8:1:2:aaaa::1") == by_address("2001:db8:1:2:bbbb::2") == "ip:2001:db8:1:2::/64"
    assert by_address("2001:db8:1:3::1") != by_address("2001:db8:1:2::1")
    assert by_address("nonsense") == by_address("") == "ip:unknown"


def test_an_email_counts_the_same_in_any_case_and_is_not_kept_in_clear() -> None:
    assert by_email(" Ann@Example.com") == by_email("ann@example.com") != by_email("bob@example.com")
    assert "ann" not in by_email("ann@example.com")
    assert by_email("\ud800")


@pytest.mark.parametrize(
    "spelling",
    ["АННА@пример.рф", "анна@ПРИМЕР.РФ", "анна@xn--e1afmkfd.xn--p1ai", " анна@пример.рф "],
)
def test_spellings_that_sign_in_to_one_account_count_together(spelling: str) -> None:
    assert by_email(spelling) == by_email("анна@пример.рф")
    assert by_email("Ame\u0301lie@example.com") == by_email("am\u00e9lie@example.com")


def test_a_refusal_without_a_count_still_refuses() -> None:
    with pytest.raises(RateLimited) as refused:
        Decision(allowed=False, limit=5, retry_after=7).enforce()
    assert refused.value.retry_after == 7

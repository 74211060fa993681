"""Claims on the pool of AI tokens: which token a request may use, and what became of it.

Limits hold for all processes together: a claim locks its token's row, so that the counters it then reads are those of
every claim before it. A token that failed rests, longer each time (a circuit breaker); after its rest one request
probes it, and the others go on to the next token until the probe is back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from config.settings import get_settings
from services.unit_of_work import Row, Statements, SystemReason, system_unit_of_work

_MOST_DOUBLINGS = 4
_LONGEST_REST_S = 24 * 3600.0
_PROBE_SPARE_S = 5.0
_MAY_USE = "t.is_active AND (t.base_url IS NOT NULL OR $2) AND (t.model_access = '[]' OR t.model_access ? $1)"
_USABLE = """
SELECT coalesce($1, t.model_access ->> 0) AS model FROM ai_tokens t
WHERE t.is_active AND (t.base_url IS NOT NULL OR $2)
  AND CASE WHEN $1::text IS NULL THEN t.model_access <> '[]' ELSE t.model_access = '[]' OR t.model_access ? $1 END
ORDER BY t.priority, t.id LIMIT 1
"""
_PICK = f"""
SELECT t.id, t.sealed_token, t.base_url, t.failures, t.daily_limit, t.monthly_limit FROM ai_tokens t
WHERE {_MAY_USE} AND t.id <> ALL($3::bigint[]) AND (t.rests_until IS NULL OR t.rests_until <= clock_timestamp())
ORDER BY t.priority, t.id LIMIT 1 FOR NO KEY UPDATE
"""  # noqa: S608 - constants alone
_PICK_ONE = """
SELECT id, sealed_token, base_url, failures, daily_limit, monthly_limit FROM ai_tokens WHERE id = $1 FOR NO KEY UPDATE
"""
_RESTING = f"""
SELECT count(*) AS n FROM ai_tokens t
WHERE {_MAY_USE} AND t.id <> ALL($3::bigint[]) AND t.rests_until > clock_timestamp()
"""  # noqa: S608
_READY = f"""
SELECT count(*) AS n FROM ai_tokens t
WHERE {_MAY_USE} AND (t.rests_until IS NULL OR t.rests_until <= clock_timestamp())
"""  # noqa: S608
_COUNT = """
INSERT INTO ai_token_days AS counted (token_id, day, requests, failures, total_ms)
SELECT $1, today.day, 1, 0, 0 FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS day) today
WHERE ($2::int IS NULL OR $2 > 0) AND ($3::int IS NULL OR $3 > (
    SELECT coalesce(sum(d.requests), 0) FROM ai_token_days d
    WHERE d.token_id = $1 AND d.day >= date_trunc('month', today.day)
))
ON CONFLICT (token_id, day) DO UPDATE SET requests = counted.requests + 1
WHERE $2::int IS NULL OR counted.requests < $2
RETURNING day
"""
_PROBE = "UPDATE ai_tokens SET rests_until = clock_timestamp() + make_interval(secs => $2) WHERE id = $1"
_WELL = "UPDATE ai_tokens SET failures = 0, rests_until = NULL, last_error = NULL WHERE id = $1"
_REST = """
UPDATE ai_tokens SET failures = greatest(failures, $2), last_error = $4, rests_until = CASE
    WHEN failures < $2 THEN clock_timestamp() + make_interval(secs => $3)
    ELSE greatest(rests_until, clock_timestamp() + make_interval(secs => $3)) END
WHERE id = $1
"""
_MEASURED = (
    "UPDATE ai_token_days SET failures = failures + $3, total_ms = total_ms + $4 WHERE token_id = $1 AND day = $2"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One request that a token may serve, counted already on ``day`` (UTC). ``failures`` in a row came before it."""

    token_id: int
    sealed_token: str
    base_url: str | None
    failures: int
    day: date


@dataclass(frozen=True, slots=True)
class NoClaim:
    """Nobody is left to ask. ``out_of_room`` of those that were not asked have used up a limit, ``resting`` failed."""

    out_of_room: int
    resting: int


async def usable_model(model: str | None) -> str | None:
    """The model that the pool can be asked for: the one given where a token may use it, any where none is given."""
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        row = await statements.row(_USABLE, model, _has_endpoint())
    return None if row is None else str(row["model"])


async def any_ready(model: str) -> bool:
    """Whether a token that may use ``model`` is not at rest."""
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        row = await statements.row(_READY, model, _has_endpoint())
    return row is not None and row["n"] > 0


async def claim(model: str, tried: Collection[int]) -> Claim | NoClaim:
    """Count a request on the first token, by priority, that may use ``model``, has room and was not ``tried``."""
    passed = set(tried)
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        while (token := await statements.row(_PICK, model, _has_endpoint(), list(passed))) is not None:
            counted = await statements.row(_COUNT, token["id"], token["daily_limit"], token["monthly_limit"])
            if counted is not None:
                return await _claimed(statements, token, counted["day"])
            passed.add(token["id"])
        resting = await statements.row(_RESTING, model, _has_endpoint(), list(passed))
    return NoClaim(out_of_room=len(passed) - len(tried), resting=resting["n"] if resting else 0)


async def claim_one(token_id: int) -> Claim | NoClaim:
    """Count a request on this token, also while it rests or is switched off."""
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        token = await statements.row(_PICK_ONE, token_id)
        if token is None:
            return NoClaim(0, 0)
        counted = await statements.row(_COUNT, token_id, token["daily_limit"], token["monthly_limit"])
        return NoClaim(1, 0) if counted is None else await _claimed(statements, token, counted["day"])


async def answered(statements: Statements, claim: Claim, duration_ms: int) -> None:
    """The token served its request: where that was a probe, it is well again."""
    if claim.failures:
        await statements.rows(_WELL, claim.token_id)
    await statements.rows(_MEASURED, claim.token_id, claim.day, 0, duration_ms)


async def failed(
    statements: Statements, claim: Claim, duration_ms: int, error: str, *, rests: bool | None, retry_after: float | None
) -> None:
    """The token did not serve its request; ``rests`` where it is to blame, for ``retry_after`` seconds at least,
    None where nobody knows.
    """
    if rests:
        # Requests that fail together saw the same number of failures: they count as one.
        number = claim.failures + 1
        await statements.rows(_REST, claim.token_id, number, rest_s(number, retry_after), error)
    elif rests is False and claim.failures:
        await statements.rows(_WELL, claim.token_id)
    await statements.rows(_MEASURED, claim.token_id, claim.day, 0 if rests is None else 1, duration_ms)


def rest_s(failures: int, retry_after: float | None = None) -> float:
    """Seconds of rest after so many failures in a row: doubling up to sixteenfold, as long as the endpoint asks."""
    rest = get_settings().llm.token_rest_s * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
    return min(_LONGEST_REST_S, max(rest, retry_after or 0.0))


async def _claimed(statements: Statements, token: Row, day: date) -> Claim:
    if token["failures"]:
        await statements.rows(_PROBE, token["id"], get_settings().llm.timeout_s + _PROBE_SPARE_S)
    return Claim(token["id"], token["sealed_token"], token["base_url"], token["failures"], day)


def _has_endpoint() -> bool:
    return get_settings().llm.base_url is not None

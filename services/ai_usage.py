"""What tenants used of chat models, request by request, and what it cost by the installation's prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from core.errors import Forbidden
from integrations.llm.port import ChatMessage, Usage
from services import ai_claims
from services.ai_claims import Claim
from services.unit_of_work import Row, SystemReason, UnitOfWork, system_unit_of_work

_BYTES_PER_TOKEN = 4
_STORE = """
INSERT INTO ai_usage (tenant_id, token_id, model, prompt_tokens, completion_tokens, estimated, cost, duration_ms,
                      error, created_at)
SELECT $1, (SELECT id FROM ai_tokens WHERE id = $2), $3::varchar, $4::int, $5::int, $6, coalesce((
    SELECT ($4::int * prompt_price + $5::int * completion_price) / 1000000 FROM ai_model_prices WHERE model = $3
), 0), $7, $8, now()
"""
_BY_MODEL = """
SELECT model, count(*) AS requests, count(error) AS failures, sum(prompt_tokens) AS prompt_tokens,
       sum(completion_tokens) AS completion_tokens, count(*) FILTER (WHERE estimated) AS estimated, sum(cost) AS cost,
       coalesce(avg(duration_ms) FILTER (WHERE error IS NULL), 0) AS mean_ms
FROM ai_usage WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3
GROUP BY model ORDER BY sum(cost) DESC, model
"""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Try:
    """One request to a model for a tenant. ``claim`` None is the environment's key.

    ``error`` says why it failed; ``rests`` whether the token is to blame, None where that is not known;
    ``retry_after`` is what its endpoint asked.
    """

    tenant_id: int
    model: str
    claim: Claim | None
    duration_ms: int
    usage: Usage | None = None
    estimated: bool = False
    error: str | None = None
    rests: bool | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """One model's part. ``cost`` in roubles; ``estimated`` requests' tokens were reckoned from the texts.

    ``mean_ms`` is of those that answered.
    """

    model: str
    requests: int
    failures: int
    prompt_tokens: int
    completion_tokens: int
    estimated: int
    cost: Decimal
    mean_ms: float


async def record(made: Try) -> None:
    """Store a try, with what it says of its token. Never raises: an answer does not fail for its bookkeeping."""
    try:
        async with system_unit_of_work(SystemReason.AI_POOL) as statements:
            if made.claim is not None and made.error is None:
                await ai_claims.answered(statements, made.claim, made.duration_ms)
            elif made.claim is not None and made.error is not None:
                await ai_claims.failed(
                    statements,
                    made.claim,
                    made.duration_ms,
                    made.error,
                    rests=made.rests,
                    retry_after=made.retry_after,
                )
            await statements.rows(_STORE, *_values(made))
    except Exception as error:
        logger.warning("ai_usage_lost", tenant_id=made.tenant_id, model=made.model, error=type(error).__name__)


def estimate(messages: Sequence[ChatMessage], answer: str) -> Usage:
    """Tokens of a request whose endpoint counts none: a token for four bytes of UTF-8, rounded up."""
    asked = sum(len(message.content.encode()) for message in messages)
    return Usage(-(-asked // _BYTES_PER_TOKEN), -(-len(answer.encode()) // _BYTES_PER_TOKEN))


async def by_model(uow: UnitOfWork, since: datetime, until: datetime) -> list[ModelUsage]:
    """What the tenant used in ``[since, until)``, dearest model first. Raises Forbidden for those who are no admins."""
    if not uow.actor.is_admin:
        raise Forbidden
    return [_usage(row) for row in await uow.rows(_BY_MODEL, uow.tenant_id, since, until)]


def _values(made: Try) -> tuple[object, ...]:
    token_id = made.claim.token_id if made.claim else None
    usage = made.usage or Usage(0, 0)
    counted = (usage.prompt_tokens, usage.completion_tokens, made.estimated)
    return (made.tenant_id, token_id, made.model, *counted, made.duration_ms, made.error)


def _usage(row: Row) -> ModelUsage:
    return ModelUsage(**{**row, "mean_ms": float(row["mean_ms"])})

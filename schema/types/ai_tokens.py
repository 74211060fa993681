"""The pool of AI tokens: what the superadmin keeps, and how it does."""

from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry

from core.unset import UNSET
from models.ai_tokens import AiModelPrice as PriceRow
from schema.types.rows import copier, shown_id
from services.ai_monitoring import Failovers, Load, Pool, PoolStatus
from services.ai_pool import Trial
from services.ai_tokens import TokenFields, TokenState
from services.ai_usage import ModelUsage

strawberry.enum(PoolStatus, name="AiPoolStatus", description="DOWN: no token can be asked; DEGRADED: some cannot.")
strawberry.enum(Load, name="AiPoolLoad", description="By the requests in flight for each token, over the last minute.")

_TOKEN = copier(
    "name", "base_url", "daily_limit", "monthly_limit", "daily_usage", "monthly_usage", "priority", "notes",
    "is_active", "rests_until", "last_error", "created_at", "updated_at",
)  # fmt: skip
_POOL = copier(
    "pool_id", "status", "active_tokens", "total_requests", "success_rate", "avg_response_time", "current_load"
)
_USAGE = copier("model", "requests", "failures", "prompt_tokens", "completion_tokens", "estimated", "cost")


@strawberry.type(description="A token for chat models. Limits count requests by days and months of UTC.")
class AiToken:
    id: strawberry.ID
    name: str
    masked_token: str = strawberry.field(description="As `sk-...abcd`; the token itself is never given out.")
    base_url: str | None = strawberry.field(description="Null: that of OPORA_LLM_BASE_URL.")
    model_access: list[str] = strawberry.field(description="The models that it may use; none named: all.")
    daily_limit: int | None = strawberry.field(description="Null is unlimited, 0 is none.")
    monthly_limit: int | None = strawberry.field(description="Null is unlimited, 0 is none.")
    daily_usage: int
    monthly_usage: int
    priority: int = strawberry.field(description="The lowest number is tried first.")
    notes: str
    is_active: bool
    rests_until: datetime | None = strawberry.field(description="Until when it is not asked, because it failed.")
    last_error: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: TokenState) -> Self:
        return cls(
            id=shown_id(row.id), masked_token=row.masked_token, model_access=list(row.model_access), **_TOKEN(row)
        )


@strawberry.input(description="A new token; without a limit it has none, without models it may use all.")
class CreateAiTokenInput:
    name: str
    token: str
    model_access: list[str] = strawberry.field(default_factory=list)
    daily_limit: int | None = None
    monthly_limit: int | None = None
    priority: int = 100
    base_url: str | None = None
    is_active: bool = True
    notes: str = ""

    def given(self) -> TokenFields:
        return TokenFields(**vars(self))


@strawberry.input(description="What to change of a token; what is left out stays.")
class UpdateAiTokenInput:
    name: strawberry.Maybe[str]
    token: strawberry.Maybe[str]
    model_access: strawberry.Maybe[list[str]]
    daily_limit: strawberry.Maybe[int | None]
    monthly_limit: strawberry.Maybe[int | None]
    priority: strawberry.Maybe[int]
    base_url: strawberry.Maybe[str | None]
    is_active: strawberry.Maybe[bool]
    notes: strawberry.Maybe[str]

    def changes(self) -> TokenFields:
        return TokenFields(**{name: UNSET if given is None else given.value for name, given in vars(self).items()})


@strawberry.type(description="What a token answered to a trial.")
class AiTokenTrial:
    model: str
    answer: str
    duration_ms: int

    @classmethod
    def of(cls, trial: Trial) -> Self:
        return cls(model=trial.model, answer=trial.answer, duration_ms=trial.duration_ms)


@strawberry.type(description="The token is gone; what was used by it stays known.")
class DeleteAiTokenPayload:
    id: strawberry.ID


@strawberry.type(description="Roubles for a million tokens.")
class AiModelPrice:
    model: str
    prompt_price: Decimal
    completion_price: Decimal

    @classmethod
    def of(cls, row: PriceRow) -> Self:
        return cls(model=row.model, prompt_price=row.prompt_price, completion_price=row.completion_price)


@strawberry.type(description="Tokens of one endpoint and priority, over the last 30 days.")
class AiPool:
    pool_id: str
    status: PoolStatus
    active_tokens: int
    total_requests: int
    success_rate: float = strawberry.field(description="Percent.")
    avg_response_time: int = strawberry.field(description="Milliseconds.")
    current_load: Load

    @classmethod
    def of(cls, pool: Pool) -> Self:
        return cls(**_POOL(pool))


@strawberry.type(
    description="Requests that failed, over the last 30 days; they went on to another token, if any was left."
)
class AiFailovers:
    total: int
    last_at: datetime | None
    most_common_error: str | None

    @classmethod
    def of(cls, failovers: Failovers) -> Self:
        return cls(total=failovers.total, last_at=failovers.last_at, most_common_error=failovers.most_common_error)


@strawberry.type(description="What the tenant used of a model.")
class AiModelUsage:
    model: str
    requests: int
    failures: int = strawberry.field(description="Those of the requests that gave no answer.")
    prompt_tokens: int
    completion_tokens: int
    estimated: int = strawberry.field(
        description="Requests whose endpoint counted no tokens: a token stands for four bytes of their text."
    )
    cost: Decimal = strawberry.field(description="Roubles, by the prices when the requests were made.")
    mean_duration_ms: float = strawberry.field(description="Of the requests that were answered.")

    @classmethod
    def of(cls, usage: ModelUsage) -> Self:
        return cls(mean_duration_ms=usage.mean_ms, **_USAGE(usage))

"""The pool of AI tokens, for the superadmin; what tenants use of it, for their admins."""

from datetime import datetime
from decimal import Decimal

import strawberry

from resolvers.policy import Requires, mutation, query
from schema.types.ai_tokens import (
    AiFailovers,
    AiModelPrice,
    AiModelUsage,
    AiPool,
    AiToken,
    AiTokenTrial,
    CreateAiTokenInput,
    DeleteAiTokenPayload,
    UpdateAiTokenInput,
)
from schema.types.context import ID, Info
from schema.types.scalars import row_id
from services import ai_monitoring, ai_prices, ai_tokens, ai_usage
from services.periods import Period
from services.unit_of_work import unit_of_work

_NAMES = {
    "model_access": "modelAccess",
    "daily_limit": "dailyLimit",
    "monthly_limit": "monthlyLimit",
    "base_url": "baseUrl",
    "prompt_price": "promptPrice",
    "completion_price": "completionPrice",
}


@strawberry.type
class AiTokenQuery:
    @query(Requires.AI_TOKEN_MANAGE)
    async def ai_tokens(self, info: Info) -> list[AiToken]:
        """The installation's tokens for chat models, first choice first, with what they served."""
        return [AiToken.of(row) for row in await ai_tokens.list_tokens(info.context.actor)]

    @query(Requires.AI_TOKEN_MANAGE)
    async def ai_model_prices(self, info: Info) -> list[AiModelPrice]:
        """What requests to models are reckoned at."""
        return [AiModelPrice.of(row) for row in await ai_prices.list_prices(info.context.actor)]

    @query(Requires.AI_TOKEN_MANAGE)
    async def ai_pools(self, info: Info) -> list[AiPool]:
        """How the pool's parts do, first choice first."""
        return [AiPool.of(pool) for pool in await ai_monitoring.pools(info.context.actor)]

    @query(Requires.AI_TOKEN_MANAGE)
    async def ai_failovers(self, info: Info) -> AiFailovers:
        """How often requests failed, and why."""
        return AiFailovers.of(await ai_monitoring.failovers(info.context.actor))

    @query(Requires.AI_USAGE_READ)
    async def ai_usage(
        self, info: Info, since: datetime | None = None, until: datetime | None = None
    ) -> list[AiModelUsage]:
        """What the tenant used of chat models, dearest first; the last 30 days where nothing else is said."""
        period = Period.checked(since, until, fields=("since", "until"))
        async with unit_of_work(info.context.actor) as uow:
            rows = await ai_usage.by_model(uow, period.start, period.end)
        return [AiModelUsage.of(row) for row in rows]


@strawberry.type
class AiTokenMutation:
    @mutation(Requires.AI_TOKEN_MANAGE, names=_NAMES)
    async def create_ai_token(self, info: Info, input: CreateAiTokenInput) -> AiToken:
        """A new token of the pool; it is encrypted at once."""
        return AiToken.of(await ai_tokens.create(info.context.actor, input.given()))

    @mutation(Requires.AI_TOKEN_MANAGE, names=_NAMES)
    async def update_ai_token(self, info: Info, id: ID, input: UpdateAiTokenInput) -> AiToken:
        """Change a token, its key too, which ends its rest. Errors: NOT_FOUND."""
        return AiToken.of(await ai_tokens.update(info.context.actor, row_id(id), input.changes()))

    @mutation(Requires.AI_TOKEN_MANAGE)
    async def delete_ai_token(self, info: Info, id: ID) -> DeleteAiTokenPayload:
        """Remove a token. Errors: NOT_FOUND."""
        await ai_tokens.delete(info.context.actor, row_id(id))
        return DeleteAiTokenPayload(id=id)

    @mutation(Requires.AI_TOKEN_MANAGE)
    async def test_ai_token(self, info: Info, id: ID, model: str | None = None) -> AiTokenTrial:
        """Ask a token alone a short question, which counts like any other; `model` null takes the first it names.

        Errors: NOT_FOUND, AI_PROVIDER_UNAVAILABLE, AI_TOKEN_LIMIT_EXCEEDED, AI_REQUEST_TIMEOUT.
        """
        return AiTokenTrial.of(await ai_tokens.try_out(info.context.actor, row_id(id), model))

    @mutation(Requires.AI_TOKEN_MANAGE, names=_NAMES)
    async def set_ai_model_price(
        self, info: Info, model: str, prompt_price: Decimal, completion_price: Decimal
    ) -> AiModelPrice:
        """Set what a million tokens of a model cost, in roubles, for requests from now on."""
        return AiModelPrice.of(await ai_prices.set_price(info.context.actor, model, prompt_price, completion_price))

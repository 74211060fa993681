"""A pool for one test, in front of served doubles of an OpenAI-compatible endpoint."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from core.actor import Actor, Role, system_actor
from integrations.llm.port import ChatMessage, ChatModel
from models.ai_tokens import AiModelPrice, AiToken, AiTokenDay, AiUsage
from models.tenants import Tenant
from services import ai_pool, ai_tokens
from services.ai_tokens import TokenFields, TokenState
from services.providers import providers, use_providers
from services.unit_of_work import SystemReason, system_unit_of_work
from tests.doubles.openai import OpenAIDouble, running_openai

ASKED = [ChatMessage("user", "How long?")]
MODEL = "double-chat"


@dataclass
class Endpoints:
    """Three served doubles: what a test's tokens are keys of."""

    first: OpenAIDouble
    second: OpenAIDouble
    third: OpenAIDouble
    root: Actor = field(default_factory=lambda: Actor(1, Role.SUPERADMIN, 1))

    async def token(self, double: OpenAIDouble, **changes: Any) -> TokenState:
        given = {"name": "a token", "token": double.api_key, "base_url": double.base_url, **changes}
        return await ai_tokens.create(self.root, TokenFields(**given))

    async def pool(self, *doubles: OpenAIDouble, **changes: Any) -> list[TokenState]:
        """A token for each, in this order of priority."""
        return [await self.token(double, priority=number, **changes) for number, double in enumerate(doubles, 1)]


@contextmanager
def serving_three() -> Iterator[Endpoints]:
    with running_openai() as first, running_openai() as second, running_openai() as third:
        yield Endpoints(first, second, third)


@asynccontextmanager
async def empty_pool(served: Endpoints) -> AsyncIterator[Endpoints]:
    """No token, no endpoint in the environment, and doubles that know nothing of earlier tests."""
    for double in (served.first, served.second, served.third):
        double.requests.clear()
        double.faults.clear()
        double.reply = lambda _body: "Reset it on the sign-in page [1]."
    # The pool is the installation's: tests of other things may have left tokens in it.
    await _forget_tokens()
    before = providers()
    use_providers(replace(before, chat=None))
    try:
        yield served
    finally:
        use_providers(before)
        await ai_pool.close_pool()
        await _forget_tokens()


async def _forget_tokens() -> None:
    async with system_unit_of_work(SystemReason.AI_POOL):
        await AiToken.all().delete()
        await AiModelPrice.all().delete()


async def chat_of(tenant: Tenant, model: str = MODEL) -> ChatModel:
    chat = await ai_pool.chat_for(system_actor(tenant.id), model)
    assert chat is not None
    return chat


async def ask(tenant: Tenant, model: str = MODEL, **options: Any) -> str:
    """One whole answer through the pool."""
    completion = await (await chat_of(tenant, model)).complete(ASKED, max_tokens=50, **options)
    return completion.text


async def tokens_in_database() -> list[AiToken]:
    async with system_unit_of_work(SystemReason.AI_POOL):
        return await AiToken.all().order_by("priority", "id")


async def days() -> list[AiTokenDay]:
    async with system_unit_of_work(SystemReason.AI_POOL):
        return await AiTokenDay.all().order_by("token_id")


async def usage_of(tenant: Tenant) -> list[AiUsage]:
    async with system_unit_of_work(SystemReason.AI_POOL):
        return await AiUsage.filter(tenant_id=tenant.id).order_by("id")


async def wake(token_id: int) -> None:
    """Let the token's rest be over."""
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        await statements.rows("UPDATE ai_tokens SET rests_until = now() - interval '1 second' WHERE id = $1", token_id)

"""A company whose bot interviews clients, with and without a chat model."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from core.actor import Actor, Role
from integrations.llm.openai import OpenAIChat
from integrations.model_endpoint import EndpointOptions
from models.tenants import Tenant
from services.providers import providers, use_providers
from tests.doubles.openai import OpenAIDouble, running_openai
from tests.fixtures.people import MakeTenant, MakeUser, actor_of


@pytest.fixture
async def company(tenant: Tenant, make_user: MakeUser) -> Actor:
    """The account of a company, of this test alone."""
    return actor_of(await make_user(tenant, Role.ADMIN))


@pytest.fixture
async def rival(make_tenant: MakeTenant, make_user: MakeUser) -> Actor:
    """Another company's account."""
    return actor_of(await make_user(await make_tenant(), Role.ADMIN))


@pytest.fixture(scope="session")
def openai() -> Iterator[OpenAIDouble]:
    with running_openai() as double:
        yield double


@pytest.fixture
async def model(openai: OpenAIDouble, database: None) -> AsyncIterator[OpenAIDouble]:
    """A chat model that the interviews of this test ask; it is given time, also on a busy machine."""
    async with asked(openai, attempt_s=5.0):
        yield openai


@pytest.fixture
async def hasty_model(openai: OpenAIDouble, database: None) -> AsyncIterator[OpenAIDouble]:
    """A chat model whose answer is waited for half a second."""
    async with asked(openai, attempt_s=0.5):
        yield openai


@asynccontextmanager
async def asked(openai: OpenAIDouble, *, attempt_s: float) -> AsyncIterator[None]:
    openai.faults.clear()
    openai.requests.clear()
    before = providers()
    options = EndpointOptions(
        kind="chat", setting="OPORA_LLM", base_url=openai.base_url, api_key=openai.api_key, attempt_s=attempt_s,
        max_retries=0,
    )  # fmt: skip
    chat = OpenAIChat(options, model="double", budget_s=4 * attempt_s)
    use_providers(replace(before, chat=chat))
    try:
        yield
    finally:
        use_providers(before)
        await chat.close()

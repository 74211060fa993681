"""The first new ticket after a start waits for no model: what it needs is loaded behind the start."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.warm_up import warming_up
from core.actor import Actor
from core.bounded_cache import BoundedCache
from core.errors import ModelUnavailable
from integrations.embeddings import embedded
from integrations.embeddings.port import Vector
from services import classifiers, language, triaging
from services.providers import providers, use_providers
from tests.doubles.embeddings import DeterministicEmbedder

PATIENCE_S = 5.0


class Counting(DeterministicEmbedder):
    """Under the embedded model's name, whose examples' vectors are shipped; ``loaded`` is told of the first query."""

    def __init__(self, model: str = embedded.MODEL) -> None:
        super().__init__(embedded.DIMENSIONS)
        self.model = model
        self.queries = 0
        self.loaded = asyncio.Event()

    async def query(self, text: str) -> Vector:
        self.queries += 1
        self.loaded.set()
        return await super().query(text)


class Failing(Counting):
    async def query(self, text: str) -> Vector:
        await super().query(text)
        raise ModelUnavailable("The model is down")


@pytest.fixture
def just_started(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has classified nothing yet; the tests' providers are back in the end."""
    before = providers()
    monkeypatch.setattr(classifiers, "_SHIPPED", BoundedCache(4))
    yield
    use_providers(before)


def use(embedder: Counting) -> Counting:
    use_providers(replace(providers(), embedder=embedder))
    return embedder


@pytest.mark.usefixtures("just_started")
async def test_the_model_is_loaded_behind_the_start() -> None:
    embedder = use(Counting())
    async with warming_up(after_s=0), asyncio.timeout(PATIENCE_S):
        assert embedder.queries == 0
        await embedder.loaded.wait()


@pytest.mark.usefixtures("just_started")
async def test_the_first_long_text_finds_the_language_model_loaded() -> None:
    use(Counting("text-embedding-3-small"))
    language._loaded.cache_clear()
    await triaging.warm_up()
    assert language._loaded.cache_info().currsize == 1


@pytest.mark.usefixtures("just_started")
async def test_the_first_ticket_finds_the_classifier_fitted(customer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = use(Counting())
    await triaging.warm_up()
    asked = embedder.queries
    monkeypatch.setattr(classifiers, "examples", None)
    assert await triaging.choose(customer, "Server down", "") is not None
    assert embedder.queries == asked + 1


@pytest.mark.usefixtures("just_started")
async def test_a_model_behind_an_endpoint_is_not_asked_before_it_is_needed() -> None:
    embedder = use(Counting("text-embedding-3-small"))
    await triaging.warm_up()
    assert embedder.queries == 0


@pytest.mark.usefixtures("just_started")
async def test_a_model_that_does_not_load_ends_nothing() -> None:
    embedder = use(Failing())
    async with warming_up(after_s=0), asyncio.timeout(PATIENCE_S):
        await embedder.loaded.wait()
        await asyncio.sleep(0)
    assert embedder.queries == 1


@pytest.mark.usefixtures("just_started")
async def test_a_stop_does_not_wait_for_models() -> None:
    embedder = use(Counting())
    async with asyncio.timeout(PATIENCE_S), warming_up(after_s=3600):
        await asyncio.sleep(0)
    assert embedder.queries == 0

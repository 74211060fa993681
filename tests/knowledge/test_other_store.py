"""With vectors searched outside PostgreSQL: knowledge is there at once, and jobs mend what the store missed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from core.actor import Actor, Role
from integrations.vectors.weaviate import WeaviateOptions, WeaviateVectorStore
from models.tenants import Tenant
from services import knowledge, reindexing, retrieval
from services.ingestion import NewChunk
from services.providers import providers, use_providers
from tests.doubles.weaviate import WeaviateDouble, running_weaviate
from tests.fixtures.people import MakeUser, actor_of
from tests.fixtures.work import DrainJobs

RETURNS = NewChunk("You can return a product within 14 days of delivery.", {"key": "returns"})


@pytest.fixture(scope="module")
def weaviate() -> Iterator[WeaviateDouble]:
    with running_weaviate() as double:
        yield double


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser, weaviate: WeaviateDouble) -> AsyncIterator[Actor]:
    before = providers()
    options = WeaviateOptions(weaviate.url, weaviate.grpc_port, None)
    store = WeaviateVectorStore(options, model=before.embedder.model, dimensions=before.embedder.dimensions)
    use_providers(replace(before, index=store))
    yield actor_of(await make_user(tenant, Role.ADMIN))
    use_providers(before)
    await store.close()


def kept(weaviate: WeaviateDouble, tenant: Tenant) -> int:
    """How many vectors the store holds of a tenant."""
    return sum(len(shard) for (_, name), shard in weaviate.shards.items() if name.endswith(str(tenant.id)))


async def found(actor: Actor) -> list[str]:
    return [chunk.content for chunk in (await retrieval.search(actor, "return a product")).chunks]


async def test_what_was_added_is_found_at_once(admin: Actor) -> None:
    await knowledge.add_chunks(admin, source="shop.md", chunks=[RETURNS])
    assert await found(admin) == [RETURNS.content]


async def test_what_was_replaced_is_forgotten(
    admin: Actor, tenant: Tenant, weaviate: WeaviateDouble, drain_jobs: DrainJobs
) -> None:
    await knowledge.add_chunks(admin, source="shop.md", chunks=[RETURNS])
    newer = NewChunk("Returns are free within 30 days.", {"key": "returns"})
    await knowledge.add_chunks(admin, source="shop.md", chunks=[newer])
    await drain_jobs(tenant)
    assert kept(weaviate, tenant) == 1
    assert await found(admin) == [newer.content]


async def test_a_store_that_lost_everything_is_filled_again(
    admin: Actor, tenant: Tenant, weaviate: WeaviateDouble
) -> None:
    await knowledge.add_chunks(admin, source="shop.md", chunks=[RETURNS])
    await providers().index.drop_tenant(tenant.id)
    await reindexing.reindex(admin, None)
    assert kept(weaviate, tenant) == 1

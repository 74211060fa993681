"""What a Weaviate server does for us that the contract of all stores does not ask.

By its double, or by a real server where TEST_WEAVIATE_URL names one (docs/weaviate.md).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest
import weaviate
from weaviate.classes.tenants import Tenant, TenantActivityStatus

from core.errors import Unavailable
from integrations.vectors.port import Hit, Vector, VectorQuery, VectorRecord
from integrations.vectors.weaviate import WeaviateOptions, WeaviateVectorStore, collection_name
from tests.doubles.embeddings import word_vector
from tests.doubles.weaviate import weaviate_at_hand

DIMENSIONS, MODEL = 64, "server"
MEANS = {"ru": np.zeros(DIMENSIONS, np.float32)}
TEXTS = ("Ошибка E-1045 означает неверный пароль", "Ошибка E-2002: сервер не запущен", "Пароль меняется в настройках")


@pytest.fixture(scope="module")
def server() -> Iterator[WeaviateOptions]:
    with weaviate_at_hand() as options:
        yield options


@pytest.fixture
async def store(server: WeaviateOptions) -> AsyncIterator[WeaviateVectorStore]:
    opened = WeaviateVectorStore(server, model=MODEL, dimensions=DIMENSIONS)
    yield opened
    await opened.close()


@pytest.fixture
async def client(server: WeaviateOptions) -> AsyncIterator[weaviate.WeaviateAsyncClient]:
    host, port = server.url.removeprefix("http://").split(":")
    opened = weaviate.use_async_with_local(host, int(port), server.grpc_port, skip_init_checks=True)
    await opened.connect()
    yield opened
    await opened.close()


def records(tenant_id: int) -> list[VectorRecord]:
    texts = [*TEXTS, f"Договор арендатора {tenant_id}"]
    return [
        VectorRecord(100 * tenant_id + number, 1, "ru", text, word_vector(text, DIMENSIONS))
        for number, text in enumerate(texts)
    ]


async def found(store: WeaviateVectorStore, tenant_id: int, vector: Vector) -> list[Hit]:
    return await store.search(tenant_id, VectorQuery(vector, "", MEANS), limit=10)


async def test_words_and_vectors_together_find_an_error_code(store: WeaviateVectorStore) -> None:
    await store.put(900, records(900))
    asked = VectorQuery(word_vector(TEXTS[2], DIMENSIONS), "E-2002", MEANS)
    assert {hit.chunk_id for hit in (await store.hybrid(900, asked, limit=4))[:2]} == {90_001, 90_002}


async def test_a_sleeping_tenant_is_woken_by_a_search_and_by_a_write(
    store: WeaviateVectorStore, client: weaviate.WeaviateAsyncClient
) -> None:
    tenants = client.collections.use(collection_name(MODEL, DIMENSIONS)).tenants
    for tenant_id in (901, 902):
        await store.put(tenant_id, records(tenant_id))
        await tenants.update(Tenant(name=f"tenant_{tenant_id}", activity_status=TenantActivityStatus.INACTIVE))
    assert [
        each.activity_status.name for each in (await tenants.get_by_names(["tenant_901", "tenant_902"])).values()
    ] == [
        "INACTIVE",
        "INACTIVE",
    ]
    assert len(await found(store, 901, word_vector("пароль", DIMENSIONS))) == 4
    await store.put(902, records(902))
    assert len(await found(store, 902, word_vector("пароль", DIMENSIONS))) == 4


async def test_more_than_the_server_gives_is_refused(store: WeaviateVectorStore) -> None:
    await store.put(903, records(903))
    with pytest.raises(Unavailable):
        await store.search(903, VectorQuery(word_vector("пароль", DIMENSIONS), "", MEANS), limit=10_001)


async def test_each_of_many_tenants_finds_its_own_alone(store: WeaviateVectorStore) -> None:
    await _fill_and_search(store, range(1, 26))


@pytest.mark.proof
async def test_each_of_a_thousand_tenants_finds_its_own_alone(store: WeaviateVectorStore) -> None:
    await _fill_and_search(store, range(1_001, 2_001))


async def _fill_and_search(store: WeaviateVectorStore, tenant_ids: range) -> None:
    some = asyncio.Semaphore(4)

    async def fill(tenant_id: int) -> None:
        async with some:
            await store.put(tenant_id, records(tenant_id))

    await asyncio.gather(*map(fill, tenant_ids))
    for tenant_id in tenant_ids:
        hits = await found(store, tenant_id, word_vector(f"Договор арендатора {tenant_id}", DIMENSIONS))
        assert sorted(hit.chunk_id for hit in hits) == [100 * tenant_id + number for number in range(4)]
        assert hits[0].chunk_id == 100 * tenant_id + 3
    gone = tenant_ids[-1]
    await store.drop_tenant(gone)
    assert await found(store, gone, word_vector("Договор", DIMENSIONS)) == []
    assert len(await found(store, tenant_ids[0], word_vector("Договор", DIMENSIONS))) == 4

"""What is Weaviate's own: its faults, its hybrid search, several processes at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import grpc  # type: ignore[import-untyped]
import numpy as np
import pytest

from config.settings import load_settings
from core.errors import Unavailable
from core.network import NetworkInTransaction, forbidden
from integrations.vectors.factory import make_vector_store
from integrations.vectors.pgvector import PgVectorStore
from integrations.vectors.port import VectorQuery, VectorRecord
from integrations.vectors.weaviate import WeaviateOptions, WeaviateVectorStore, collection_name
from tests.doubles.embeddings import word_vector
from tests.doubles.weaviate import WeaviateDouble, running_weaviate

TEXTS = {
    1: "Ошибка E-1045 означает неверный пароль базы данных",
    2: "Ошибка E-2002 означает, что сервер не запущен",
    3: "Пароль меняется в настройках",
}
MEANS = {"ru": np.zeros(64, np.float32)}


@pytest.fixture
def double() -> Iterator[WeaviateDouble]:
    with running_weaviate() as running:
        yield running


@pytest.fixture
async def store(double: WeaviateDouble) -> AsyncIterator[WeaviateVectorStore]:
    opened = store_of(double)
    yield opened
    await opened.close()


def store_of(double: WeaviateDouble, api_key: str | None = None) -> WeaviateVectorStore:
    return WeaviateVectorStore(WeaviateOptions(double.url, double.grpc_port, api_key), model="words", dimensions=64)


def records() -> list[VectorRecord]:
    return [VectorRecord(chunk, 1, "ru", text, word_vector(text, 64)) for chunk, text in TEXTS.items()]


def asked(text: str) -> VectorQuery:
    return VectorQuery(word_vector(text, 64), text, MEANS)


async def test_hybrid_search_finds_an_exact_token(store: WeaviateVectorStore) -> None:
    await store.put(1, records())
    # The vector says "password in the settings", the words name an error code.
    unclear = VectorQuery(word_vector(TEXTS[3], 64), "E-2002", MEANS)
    assert (await store.search(1, unclear, limit=1))[0].chunk_id == 3
    hits = await store.hybrid(1, unclear, limit=3)
    assert {hit.chunk_id for hit in hits[:2]} == {2, 3}
    exact = {hit.chunk_id: hit.score for hit in await store.search(1, unclear, limit=3)}
    assert all(hit.score == pytest.approx(exact[hit.chunk_id]) for hit in hits)


async def test_many_records_go_in_batches(store: WeaviateVectorStore, double: WeaviateDouble) -> None:
    vector = word_vector("один", 64)
    await store.put(1, [VectorRecord(chunk, 1, "ru", "один", vector) for chunk in range(450)])
    assert double.calls.count("BatchObjects") == 3
    await store.delete(1, range(449))
    assert [hit.chunk_id for hit in await store.search(1, asked("один"), limit=5)] == [449]


async def test_a_collection_of_before_there_were_scopes_serves_as_it_is(
    store: WeaviateVectorStore, double: WeaviateDouble
) -> None:
    await store.put(1, records())
    collection = collection_name("words", 64)
    assert list(double.tenants(collection)) == ["tenant_1"]
    own = VectorRecord(4, 2, "ru", "один", word_vector("один", 64), scope=7)
    await store.put(1, [own])
    assert sorted(double.tenants(collection)) == ["tenant_1", "tenant_1_assistant_7"]
    shared = VectorQuery(word_vector("один", 64), "один", MEANS)
    assert {hit.chunk_id for hit in await store.search(1, shared, limit=9)} == {1, 2, 3}
    assert {hit.chunk_id for hit in await store.hybrid(1, replace(shared, scopes=(0, 7)), limit=9)} == {1, 2, 3, 4}


async def test_dropping_a_tenant_leaves_one_whose_number_begins_alike(
    store: WeaviateVectorStore, double: WeaviateDouble
) -> None:
    vector = word_vector("один", 64)
    for tenant_id in (1, 12):
        await store.put(tenant_id, [VectorRecord(tenant_id, 1, "ru", "один", vector, scope) for scope in (0, 3)])
    await store.drop_tenant(1)
    assert sorted(double.tenants(collection_name("words", 64))) == ["tenant_12", "tenant_12_assistant_3"]


async def test_two_processes_that_begin_together_make_one_collection(double: WeaviateDouble) -> None:
    stores = [store_of(double) for _ in range(3)]
    await asyncio.gather(*(store.put(number, records()) for number, store in enumerate(stores)))
    assert list(double.collections) == [collection_name("words", 64)]
    assert sorted(double.tenants(collection_name("words", 64))) == ["tenant_0", "tenant_1", "tenant_2"]
    for store in stores:
        await store.close()


async def test_a_server_that_is_not_there_is_unavailable_in_time() -> None:
    store = WeaviateVectorStore(WeaviateOptions("http://127.0.0.1:9", 10), model="words", dimensions=64)
    started = time.monotonic()
    with pytest.raises(Unavailable, match="OPORA_WEAVIATE_URL"):
        await store.search(1, asked("пароль"), limit=1)
    assert not await store.ready()
    assert time.monotonic() - started < 5
    await store.close()


async def test_one_port_for_both_protocols_is_a_clear_error() -> None:
    store = WeaviateVectorStore(WeaviateOptions("http://127.0.0.1:9", 9), model="words", dimensions=64)
    with pytest.raises(Unavailable, match="OPORA_WEAVIATE_GRPC_PORT"):
        await store.search(1, asked("пароль"), limit=1)


async def test_a_server_that_is_slow_is_given_up_in_time(
    store: WeaviateVectorStore, double: WeaviateDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put(1, records())
    monkeypatch.setattr("integrations.vectors.weaviate._READ_BUDGET_S", 0.3)
    double.delay_s = 1.5
    started = time.monotonic()
    with pytest.raises(Unavailable, match="TimeoutError"):
        await store.search(1, asked("пароль"), limit=1)
    assert time.monotonic() - started < 1


async def test_a_server_that_fails_for_a_while_is_used_again(
    store: WeaviateVectorStore, double: WeaviateDouble
) -> None:
    await store.put(1, records())
    double.refusing = grpc.StatusCode.INTERNAL
    with pytest.raises(Unavailable):
        await store.search(1, asked("пароль"), limit=1)
    double.refusing = None
    assert len(await store.search(1, asked("пароль"), limit=1)) == 1


async def test_a_refused_key_is_in_no_error(double: WeaviateDouble) -> None:
    double.api_key = "right"
    wrong, right = store_of(double, "wrong-and-secret"), store_of(double, "right")
    with pytest.raises(Unavailable) as refused:
        await wrong.put(1, records())
    assert "secret" not in str(refused.value)
    await right.put(1, records())
    assert len(await right.search(1, asked("пароль"), limit=3)) == 3
    await wrong.close()
    await right.close()


async def test_an_open_transaction_forbids_the_call(store: WeaviateVectorStore, double: WeaviateDouble) -> None:
    with forbidden(), pytest.raises(NetworkInTransaction):
        await store.put(1, records())
    assert double.calls == []


async def test_the_factory_follows_the_settings() -> None:
    assert isinstance(make_vector_store(load_settings(_env_file=None), model="words", dimensions=64), PgVectorStore)
    remote = make_vector_store(
        load_settings(OPORA_VECTOR_STORE="weaviate", _env_file=None), model="words", dimensions=64
    )
    assert isinstance(remote, WeaviateVectorStore)
    await remote.close()

"""One contract for both stores of vectors: PostgreSQL as it is, Weaviate's client against its double.

Against a real server where TEST_WEAVIATE_URL names one (docs/weaviate.md).
"""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.database import transaction
from integrations.vectors.pgvector import PgVectorStore
from integrations.vectors.port import SHARED, Hit, VectorQuery, VectorRecord, VectorStore, candidates, centred_cosines
from integrations.vectors.weaviate import WeaviateVectorStore
from models.tenants import Tenant
from tests.doubles.weaviate import weaviate_at_hand

DIMENSIONS = 8
MODEL = "contract/model-8"
Vector = npt.NDArray[np.float32]
ZERO = np.zeros(DIMENSIONS, np.float32)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A tenant and the ids of chunks that it has in PostgreSQL."""

    tenant_id: int
    source_id: int
    chunk_ids: Sequence[int]


@pytest.fixture(params=["pgvector", "weaviate"])
async def store(request: pytest.FixtureRequest, database: None) -> AsyncIterator[VectorStore]:
    if request.param == "pgvector":
        yield PgVectorStore(model=MODEL, dimensions=DIMENSIONS)
        return
    with weaviate_at_hand() as options:
        weaviate = WeaviateVectorStore(options, model=MODEL, dimensions=DIMENSIONS)
        yield weaviate
        await weaviate.close()


@pytest.fixture
async def shelf(tenant: Tenant) -> Shelf:
    return await make_shelf(tenant)


async def make_shelf(tenant: Tenant, size: int = 40) -> Shelf:
    async with transaction(tenant.id) as connection:
        sources = await connection.execute_query_dict(
            "INSERT INTO knowledge_sources (tenant_id, name, created_at, updated_at)"
            " VALUES ($1, $2, now(), now()) RETURNING id",
            [tenant.id, f"source {next(_numbers)}"],
        )
        chunks = await connection.execute_query_dict(
            "INSERT INTO knowledge_chunks"
            " (tenant_id, source_id, identity, version, is_current, heading, content, language, metadata, created_at)"
            " SELECT $1, $2, n::text, 1, true, '', 'text', 'ru', '{}', now() FROM generate_series(1, $3::int) AS n"
            " RETURNING id",
            [tenant.id, sources[0]["id"], size],
        )
    return Shelf(tenant.id, sources[0]["id"], [row["id"] for row in chunks])


def unit(vector: npt.NDArray[np.float64]) -> Vector:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def axis(number: int, *, towards: int | None = None) -> Vector:
    """A unit vector along one axis, or half way to another."""
    vector = np.zeros(DIMENSIONS)
    vector[number] = 1.0
    if towards is not None:
        vector[towards] = 1.0
    return unit(vector)


def record(
    shelf: Shelf, place: int, vector: Vector, language: str = "ru", text: str = "", scope: int = SHARED
) -> VectorRecord:
    return VectorRecord(shelf.chunk_ids[place], shelf.source_id, language, text, vector, scope)


def query(vector: Vector, **means: Vector) -> VectorQuery:
    return VectorQuery(vector, "", means or {"ru": ZERO})


def expected(records: Sequence[VectorRecord], asked: VectorQuery) -> list[Hit]:
    """Every score by the formula, best first."""
    hits = []
    for one in records:
        if one.language in asked.means:
            score = centred_cosines(one.vector[np.newaxis], asked.means[one.language], asked.vector)[0]
            hits.append(Hit(one.chunk_id, float(score)))
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))


async def test_the_best_comes_first_with_its_cosine(store: VectorStore, shelf: Shelf) -> None:
    records = [record(shelf, 0, axis(1)), record(shelf, 1, axis(0)), record(shelf, 2, axis(0, towards=1))]
    await store.put(shelf.tenant_id, records)
    hits = await store.search(shelf.tenant_id, query(axis(0)), limit=2)
    assert [hit.chunk_id for hit in hits] == [shelf.chunk_ids[1], shelf.chunk_ids[2]]
    assert [hit.score for hit in hits] == pytest.approx([1.0, 0.5**0.5], abs=1e-5)


async def test_equals_are_ordered_by_chunk(store: VectorStore, shelf: Shelf) -> None:
    await store.put(shelf.tenant_id, [record(shelf, place, axis(0)) for place in (3, 1, 2)])
    hits = await store.search(shelf.tenant_id, query(axis(0)), limit=3)
    assert [hit.chunk_id for hit in hits] == [shelf.chunk_ids[place] for place in (1, 2, 3)]


async def test_put_twice_is_once_and_the_last_one_counts(store: VectorStore, shelf: Shelf) -> None:
    await store.put(shelf.tenant_id, [record(shelf, 0, axis(0))])
    await store.put(shelf.tenant_id, [record(shelf, 0, axis(1), "en")])
    assert await store.search(shelf.tenant_id, query(axis(1)), limit=5) == []
    hits = await store.search(shelf.tenant_id, query(axis(1), en=ZERO), limit=5)
    assert [(hit.chunk_id, round(hit.score, 4)) for hit in hits] == [(shelf.chunk_ids[0], 1.0)]


async def test_deleted_chunks_are_not_found(store: VectorStore, shelf: Shelf) -> None:
    await store.put(shelf.tenant_id, [record(shelf, 0, axis(0)), record(shelf, 1, axis(0))])
    await store.delete(shelf.tenant_id, [shelf.chunk_ids[0], 2**53])
    assert [hit.chunk_id for hit in await store.search(shelf.tenant_id, query(axis(0)), limit=5)] == [
        shelf.chunk_ids[1]
    ]


async def test_a_tenant_sees_and_removes_its_own_alone(
    store: VectorStore, shelf: Shelf, make_tenant: Callable[[], Awaitable[Tenant]]
) -> None:
    other = await make_shelf(await make_tenant(), 1)
    await store.put(shelf.tenant_id, [record(shelf, 0, axis(0))])
    await store.put(other.tenant_id, [record(other, 0, axis(0))])
    await store.delete(other.tenant_id, [shelf.chunk_ids[0]])
    found = [await store.search(one.tenant_id, query(axis(0)), limit=5) for one in (shelf, other)]
    assert [[hit.chunk_id for hit in hits] for hits in found] == [[shelf.chunk_ids[0]], [other.chunk_ids[0]]]
    await store.drop_tenant(other.tenant_id)
    assert await store.search(other.tenant_id, query(axis(0)), limit=5) == []
    assert len(await store.search(shelf.tenant_id, query(axis(0)), limit=5)) == 1


async def found_in(store: VectorStore, shelf: Shelf, *scopes: int) -> list[int]:
    """Places of the chunks that a search in these scopes finds."""
    hits = await store.search(shelf.tenant_id, VectorQuery(axis(0), "", {"ru": ZERO}, scopes), limit=20)
    return [shelf.chunk_ids.index(hit.chunk_id) for hit in hits]


async def test_a_search_reads_the_scopes_that_it_names(store: VectorStore, shelf: Shelf) -> None:
    await store.put(shelf.tenant_id, [record(shelf, place, axis(0), scope=place) for place in range(3)])
    assert await found_in(store, shelf, SHARED) == [0]
    assert await found_in(store, shelf, SHARED, 2) == [0, 2]
    assert await found_in(store, shelf, 1, 7) == [1]
    assert await found_in(store, shelf) == []


async def test_each_scope_is_searched_as_deep_as_the_others(store: VectorStore, shelf: Shelf) -> None:
    far = record(shelf, 39, axis(0, towards=1), scope=5)
    await store.put(shelf.tenant_id, [*(record(shelf, place, axis(0)) for place in range(39)), far])
    hits = await store.search(shelf.tenant_id, VectorQuery(axis(0), "", {"ru": ZERO}, (SHARED, 5)), limit=40)
    assert (len(hits), hits[-1].chunk_id) == (40, far.chunk_id)


async def test_chunks_are_deleted_in_their_scope(store: VectorStore, shelf: Shelf) -> None:
    await store.put(shelf.tenant_id, [record(shelf, 0, axis(0), scope=9), record(shelf, 1, axis(0), scope=9)])
    await store.delete(shelf.tenant_id, [shelf.chunk_ids[0]], scope=9)
    await store.delete(shelf.tenant_id, [shelf.chunk_ids[1]], scope=404)
    assert shelf.chunk_ids[0] not in [shelf.chunk_ids[place] for place in await found_in(store, shelf, 9)]


async def test_a_tenant_is_dropped_with_all_its_scopes(store: VectorStore, shelf: Shelf) -> None:
    await store.put(shelf.tenant_id, [record(shelf, place, axis(0), scope=place) for place in range(3)])
    await store.drop_tenant(shelf.tenant_id)
    assert await found_in(store, shelf, 0, 1, 2) == []


async def test_a_tenant_without_chunks_finds_nothing(store: VectorStore, tenant: Tenant) -> None:
    assert await store.search(tenant.id, query(axis(0)), limit=5) == []
    await store.delete(tenant.id, [1])
    await store.drop_tenant(tenant.id)


async def test_nothing_asked_is_nothing_found(store: VectorStore, shelf: Shelf) -> None:
    await store.put(shelf.tenant_id, [])
    await store.put(shelf.tenant_id, [record(shelf, 0, axis(0))])
    assert await store.search(shelf.tenant_id, VectorQuery(axis(0), "", {}), limit=5) == []
    assert await store.search(shelf.tenant_id, query(axis(0)), limit=0) == []
    await store.delete(shelf.tenant_id, [])


async def test_other_dimensions_are_refused_whole(store: VectorStore, shelf: Shelf) -> None:
    wrong = VectorRecord(shelf.chunk_ids[1], shelf.source_id, "ru", "", np.ones(3, np.float32))
    with pytest.raises(ValueError, match=str(shelf.chunk_ids[1])):
        await store.put(shelf.tenant_id, [record(shelf, 0, axis(0)), wrong])
    assert await store.search(shelf.tenant_id, query(axis(0)), limit=5) == []


async def test_languages_are_centred_each_by_its_mean(store: VectorStore, shelf: Shelf) -> None:
    # Both languages crowd around an axis of their own; the raw product would prefer the crowd of axis 0.
    crowd = {"ru": axis(0), "en": axis(1)}
    records = [
        record(shelf, 0, unit(np.array([3, 0, 0, 0, 1, 0, 0, 0])), "ru"),
        record(shelf, 1, unit(np.array([0, 3, 1, 0, 0, 0, 0, 0])), "en"),
    ]
    await store.put(shelf.tenant_id, records)
    asked = query(axis(0, towards=2), **crowd)
    hits = await store.search(shelf.tenant_id, asked, limit=2)
    assert hits[0].chunk_id == shelf.chunk_ids[1]
    assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in expected(records, asked)], abs=1e-5)


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 40), limit=st.integers(1, 12), plain=st.booleans())
async def test_scores_and_order_are_those_of_the_formula(
    store: VectorStore, shelf: Shelf, seed: int, size: int, limit: int, plain: bool
) -> None:
    random = np.random.default_rng(seed)
    languages: list[str] = random.choice(["ru", "kk", "en", "de"], size).tolist()
    records = [record(shelf, place, unit(random.normal(size=8)), lang) for place, lang in enumerate(languages)]
    means: Mapping[str, Vector] = {
        language: ZERO if plain else (0.6 * unit(random.normal(size=8))).astype(np.float32)
        for language in ("ru", "kk", "en")
    }
    await store.drop_tenant(shelf.tenant_id)
    await store.put(shelf.tenant_id, records)
    asked = VectorQuery(unit(random.normal(size=8)), "", means)
    hits, right = await store.search(shelf.tenant_id, asked, limit=limit), expected(records, asked)
    assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in right[:limit]], abs=2e-5)
    by_chunk = {hit.chunk_id: hit.score for hit in right}
    assert [hit.score for hit in hits] == pytest.approx([by_chunk[hit.chunk_id] for hit in hits], abs=2e-5)


async def test_it_is_ready(store: VectorStore) -> None:
    assert await store.ready()


def test_more_candidates_are_scored_than_are_asked_for() -> None:
    assert (candidates(1), candidates(20), candidates(50)) == (40, 40, 62)

"""What is PostgreSQL's own: the indexes that serve a search, and joining the caller's transaction."""

import asyncpg
import numpy as np
import pytest

from config.database import transaction
from integrations.vectors.pgvector import PgVectorStore, index_statements, search_statement
from integrations.vectors.port import VectorQuery, VectorRecord
from models.tenants import Tenant
from tests.doubles.embeddings import word_vector
from tests.integrations.test_vector_store_contract import make_shelf


async def plan_of_search(tenant_id: int) -> str:
    """The plan where sorting all rows is out of the question, as for a tenant with many."""
    zeros = np.zeros(384, np.float32)
    statement = search_statement(tenant_id, 384, VectorQuery(zeros, "", {"ru": zeros, "kk": zeros}), limit=10)
    async with transaction(tenant_id) as connection:
        # As a plan is that is kept: it knows no parameter.
        await connection.execute_query_dict(
            "SELECT set_config('enable_sort', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)",
            [],
        )
        lines = await connection.execute_query_dict(f"EXPLAIN {statement}", ["any", *[[0.1] * 384] * 3])
    return "\n".join(line["QUERY PLAN"] for line in lines)


async def test_each_language_is_served_by_its_graph_under_row_level_security(tenant: Tenant) -> None:
    plan = await plan_of_search(tenant.id)
    assert "Index Scan using chunk_vectors_hnsw_384_ru" in plan
    assert "Index Scan using chunk_vectors_hnsw_384_kk" in plan


async def test_graphs_for_other_dimensions_can_be_made(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    undo = connection.transaction()
    await undo.start()
    for statement in index_statements(1536) + index_statements(3072):
        await connection.execute(statement)
    made = await connection.fetchval("SELECT count(*) FROM pg_class WHERE relname ~ 'chunk_vectors_hnsw_(1536|3072)'")
    await undo.rollback()
    await connection.close()
    assert made == 6
    assert index_statements(4096) == []


async def test_graphs_are_built_thoroughly(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    undo = connection.transaction()
    await undo.start()
    for statement in index_statements(1536):
        await connection.execute(statement)
    options = await connection.fetch("SELECT reloptions FROM pg_class WHERE relname LIKE 'chunk\\_vectors\\_hnsw%'")
    await undo.rollback()
    await connection.close()
    assert [row["reloptions"] for row in options] == [["ef_construction=128"]] * 6


async def test_vectors_are_committed_with_the_callers_transaction(tenant: Tenant) -> None:
    shelf = await make_shelf(tenant, 2)
    store = PgVectorStore(model="words", dimensions=384)
    vector = word_vector("пароль", 384)
    asked = VectorQuery(vector, "", {"ru": np.zeros(384, np.float32)})

    async def put_and_fail() -> None:
        async with transaction(tenant.id):
            await store.put(tenant.id, [VectorRecord(shelf.chunk_ids[0], shelf.source_id, "ru", "", vector)])
            assert len(await store.search(tenant.id, asked, limit=5)) == 1
            raise RuntimeError("undo")

    with pytest.raises(RuntimeError, match="undo"):
        await put_and_fail()
    assert await store.search(tenant.id, asked, limit=5) == []


async def test_vectors_of_another_model_are_not_seen(tenant: Tenant) -> None:
    shelf = await make_shelf(tenant, 1)
    vector = word_vector("пароль", 384)
    record = VectorRecord(shelf.chunk_ids[0], shelf.source_id, "ru", "", vector)
    await PgVectorStore(model="old", dimensions=384).put(tenant.id, [record])
    asked = VectorQuery(vector, "", {"ru": np.zeros(384, np.float32)})
    assert await PgVectorStore(model="new", dimensions=384).search(tenant.id, asked, limit=5) == []
    assert len(await PgVectorStore(model="old", dimensions=384).search(tenant.id, asked, limit=5)) == 1


async def test_a_language_is_a_literal_whatever_stands_in_it(tenant: Tenant) -> None:
    shelf, store = await make_shelf(tenant, 1), PgVectorStore(model="words", dimensions=384)
    vector, zeros = word_vector("пароль", 384), np.zeros(384, np.float32)
    await store.put(tenant.id, [VectorRecord(shelf.chunk_ids[0], shelf.source_id, "ru", "", vector)])
    for language in ("o'hara", "' OR language <> '", "\\' OR true --", "{most}", "$1"):
        assert await store.search(tenant.id, VectorQuery(vector, "", {language: zeros}), limit=5) == []
    assert len(await store.search(tenant.id, VectorQuery(vector, "", {"ru": zeros}), limit=5)) == 1

"""Vectors in the product's own PostgreSQL, table ``chunk_vectors``, by the pgvector extension.

Under row-level security the planner may use an index for the tenant, because equality of bigints is leakproof, and for
ORDER BY on an HNSW index; it chooses by the tenant's size: small tenants are read through the tenant's index and sorted
exactly, large ones walk the graph of their language, on and on (``iterative_scan``) past the rows of others.
"""

from collections.abc import Iterable, Sequence

from config.database import tenant_transaction, transaction
from config.lone_reads import read_here
from core.errors import Unavailable
from integrations.vectors.port import SHARED, Hit, Vector, VectorQuery, VectorRecord, candidates, checked

_BATCH = 500
# pgvector's limit for an HNSW index over halfvec.
_INDEXED_DIMENSIONS = 4_000
_INDEXED_LANGUAGES = ("ru", "kk", "en")
# Among how many a new vector looks for its neighbours; with the usual 64, a walk misses twice as many.
_EF_CONSTRUCTION = 128

_PUT = """
INSERT INTO chunk_vectors (tenant_id, chunk_id, source_id, scope, language, model, dimensions, embedding)
SELECT $1, chunk_id, source_id, scope, language, $2, $3::smallint, embedding::vector
FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])
    AS record (chunk_id, source_id, scope, language, embedding)
ON CONFLICT (tenant_id, chunk_id) DO UPDATE SET
    source_id = EXCLUDED.source_id, scope = EXCLUDED.scope, language = EXCLUDED.language, model = EXCLUDED.model,
    dimensions = EXCLUDED.dimensions, embedding = EXCLUDED.embedding
"""
# Scored above the limit: for the candidates alone, and without keeping their vectors. Arrays are made vectors once.
_CANDIDATES = """
    SELECT chunk_id, vector_norm(embedding - (SELECT ${mean}::real[]::vector)) AS length,
        -((embedding - (SELECT ${mean}::real[]::vector)) <#> (SELECT $2::real[]::vector)) AS product
    FROM (
        SELECT chunk_id, embedding FROM chunk_vectors
        WHERE tenant_id = {tenant_id} AND scope = {scope} AND model = $1 AND dimensions = {dimensions}
            AND language = {language}
        ORDER BY embedding::halfvec({dimensions}) <#> $2::real[]::vector::halfvec({dimensions}) LIMIT {most}
    ) AS near_{number}
"""
_SEARCH = """
SELECT chunk_id, CASE WHEN length > 1e-6 THEN product / length ELSE 0 END AS score
FROM ({candidates}) AS measured
ORDER BY score DESC, chunk_id LIMIT {limit}
"""


class PgVectorStore:
    """An :class:`integrations.vectors.port.VectorStore` for the vectors of one model.

    Joins the caller's transaction where one is open, so that chunks and their vectors commit together.
    """

    def __init__(self, *, model: str, dimensions: int) -> None:
        self._model = model
        self._dimensions = dimensions

    async def put(self, tenant_id: int, records: Sequence[VectorRecord]) -> None:
        """Add or replace, all or nothing. Raises ValueError for vectors of other dimensions."""
        checked(records, self._dimensions)
        async with tenant_transaction(tenant_id) as connection:
            for at in range(0, len(records), _BATCH):
                batch = records[at : at + _BATCH]
                columns = [
                    [record.chunk_id for record in batch],
                    [record.source_id for record in batch],
                    [record.scope for record in batch],
                    [str(record.language) for record in batch],
                    [_literal(record.vector) for record in batch],
                ]
                await connection.execute_query_dict(_PUT, [tenant_id, self._model, self._dimensions, *columns])

    async def search(self, tenant_id: int, query: VectorQuery, *, limit: int) -> list[Hit]:
        """Best first. Vectors of other models are not seen."""
        if not query.means or not query.scopes or limit < 1:
            return []
        statement = search_statement(tenant_id, self._dimensions, query, limit)
        asked = [self._model, *(vector.tolist() for vector in (query.vector, *query.means.values()))]
        rows = await read_here(tenant_id, statement, *asked)
        return [Hit(row["chunk_id"], float(row["score"])) for row in rows]

    async def delete(self, tenant_id: int, chunk_ids: Sequence[int], *, scope: int = SHARED) -> None:
        """Remove chunks, of whatever model; their ids are enough."""
        async with tenant_transaction(tenant_id) as connection:
            await connection.execute_query_dict(
                "DELETE FROM chunk_vectors WHERE tenant_id = $1 AND chunk_id = ANY ($2::bigint[])",
                [tenant_id, list(chunk_ids)],
            )

    async def drop_tenant(self, tenant_id: int) -> None:
        """Remove everything of a tenant, of whatever model."""
        async with tenant_transaction(tenant_id) as connection:
            await connection.execute_query_dict("DELETE FROM chunk_vectors WHERE tenant_id = $1", [tenant_id])

    async def ready(self) -> bool:
        """Whether the database answers and has the table."""
        try:
            async with transaction(None) as connection:
                rows = await connection.execute_query_dict(
                    "SELECT to_regclass('chunk_vectors') IS NOT NULL AS present", []
                )
        except Unavailable:
            return False
        return bool(rows[0]["present"])

    async def close(self) -> None:
        """Nothing is held open: the connections are the application's."""


def index_statements(dimensions: int, languages: Iterable[str] = _INDEXED_LANGUAGES) -> list[str]:
    """DDL, for the tables' owner, of the graphs for vectors of ``dimensions``; none beyond pgvector's limit.

    Without them searches are still right, by reading all chunks of the tenant and language.
    """
    if not 1 <= dimensions <= _INDEXED_DIMENSIONS:
        return []
    return [
        f"CREATE INDEX IF NOT EXISTS chunk_vectors_hnsw_{dimensions}_{language} ON chunk_vectors"
        f" USING hnsw ((embedding::halfvec({dimensions})) halfvec_ip_ops) WITH (ef_construction = {_EF_CONSTRUCTION})"
        f" WHERE dimensions = {dimensions} AND language = '{language}'"
        for language in languages
    ]


def search_statement(tenant_id: int, dimensions: int, query: VectorQuery, limit: int) -> str:
    """The query of a search. Parameters: model, vector, and the mean of each language; vectors as arrays of numbers.

    What the plan hangs on stands in the text: a plan that is kept for any tenant could choose neither by the tenant's
    size nor a graph, which is of one language. Each language of each scope is a walk of its own: a filter over several
    would be no equality, which alone is leakproof and ends in an index.
    """
    named = {"tenant_id": int(tenant_id), "dimensions": int(dimensions), "most": candidates(limit)}
    parts = [
        _CANDIDATES.format(**named, number=f"{mean}_{place}", mean=mean, language=_quoted(language), scope=int(scope))
        for mean, language in enumerate(query.means, start=3)
        for place, scope in enumerate(query.scopes)
    ]
    return _SEARCH.format(candidates=" UNION ALL ".join(parts), limit=int(limit))


def _quoted(text: str) -> str:
    """As a literal of SQL, whatever stands in it."""
    return "'" + text.replace("'", "''") + "'"


def _literal(vector: Vector) -> str:
    return f"[{','.join(map(repr, vector.tolist()))}]"

"""Search in 100,000 vectors of one large, one middling and thirty small tenants: plan, recall@10 and time.

``python -m benchmarks.vector_search`` starts an embedded PostgreSQL of its own, fills it and prints a table. The
vectors crowd by language and topic as e5's do: a mean of the language, one of 400 topics, and noise.
"""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from app.embedded.postgres import EmbeddedPostgres
from app.migrate import migrate
from config.database import close_database, open_database, tenant_transaction
from config.settings import override_settings
from integrations.embeddings.calibration import shipped_means
from integrations.vectors.pgvector import PgVectorStore, search_statement
from integrations.vectors.port import VectorQuery, VectorRecord, centred_cosines

TENANTS = {1: 60_000, 2: 10_000, **dict.fromkeys(range(3, 33), 1_000)}
MEASURED = (1, 2, 5)
SHARES = {"ru": 0.5, "en": 0.4, "kk": 0.1}
QUERIES = 100
DIMENSIONS, TOPICS, MODEL = 384, 400, "benchmark"
Vector = npt.NDArray[np.float32]


@dataclass
class Corpus:
    """The vectors of one tenant, shape (n, d), with what belongs to each row."""

    vectors: Vector
    languages: Sequence[str]
    chunk_ids: Sequence[int]


class Generator:
    def __init__(self) -> None:
        self._random = np.random.default_rng(7)
        self.means = {str(language): mean for language, mean in shipped_means()[0].items()}
        self._topics = self._random.normal(0, 0.3 / np.sqrt(DIMENSIONS), (TOPICS, DIMENSIONS))

    def passages(self, size: int) -> tuple[Vector, list[str]]:
        languages = self._random.choice(list(SHARES), size, p=list(SHARES.values())).tolist()
        means = np.stack([self.means[language] for language in languages])
        return _unit(means + self._about(size)), languages

    def query(self) -> Vector:
        vector: Vector = _unit(self._about(1))[0]
        return vector

    def _about(self, size: int) -> npt.NDArray[np.float64]:
        topics = self._topics[self._random.integers(0, TOPICS, size)]
        return np.asarray(topics + self._random.normal(0, 0.25 / np.sqrt(DIMENSIONS), (size, DIMENSIONS)))


def _unit(vectors: npt.NDArray[np.float64]) -> Vector:
    unit: Vector = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


async def fill(owner_url: str, store: PgVectorStore, generator: Generator) -> dict[int, Corpus]:
    """Tenants with sources and chunks by the owner, vectors through the store as the application's role."""
    owner = await asyncpg.connect(owner_url)
    corpora = {}
    for tenant_id, size in TENANTS.items():
        source_id, chunk_ids = await _rows(owner, tenant_id, size)
        vectors, languages = generator.passages(size)
        corpus = corpora[tenant_id] = Corpus(vectors, languages, chunk_ids)
        for at in range(0, size, 1_000):
            here = zip(*(column[at : at + 1_000] for column in (corpus.chunk_ids, languages, vectors)), strict=True)
            await store.put(tenant_id, [VectorRecord(c, source_id, language, "", v) for c, language, v in here])
    await owner.execute("ANALYZE chunk_vectors")
    await owner.close()
    return corpora


async def _rows(owner: asyncpg.Connection, tenant_id: int, size: int) -> tuple[int, list[int]]:
    """Make a tenant, its source and its chunks; the ids of the source and of the chunks."""
    slug = f"benchmark-{tenant_id}"
    tenant = """
        INSERT INTO tenants (id, slug, name, language, registration_open, telegram_mode, plan, created_at)
        VALUES ($1, $2, $2, 'ru', true, 'support', 'trial', now()) ON CONFLICT (id) DO NOTHING
    """
    source = """
        INSERT INTO knowledge_sources (tenant_id, name, created_at, updated_at)
        VALUES ($1, 'b', now(), now()) RETURNING id
    """
    chunks = """
        INSERT INTO knowledge_chunks
            (tenant_id, source_id, identity, version, is_current, heading, content, language, metadata, created_at)
        SELECT $1, $2, n::text, 1, true, '', 'x', 'ru', '{}', now() FROM generate_series(1, $3::int) n RETURNING id
    """
    await owner.execute(tenant, tenant_id, slug)
    source_id = await owner.fetchval(source, tenant_id)
    return source_id, [row["id"] for row in await owner.fetch(chunks, tenant_id, source_id, size)]


def exact(corpus: Corpus, query: VectorQuery) -> set[int]:
    """The ten best, by every score."""
    scores, languages = np.empty(len(corpus.vectors)), np.array(corpus.languages)
    for language, mean in query.means.items():
        rows = languages == language
        scores[rows] = centred_cosines(corpus.vectors[rows], mean, query.vector)
    return {corpus.chunk_ids[place] for place in np.argsort(-scores)[:10]}


async def plan(tenant_id: int, query: VectorQuery) -> str:
    """The indexes that the planner takes, in the order of the languages."""
    asked = [MODEL, *[query.vector.tolist()] * (1 + len(query.means))]
    async with tenant_transaction(tenant_id) as connection:
        await connection.execute_query_dict("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)", [])
        statement = f"EXPLAIN {search_statement(tenant_id, DIMENSIONS, query, 10)}"
        lines = await connection.execute_query_dict(statement, asked)
    found = re.findall(r"(?:using|on) (chunk_vectors_\w+)", "\n".join(line["QUERY PLAN"] for line in lines))
    return ", ".join(name.removeprefix("chunk_vectors_") for name in found if not re.search(r"_\d$", name))


async def measure(store: PgVectorStore, tenant_id: int, corpus: Corpus, generator: Generator) -> list[str]:
    """One row of the table."""
    recalls, seconds, query = [], [], VectorQuery(generator.query(), "", generator.means)
    for _ in range(QUERIES):
        query = VectorQuery(generator.query(), "", generator.means)
        started = time.perf_counter()
        hits = await store.search(tenant_id, query, limit=10)
        seconds.append(time.perf_counter() - started)
        recalls.append(len(exact(corpus, query) & {hit.chunk_id for hit in hits}) / 10)
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000
    size = f"{len(corpus.vectors):,}"
    return [size, await plan(tenant_id, query), f"{np.mean(recalls):.3f}", f"{p50:.1f}", f"{p99:.1f}"]


async def main(directory: Path, console: Console) -> None:
    server = EmbeddedPostgres(directory, durable=False)
    try:
        url = server.start()
        with override_settings(OPORA_DATABASE_URL=url, OPORA_DATA_DIR=str(directory), _env_file=None) as settings:
            await migrate(settings)
            await open_database(settings)
            store, generator = PgVectorStore(model=MODEL, dimensions=DIMENSIONS), Generator()
            started = time.perf_counter()
            corpora = await fill(url, store, generator)
            console.print(f"{sum(TENANTS.values()):,} vectors stored in {time.perf_counter() - started:.0f} s")
            table = Table("rows of the tenant", "indexes", "recall@10", "p50 ms", "p99 ms")
            for tenant_id in MEASURED:
                table.add_row(*await measure(store, tenant_id, corpora[tenant_id], generator))
            console.print(table)
            await close_database()
    finally:
        server.stop()


if __name__ == "__main__":
    scratch = Path(tempfile.mkdtemp(prefix="opora-vector-search-"))
    scratch.chmod(0o755)
    try:
        asyncio.run(main(scratch, Console(width=150)))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

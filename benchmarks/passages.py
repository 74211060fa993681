"""100,000 passages of one tenant, made up: words follow Zipf's law, vectors are those of the vector search."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg
import numpy as np

from benchmarks.vector_search import DIMENSIONS, MODEL, Generator, Vector

TENANT = 1
OWN, OTHERS = 1, 2
SCOPES = {0: 65_000, OWN: 30_000, OTHERS: 5_000}
BATCH, WORDS = 5_000, 30_000
_LETTERS = {"ru": "абвгдежзиклмнопрстухчшья", "kk": "абғгдеёжзиіклмнңөпрсұүй", "en": "abcdefghijklmnoprstuvwyz"}
_INDEXES = r"""
SELECT indexname, indexdef FROM pg_indexes
WHERE indexname LIKE 'chunk\_vectors\_hnsw%' OR indexdef LIKE '%USING gin%' AND tablename = 'knowledge_chunks'
"""


# Zipf's law as Mandelbrot has it, without the some thirty commonest words, which no search sees.
_SHARE_TO_RANK = np.cumsum(1 / np.arange(30, WORDS + 30)) / np.sum(1 / np.arange(30, WORDS + 30))


class Words:
    """Made-up texts of three languages: words by Zipf's law, and in each an order number of its own."""

    def __init__(self, seed: int = 11) -> None:
        self._random = np.random.default_rng(seed)
        made = np.random.default_rng(3)
        self._known = {language: _vocabulary(made, letters) for language, letters in _LETTERS.items()}

    def text(self, language: str, number: int) -> str:
        return f"{self._some(language, 60)} E-{100_000 + number}"

    def question(self, language: str) -> str:
        """Eight words, and the number of some passage."""
        return f"{self._some(language, 8)} E-{100_000 + self._random.integers(0, sum(SCOPES.values()))}?"

    def _some(self, language: str, count: int) -> str:
        ranks = np.searchsorted(_SHARE_TO_RANK, self._random.random(count))
        return " ".join(self._known[language][rank] for rank in ranks)


def _vocabulary(made: np.random.Generator, letters: str) -> list[str]:
    lengths = made.integers(3, 11, WORDS)
    return ["".join(made.choice(list(letters), length)) for length in lengths]


class GivenVectors:
    """An :class:`integrations.embeddings.port.Embedder` whose queries cost nothing: what is timed is the search."""

    model, dimensions, centred = MODEL, DIMENSIONS, False

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    async def passages(self, texts: Sequence[str]) -> Vector:
        return self._generator.passages(len(texts))[0]

    async def query(self, text: str) -> Vector:
        return self._generator.query()

    async def close(self) -> None:
        """Nothing is held open."""


async def fill(owner: asyncpg.Connection, generator: Generator, scopes: Mapping[int, int] | None) -> None:
    """Passages with vectors, by COPY; ``scopes`` None: as of 0005, where all are the tenant's.

    Indexes are made at the end, but for one that the release before this alone reads.
    """
    await owner.set_type_codec("vector", schema="public", encoder=bytes, decoder=bytes, format="binary")
    words, first = Words(), 1
    indexes = await owner.fetch(_INDEXES)
    await owner.execute("".join(f"DROP INDEX {row['indexname']};" for row in indexes))
    # References are not checked row by row: all of them are right.
    await owner.execute("SET session_replication_role = replica")
    for scope, size in (scopes or {0: sum(SCOPES.values())}).items():
        assistant_id = await _assistant(owner, scope) if scope else None
        source_id = await _source(owner, scopes is not None, assistant_id)
        coming = asyncio.create_task(asyncio.to_thread(_rows, words, generator, first, source_id, scope))
        for at in range(BATCH, size + BATCH, BATCH):
            rows = await coming
            if at < size:
                coming = asyncio.create_task(asyncio.to_thread(_rows, words, generator, first + at, source_id, scope))
            await _copy(owner, rows, scoped=scopes is not None)
        first += size
    await owner.execute("SET session_replication_role = DEFAULT")
    await owner.execute("SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 2")
    for row in indexes:
        if scopes is None or row["indexname"] != "knowledge_chunks_search":
            await owner.execute(row["indexdef"])
    await owner.execute(_SPACES_OF_SCOPES if scopes else _SPACES_OF_TENANT)
    await owner.execute("ANALYZE knowledge_chunks, chunk_vectors, chunk_sentences")


_SPACES_OF_TENANT = """
INSERT INTO knowledge_spaces (tenant_id, language, model, chunks, lexemes, total)
SELECT v.tenant_id, v.language, v.model, count(*), sum(length(c.search)), sum(v.embedding)
FROM chunk_vectors v JOIN knowledge_chunks c ON c.id = v.chunk_id GROUP BY 1, 2, 3
"""
_SPACES_OF_SCOPES = """
INSERT INTO knowledge_spaces (tenant_id, scope, language, model, chunks, lexemes, total)
SELECT v.tenant_id, v.scope, v.language, v.model, count(*), sum(length(c.search)), sum(v.embedding)
FROM chunk_vectors v JOIN knowledge_chunks c ON c.id = v.chunk_id GROUP BY 1, 2, 3, 4
"""


async def _assistant(owner: asyncpg.Connection, number: int) -> int:
    insert = """
        INSERT INTO assistants (id, public_id, tenant_id, name, description, system_prompt, is_active,
            website_integration, allowed_domains, site_token, created_at, updated_at)
        VALUES ($1, gen_random_uuid(), $2, $3, '', '', true, false, '[]', $3, now(), now()) RETURNING id
    """
    return int(await owner.fetchval(insert, number, TENANT, f"benchmark {number}"))


async def _source(owner: asyncpg.Connection, scoped: bool, assistant_id: int | None) -> int:
    insert = """
        INSERT INTO knowledge_sources (tenant_id, name, created_at, updated_at)
        VALUES ($1, 'benchmark ' || coalesce($2::text, 'all'), now(), now()) RETURNING id
    """
    source_id = await owner.fetchval(insert, TENANT, None if assistant_id is None else str(assistant_id))
    if scoped:
        await owner.execute("UPDATE knowledge_sources SET assistant_id = $1 WHERE id = $2", assistant_id, source_id)
    return int(source_id)


@dataclass(frozen=True)
class Passages:
    """One batch, a row a passage; ``scope`` is that of all."""

    ids: Sequence[int]
    source_id: int
    scope: int
    languages: Sequence[str]
    texts: Sequence[str]
    vectors: Vector


def _rows(words: Words, generator: Generator, first: int, source_id: int, scope: int) -> Passages:
    vectors, languages = generator.passages(BATCH)
    ids = range(first, first + BATCH)
    texts = [words.text(language, number) for number, language in zip(ids, languages, strict=True)]
    return Passages(ids, source_id, scope, languages, texts, vectors)


async def _copy(owner: asyncpg.Connection, batch: Passages, *, scoped: bool) -> None:
    own = [batch.scope] if scoped else []
    scope = ["scope"] if scoped else []
    now = await owner.fetchval("SELECT now()")
    head = np.array([DIMENSIONS, 0], ">u2").tobytes()
    each = list(zip(batch.ids, batch.languages, batch.texts, batch.vectors, strict=True))
    await owner.copy_records_to_table(
        "knowledge_chunks",
        columns=["id", "tenant_id", "source_id", "identity", "version", "is_current", "heading", "content", "language",
                 "metadata", "exact_tokens", "created_at", *scope],
        records=[(n, TENANT, batch.source_id, str(n), 1, True, "", text, language, "{}",
                  [text[-8:].lower(), text[-8:].lower().replace("-", "")], now, *own) for n, language, text, _ in each],
    )  # fmt: skip
    await owner.copy_records_to_table(
        "chunk_vectors",
        columns=["tenant_id", "chunk_id", "source_id", "language", "model", "dimensions", "embedding", *scope],
        records=[(TENANT, n, batch.source_id, language, MODEL, DIMENSIONS, head + vector.astype(">f4").tobytes(), *own)
                 for n, language, _, vector in each],
    )  # fmt: skip
    await owner.copy_records_to_table(
        "chunk_sentences",
        columns=["tenant_id", "chunk_id", "model", "spans", "vectors"],
        records=[(TENANT, n, MODEL, [0, len(text)], vector.astype(np.float16).tobytes() * 2)
                 for n, _, text, vector in each],
    )  # fmt: skip

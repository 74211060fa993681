"""The whole search among 100,000 passages of one tenant: ``python -m benchmarks.search``, some two minutes.

Starts an embedded PostgreSQL of its own with the product's settings and event loop, and fills it with the passages of
:mod:`benchmarks.passages`, all of them the tenant's. Questions of eight words and an order number are asked one after
another through :func:`services.retrieval.search`; the vectors of questions are given, so that what is timed is all but
the embedding. Recall is the share of the ten best of :mod:`benchmarks.exact_search`, whose lanes read every passage,
that the search finds, of 90 questions. The first hundred, which fill PostgreSQL's memory and tell the process which
words are common, are counted apart; a thousand follow, so that a machine's slow seconds are not all that is seen.
Prints times, processor milliseconds of both sides (which hang less on what else the machine does), and recall.
"""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import numpy as np
import uvloop
from rich.console import Console
from rich.table import Table

from app.composition import install, make_providers
from app.embedded.postgres import EmbeddedPostgres
from app.loading import collect_rarely
from app.migrate import migrate
from benchmarks.exact_search import Asked, ExactSearch
from benchmarks.passages import TENANT, GivenVectors, Words, fill
from benchmarks.proof import Figure, at_least, at_most
from benchmarks.vector_search import DIMENSIONS, MODEL, SHARES, Generator, Vector
from config.database import APP_ROLE, close_database, open_database
from config.settings import override_settings
from core.actor import system_actor
from integrations.vectors.pgvector import PgVectorStore
from integrations.vectors.port import VectorQuery
from services import retrieval
from services.scoring import Centring, recipe

PASSAGES, FIRST, QUESTIONS, COMPARED, LIMIT = 100_000, 100, 1_000, 90, 10


class OneVectorEach(GivenVectors):
    """Gives a question the same vector each time."""

    def __init__(self, generator: Generator) -> None:
        super().__init__(generator)
        self._given: dict[str, Vector] = {}

    async def query(self, text: str) -> Vector:
        if text not in self._given:
            self._given[text] = self._generator.query()
        return self._given[text]


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each search, of the first ones too, processor milliseconds of one, and recall of the ten best."""

    first: Sequence[float]
    wall: Sequence[float]
    python: float
    database: float
    recall: float
    recall_of_vectors: float

    @property
    def p50(self) -> float:
        return float(np.median(self.wall))


@dataclass(frozen=True)
class House:
    """A filled database, and what questions are asked of it."""

    owner: asyncpg.Connection
    embedder: OneVectorEach
    words: Words

    def questions(self, count: int) -> list[str]:
        return [self.words.question(language) for language, _ in zip(_round(), range(count), strict=False)]


def _round() -> Iterator[str]:
    while True:
        yield from SHARES


@asynccontextmanager
async def house(directory: Path) -> AsyncIterator[House]:
    """Everything in place; ends with what it has started."""
    with EmbeddedPostgres(directory) as server:
        named = {"OPORA_ENV": "test", "OPORA_DATABASE_URL": server.address, "OPORA_DATA_DIR": str(directory)}
        with override_settings(**named, _env_file=None) as settings:
            await migrate(settings)
            generator = Generator()
            embedder = OneVectorEach(generator)
            owner = await asyncpg.connect(server.url)
            await fill(owner, generator, {0: PASSAGES})
            await open_database(settings)
            install(settings, lambda chosen: make_providers(chosen, embedder))
            try:
                yield House(owner, embedder, Words(seed=23))
            finally:
                await close_database()
                await owner.close()


async def measure(built: House) -> Measured:
    _, first = await _asked(built.questions(FIRST))
    questions, database, python = built.questions(QUESTIONS), await _processor_ms(built.owner), time.process_time()
    searches, wall = await _asked(questions)
    python, database = 1_000 * (time.process_time() - python), await _processor_ms(built.owner) - database
    compared = searches[:COMPARED]
    asked = [Asked(each.question, await built.embedder.query(each.question)) for each in compared]
    exact, means = await ExactSearch.read(built.owner, DIMENSIONS), searches[0].means
    best = await exact.best(built.owner, asked, means, recipe(MODEL), lane=retrieval.CANDIDATES)
    found = [[hit.chunk_id for hit in search.hits] for search in compared]
    near = [await _near(each, search.language, means) for each, search in zip(asked, compared, strict=True)]
    nearest = [exact.nearest(each, means, LIMIT) for each in asked]
    spent = python / QUESTIONS, database / QUESTIONS
    return Measured(first, wall, *spent, _recall(found, best), _recall(near, nearest))


async def _asked(questions: Sequence[str]) -> tuple[list[retrieval.Search], list[float]]:
    """What each search finds, and the milliseconds that it takes."""
    searches, wall = [], []
    for question in questions:
        started = time.perf_counter()
        searches.append(await retrieval.search(system_actor(TENANT), question, limit=LIMIT))
        wall.append(1_000 * (time.perf_counter() - started))
    return searches, wall


async def _near(asked: Asked, language: str, means: Centring) -> list[int]:
    """What the index of vectors alone finds."""
    vector = means.query(asked.vector, language)
    query = VectorQuery(
        vector / np.linalg.norm(vector), asked.text, {each: means.passage_mean(each) for each in SHARES}
    )
    hits = await PgVectorStore(model=MODEL, dimensions=DIMENSIONS).search(TENANT, query, limit=LIMIT)
    return [hit.chunk_id for hit in hits]


def _recall(found: Sequence[Sequence[int]], best: Sequence[Sequence[int]]) -> float:
    pairs = zip(found, best, strict=True)
    return float(np.mean([len(set(some) & set(right[:LIMIT])) / LIMIT for some, right in pairs]))


async def _processor_ms(owner: asyncpg.Connection) -> float:
    """What PostgreSQL's processes for the product have used of the processors so far."""
    rows = await owner.fetch("SELECT pid FROM pg_stat_activity WHERE usename = $1", APP_ROLE)
    return sum(_of_process(row["pid"]) for row in rows)


def _of_process(process: int) -> float:
    """Milliseconds of a process, from the kernel's scheduler."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6


async def measured(scratch: Path) -> Measured:
    async with house(scratch) as built:
        return await measure(built)


def run() -> Measured:
    """Ask a house that is built for it and removed again, in a process that collects garbage as the API does."""
    collect_rarely()
    scratch = Path(tempfile.mkdtemp(prefix="opora-search-"))
    scratch.chmod(0o755)
    try:
        return uvloop.run(measured(scratch))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def prove() -> Iterator[Figure]:
    """Search in 100,000 passages: how long, and how much of what reading everything finds."""
    found = run()
    yield at_most("search among 100,000 passages beside the embedding, p50", found.p50, 15, "ms")
    yield at_least("recall@10 of a search whose lanes read every passage", found.recall, 0.98)
    yield at_least("recall@10 of vectors alone", found.recall_of_vectors, 0.98)


def main() -> None:
    found = run()
    table = Table("measure", "value", title=f"100,000 passages of one tenant, {QUESTIONS:,} questions")
    table.add_row("p50 ms", f"{found.p50:.1f}")
    table.add_row("p99 ms", f"{np.percentile(found.wall, 99):.1f}")
    table.add_row("p50 ms of the first hundred", f"{np.median(found.first):.1f}")
    table.add_row("processor ms of Python, of PostgreSQL", f"{found.python:.1f}, {found.database:.1f}")
    table.add_row("recall@10 of a search whose lanes read every passage", f"{found.recall:.3f}")
    table.add_row("recall@10 of vectors alone", f"{found.recall_of_vectors:.3f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()

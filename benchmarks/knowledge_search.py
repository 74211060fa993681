"""Search in 100,000 passages of one tenant, by lane: ``python -m benchmarks.knowledge_search``, a minute or two.

Starts an embedded PostgreSQL of its own. 65,000 passages all of the tenant know, 30,000 are one assistant's, 5,000
another's; their words follow Zipf's law, their vectors are those of :mod:`benchmarks.vector_search`. Prints for one
scope and for two p50, p99 and the indexes that each lane reads. ``--upgrade`` fills the tables as of 0005, all of the
tenant's, and prints what the later migrations take, and how long
they keep a reader and a writer waiting.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg
import numpy as np
from rich.console import Console
from rich.table import Table
from tortoise.migrations.api.migrate import migrate as apply_migrations

import app.migrate
from app.composition import install, make_providers
from app.embedded.postgres import EmbeddedPostgres
from benchmarks.passages import OTHERS, OWN, SCOPES, TENANT, GivenVectors, Words, fill
from benchmarks.vector_search import SHARES, Generator
from config.database import close_database, open_database
from config.settings import override_settings
from core.actor import system_actor
from integrations.vectors.pgvector import PgVectorStore
from services import retrieval
from services.unit_of_work import LoneRead, Record, unit_of_work

RELEASED, QUESTIONS = "opora.0005_billing", 30


class Stopwatch:
    """Seconds of each part of a search, told apart by what it asks of the database; some parts run at once."""

    LANES: Mapping[str, str] = {
        "lexical_postings": "words", "counted.lexemes": "candidates", "exact_candidates": "exact"
    }  # fmt: skip

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self._now: dict[str, float] = {}

    async def search(self, question: str, assistant_id: int | None) -> None:
        own = {} if assistant_id is None else {"assistant_id": assistant_id}
        self._now = {"dense": 0.0, "words": 0.0, "exact": 0.0, "candidates": 0.0}
        started = time.perf_counter()
        with patch.object(LoneRead, "records", self._records()), patch.object(PgVectorStore, "search", self._search()):
            await retrieval.search(system_actor(TENANT), question, **own)
        for part, seconds in {**self._now, "retrieval.search": time.perf_counter() - started}.items():
            self.seconds.setdefault(part, []).append(seconds)

    def _records(self) -> Callable[..., Awaitable[Sequence[Record]]]:
        ask = LoneRead.records

        async def timed(reading: LoneRead, statement: str, *values: object) -> Sequence[Record]:
            started = time.perf_counter()
            rows = await ask(reading, statement, *values)
            lane = next((lane for word, lane in self.LANES.items() if word in statement), "other")
            self._now[lane] = self._now.get(lane, 0.0) + time.perf_counter() - started
            return rows

        return timed

    def _search(self) -> Callable[..., Awaitable[object]]:
        ask = PgVectorStore.search

        async def timed(store: PgVectorStore, *values: Any, **named: Any) -> object:
            started = time.perf_counter()
            found = await ask(store, *values, **named)
            self._now["dense"] += time.perf_counter() - started
            return found

        return timed


async def measure(assistant_id: int | None, title: str) -> Table:
    """Searches of the same questions, one after another, and the indexes that they read."""
    words, table = Words(seed=23), Table(title=title)
    questions = [words.question(language) for language in list(SHARES) * (QUESTIONS // len(SHARES))]
    for question in questions[:6]:
        await Stopwatch().search(question, assistant_id)
    before, watch = await _scans(), Stopwatch()
    for question in questions:
        await watch.search(question, assistant_id)
    for column in ("part", "p50 ms", "p99 ms"):
        table.add_column(column)
    for part, seconds in watch.seconds.items():
        p50, p99 = np.percentile(seconds, [50, 99]) * 1000
        table.add_row(part, f"{p50:.1f}", f"{p99:.1f}")
    read = {name: scans - before.get(name, 0) for name, scans in (await _scans()).items()}
    table.caption = ", ".join(f"{name} {scans}" for name, scans in sorted(read.items()) if scans)
    return table


async def _scans() -> dict[str, int]:
    """How often each index of the knowledge was read so far, and each table whole."""
    async with unit_of_work(system_actor(TENANT)) as uow:
        await uow.rows("SELECT pg_stat_force_next_flush()")
    await asyncio.sleep(0.1)
    async with unit_of_work(system_actor(TENANT)) as uow:
        rows = await uow.rows("""
            SELECT indexrelname AS name, idx_scan AS scans FROM pg_stat_user_indexes WHERE relname = ANY ($1::text[])
            UNION ALL SELECT relname || ' (whole)', seq_scan FROM pg_stat_user_tables WHERE relname = ANY ($1::text[])
        """, ["knowledge_chunks", "chunk_vectors", "chunk_sentences"])  # fmt: skip
    return {row["name"]: row["scans"] for row in rows}


async def upgrade(url: str) -> str:
    """What the migrations after 0005 take, and how long they keep a reader and a writer of the knowledge waiting."""
    waits: dict[str, float] = {}
    asked = {
        "reader": "SELECT 1 FROM knowledge_chunks LIMIT 1",
        "writer": "UPDATE knowledge_sources SET updated_at = now() WHERE id = -1",
    }
    async with asyncio.TaskGroup() as group:
        watching = [group.create_task(_waits(url, who, statement, waits)) for who, statement in asked.items()]
        started = time.perf_counter()
        await app.migrate.migrate()
        seconds = time.perf_counter() - started
        for task in watching:
            task.cancel()
    return f"migrations after 0005: {seconds:.1f} s; " + ", ".join(f"a {w} waited {s:.1f} s" for w, s in waits.items())


async def _waits(url: str, who: str, statement: str, waits: dict[str, float]) -> None:
    connection = await asyncpg.connect(url)
    while True:
        started = time.perf_counter()
        await connection.execute(statement)
        waits[who] = max(waits.get(who, 0.0), time.perf_counter() - started)
        await asyncio.sleep(0.01)


async def migrate_to(target: str | None) -> None:
    """As `opora migrate`, but no further than ``target``."""
    with patch("app.migrate.apply_migrations", partial(apply_migrations, target=target)):
        await app.migrate.migrate()


async def main(scratch: Path, console: Console, *, upgrading: bool) -> None:
    server = EmbeddedPostgres(scratch, durable=False)
    try:
        url = server.start()
        with override_settings(OPORA_ENV="test", OPORA_DATABASE_URL=url, OPORA_DATA_DIR=str(scratch)) as settings:
            await migrate_to(RELEASED if upgrading else None)
            generator = Generator()
            owner = await asyncpg.connect(url)
            with console.status("filling"):
                await fill(owner, generator, None if upgrading else SCOPES)
            if upgrading:
                console.print(await upgrade(url))
                await owner.execute("ANALYZE")
            await owner.close()
            await open_database()
            install(settings, lambda chosen: make_providers(chosen, GivenVectors(generator)))
            console.print(await measure(None, "what all of the tenant know"))
            if not upgrading:
                console.print(await measure(OWN, "that, and what an assistant knows: 30,000 passages"))
                console.print(await measure(OTHERS, "that, and what another knows: 5,000 passages"))
            await close_database()
    finally:
        server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--upgrade", action="store_true")
    scratch = Path(tempfile.mkdtemp(prefix="opora-knowledge-search-"))
    scratch.chmod(0o755)
    try:
        asyncio.run(main(scratch, Console(width=110), upgrading=parser.parse_args().upgrade))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

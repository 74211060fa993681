"""Keeping and watching an installation: ``python -m benchmarks.operations [--messages N] [--files N]``.

Starts ``opora up`` with the demo tenant and a collector of traces, asks one question as the customer, and looks which
spans lead from the request to the reply on the socket. Stops it, fills it up (messages of 40 words, files of 100 KB),
and then times ``opora backup`` and ``opora restore`` into an empty directory, as processes: the start of the embedded
servers is part of both. What is restored is compared with what was there: each row of each table, indexes, isolation,
rights and sequences, and each file. Last, what a place that could be traced costs where nothing is traced.

PostgreSQL is told nothing but what the product tells it.
"""

import argparse
import asyncio
import hashlib
import os
import subprocess
import time
import timeit
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from app.embedded.postgres import EmbeddedPostgres
from benchmarks.answers import running
from benchmarks.proof import Figure, at_least, at_most, exactly, none_of
from config import tracing
from tests.backup.comparison import whole
from tests.doubles.otlp import CollectorDouble, SentSpan, running_collector
from tests.system.installation import OPORA, Service, clean_environment, eventually
from tests.system.people import is_message, sign_in

MESSAGES, FILES = 20_000, 100
FILE_BYTES = 100_000
ROWS_BACKED_UP, ROWS_RESTORED = 2_000, 500
SPAN_NS = 1_000
QUESTION = ("Home 300", "How much does the Home 300 plan cost?")
LINKS = ("POST /v1/tickets", "unit of work", "job answering.reply", "delivered message.added")
"""What a trace has to show: the request, its transaction, the job, the reply on its way to the socket."""
_FILL = """
INSERT INTO messages (public_id, tenant_id, conversation_id, author_kind, visibility, text, created_at)
SELECT gen_random_uuid(), tenant_id, id, 'customer', 'public', {words}, now()
FROM (SELECT tenant_id, id FROM conversations WHERE kind = 'ticket' ORDER BY id LIMIT 1) AS c, generate_series(1, $1) n
"""
# Of a vocabulary of five thousand, as people's words are: the index of words is the longest part of a restore.
_WORDS = "(SELECT string_agg('word' || (n * 97 + w * w * 31) % 5000, ' ') FROM generate_series(1, 40) w)"
_FILE = """
INSERT INTO attachments (public_id, tenant_id, file_name, mime_type, size_bytes, sha256, storage_key, created_at)
SELECT gen_random_uuid(), id, 'a.bin', 'application/octet-stream', $2, $3, $1, now() FROM tenants WHERE slug = 'demo'
"""


@dataclass(frozen=True)
class Copied:
    """Seconds of the two commands; what of the copy differs, of how much; ``size`` of the backup in bytes."""

    rows: int
    backup_s: float
    restore_s: float
    size: int
    tables: list[str]
    files: int
    all_tables: int
    all_files: int


async def follow_one_question(origin: str, collector: CollectorDouble) -> list[SentSpan]:
    """The spans of the trace that begins with the request, once the reply was seen."""
    async with await sign_in(origin) as customer:
        ticket_id = await customer.open_ticket(*QUESTION)
        async with customer.watch(ticket_id, last_seq=0) as socket:
            await socket.until(is_message("assistant"), 60)
    found: list[SentSpan] = []

    def complete() -> bool:
        asked = next((span for span in collector.spans if span.name == LINKS[0]), None)
        found[:] = collector.trace(asked.trace_id) if asked else []
        return all(any(span.name == link for span in found) for link in LINKS)

    await asyncio.to_thread(eventually, complete, 15)
    return found


async def fill(url: str, uploads: Path, messages: int, files: int) -> int:
    """How many rows there are then."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_FILL.format(words=_WORDS), messages)
        for number in range(files):
            data, key = os.urandom(FILE_BYTES), f"1/bench/{number}"
            path = uploads / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            await connection.execute(_FILE, key, FILE_BYTES, hashlib.sha256(data).hexdigest())
    finally:
        await connection.close()
    return messages + files


def command(data_dir: Path, *words: str) -> float:
    """Seconds of one command of the product. Raises CalledProcessError."""
    started = time.perf_counter()
    environment = clean_environment() | {"OPORA_DATA_DIR": str(data_dir), "OPORA_LOG_LEVEL": "ERROR"}
    subprocess.run([str(OPORA), *words], env=environment, cwd=data_dir.parent, check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - started


def copy(data_dir: Path, messages: int, files: int) -> Copied:
    """Fill an installation that is at rest, back it up, restore it elsewhere, and compare."""
    uploads = data_dir / "uploads"
    with EmbeddedPostgres(data_dir) as server:
        asyncio.run(fill(server.url, uploads, messages, files))
        before = asyncio.run(whole(server.url))
        rows = asyncio.run(_rows(server.url))
    backup, elsewhere = data_dir.parent / "opora.backup", data_dir.parent / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    backup_s = command(data_dir, "backup", str(backup), "--with-secret")
    restore_s = command(elsewhere, "restore", str(backup))
    with EmbeddedPostgres(elsewhere) as server:
        after = asyncio.run(whole(server.url))
    different = [name for name, digest in before["rows"].items() if after["rows"].get(name) != digest]
    different += [part for part in ("tables", "sequences", "routines") if before[part] != after[part]]
    named = [path.relative_to(uploads) for path in (uploads / "1" / "bench").iterdir()]
    lost = sum((elsewhere / "uploads" / name).read_bytes() != (uploads / name).read_bytes() for name in named)
    size = backup.stat().st_size
    return Copied(rows, backup_s, restore_s, size, different, lost, len(before["tables"]), len(named))


async def _rows(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sum([await connection.fetchval(f'SELECT count(*) FROM "{row[0]}"') for row in tables])  # noqa: S608
    finally:
        await connection.close()


def untraced_ns() -> float:
    """Nanoseconds of processor time of one place to trace where nothing is traced; the best of ten rounds."""
    calls = 50_000

    def work() -> None:
        with tracing.span("work", opora__attempt=1):
            pass

    assert not tracing.is_on()
    return min(timeit.repeat(work, number=calls, repeat=10, timer=time.process_time)) / calls * 1e9


def measure(messages: int, files: int) -> tuple[list[SentSpan], Copied]:
    with running_collector() as collector, running(OPORA_OTEL_ENDPOINT=collector.url) as (origin, up):
        spans = asyncio.run(follow_one_question(origin, collector))
        up.end()
        return spans, copy(data_of(up), messages, files)


def data_of(up: Service) -> Path:
    return up.log.parent / "data"


def links_missing(spans: list[SentSpan]) -> list[str]:
    """Which links the trace does not show below the one span that has nothing above it."""
    roots = [span for span in spans if not span.parent_id]
    return [link for link in LINKS if not any(span.name == link for span in spans)] if len(roots) == 1 else list(LINKS)


def prove() -> Iterator[Figure]:
    """The short form."""
    yield at_most("a place to trace, where nothing is traced", untraced_ns(), SPAN_NS, "ns")
    spans, copied = measure(MESSAGES, FILES)
    yield exactly("links missing in the trace from a message to the reply seen", len(links_missing(spans)), 0)
    yield none_of("tables that differ after backup and restore", len(copied.tables), copied.all_tables)
    yield none_of("files that differ after backup and restore", copied.files, copied.all_files, FILES)
    yield at_least("rows backed up a second", copied.rows / copied.backup_s, ROWS_BACKED_UP)
    yield at_least("rows restored a second, with their indexes", copied.rows / copied.restore_s, ROWS_RESTORED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--files", type=int, default=1000)
    options = parser.parse_args()
    spans, copied = measure(options.messages, options.files)
    console = Console()
    trace = Table("span", "process", "after, ms", "took, ms", title="From a message to the reply seen")
    for span in spans:
        after, took = (span.start - spans[0].start) / 1e6, (span.end - span.start) / 1e6
        trace.add_row(span.name, span.service, f"{after:.1f}", f"{took:.1f}")
    console.print(trace)
    table = Table("", "seconds", "rows a second", title=f"{copied.rows:,} rows, {copied.size / 1e6:.0f} MB")
    for name, seconds in (("backup", copied.backup_s), ("restore", copied.restore_s)):
        table.add_row(name, f"{seconds:.1f}", f"{copied.rows / seconds:,.0f}")
    console.print(table)
    console.print(f"Different after it: {copied.tables or 'no table'}, {copied.files} files")
    console.print(f"A place to trace, where nothing is traced: {untraced_ns():.0f} ns")


if __name__ == "__main__":
    main()

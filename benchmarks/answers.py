"""Answers per second, end to end: a ticket is created over HTTP, the assistant's reply is committed and seen live.

``python -m benchmarks.answers [--tickets N]`` starts ``opora up`` with the demo tenant on a scratch directory, without
a chat model (answers are quotes), and asks the demo's questions: first as one customer who waits for each reply, then
as 32 at once. It prints a table, how long the jobs took by the worker's log, and which process used the processor.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from rich.console import Console
from rich.table import Table

from app.embedded.postgres import EmbeddedPostgres
from tests.embedded.running import free_port
from tests.system.installation import Service, eventually
from tests.system.people import Frame, Person, sign_in

TOGETHER = 32
_QUESTIONS = Path(__file__).parent.parent / "app" / "demo_data" / "tickets.json"
_COMMITTED = """
SELECT extract(epoch FROM reply.created_at - ticket.created_at) AS seconds
FROM tickets ticket JOIN messages reply ON reply.conversation_id = ticket.id AND reply.author_kind <> 'customer'
WHERE ticket.id = ANY ($1::bigint[])
"""
_START_S = 120.0
_SETTINGS = {"OPORA_RATE_LIMITS": "off", "OPORA_LOG_FORMAT": "json", "OPORA_BCRYPT_ROUNDS": "4"}


@dataclass(frozen=True)
class Answered:
    """Seconds from the first byte of the request: to the response, and to the reply on the socket."""

    ticket_id: int
    accepted: float
    seen: float


@dataclass(frozen=True)
class Phase:
    """``committed`` are seconds from the ticket's row to the reply's, by the database's clock; ``busy`` is processor
    time by process, in seconds; ``jobs`` how long the worker's attempts took.
    """

    name: str
    answers: Sequence[Answered]
    committed: Sequence[float]
    seconds: float
    busy: dict[str, float]
    jobs: Sequence[float]


@contextmanager
def running(**settings: str) -> Iterator[tuple[str, Service]]:
    """The whole product on a scratch directory: its address, and the process."""
    directory = Path(tempfile.mkdtemp(prefix="opora-benchmark-"))
    directory.chmod(0o755)
    port = free_port()
    environment = {**_SETTINGS, **settings, "OPORA_DATA_DIR": str(directory / "data")}
    up = Service(["up", "--port", str(port)], environment, directory / "up.log")
    try:
        assert eventually(lambda: "is ready after" in up.text() or up.process.poll() is not None, _START_S), up.text()
        yield f"http://127.0.0.1:{port}", up
    finally:
        up.end()
        shutil.rmtree(directory, ignore_errors=True)


def questions() -> Iterator[tuple[str, str]]:
    """Titles and texts of the demo's answerable questions, over and over, each a little different from all before."""
    entries: list[dict[str, Any]] = json.loads(_QUESTIONS.read_text("utf-8"))
    answerable = [entry for entry in entries if entry["expected"] == "answer"]
    for number, entry in enumerate(itertools.cycle(answerable)):
        # The embedded model remembers texts that it has seen.
        yield entry["subject"], f"{entry['description']} ({number})"


async def ask(customer: Person, title: str, text: str) -> Answered:
    """Open a ticket and wait for the reply on its socket."""
    began = time.monotonic()
    response = await customer.post("/v1/tickets", json={"title": title, "description": text})
    ticket = response.raise_for_status().json()
    accepted = time.monotonic() - began
    async with customer.watch(ticket["id"], last_seq=0) as socket:
        await socket.until(_is_reply, 120)
    return Answered(ticket["id"], accepted, time.monotonic() - began)


async def one_by_one(customer: Person, asked: Sequence[tuple[str, str]]) -> list[Answered]:
    return [await ask(customer, *question) for question in asked]


async def together(customer: Person, asked: Sequence[tuple[str, str]]) -> list[Answered]:
    """All of them by :data:`TOGETHER` customers, each of whom asks again when answered."""
    left = iter(asked)
    answers: list[Answered] = []

    async def go_on() -> None:
        for question in left:
            answers.append(await ask(customer, *question))

    await asyncio.gather(*(go_on() for _ in range(TOGETHER)))
    return answers


async def measure(name: str, up: Service, work: Callable[[], Awaitable[list[Answered]]]) -> Phase:
    before, jobs_before = processor_seconds(up), len(job_seconds(up))
    began = time.monotonic()
    answers = await work()
    seconds = time.monotonic() - began
    busy = {process: spent - before.get(process, 0.0) for process, spent in processor_seconds(up).items()}
    return Phase(name, answers, await committed(up, answers), seconds, busy, job_seconds(up)[jobs_before:])


async def committed(up: Service, answers: Sequence[Answered]) -> list[float]:
    """From the ticket's row to the reply's, whose transaction commits a few milliseconds later."""
    url = EmbeddedPostgres(up.log.parent / "data").find_running()
    assert url is not None
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_COMMITTED, [answered.ticket_id for answered in answers])
    finally:
        await connection.close()
    return [float(row["seconds"]) for row in rows]


def processor_seconds(up: Service) -> dict[str, float]:
    """Processor time that each of the product's processes and servers has used so far, and this program itself."""
    spent: dict[str, float] = {"this program": _spent(psutil.Process())}
    for process in psutil.Process(up.pid).children(recursive=True):
        words = process.cmdline()
        command = next((words[n + 1] for n, word in enumerate(words) if word == "app.cli"), None)
        name = command or process.name()
        spent[name] = spent.get(name, 0.0) + _spent(process)
    return spent


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    # Backends of PostgreSQL that have ended count with their parent.
    return float(times.user + times.system)


def job_seconds(up: Service) -> list[float]:
    """From claim to mark, of each attempt at an answer."""
    lines = (line for line in up.log.read_text("utf-8").splitlines() if "job_attempted" in line)
    return [entry["seconds"] for line in lines if (entry := json.loads(line))["task"] == "answering.reply"]


def report(phases: Sequence[Phase]) -> None:
    console = Console(width=120)
    memory = psutil.virtual_memory().total / 2**30
    console.print(
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB; Python {platform.python_version()}"
    )
    table = Table("customers", "answers", "answers/s", "accepted p50/p99", "committed p50/p99", "seen live p50/p99")
    for phase in phases:
        accepted, seen = [each.accepted for each in phase.answers], [each.seen for each in phase.answers]
        shown = [
            f"{_quantile(times, 50):.0f} / {_quantile(times, 99):.0f} ms" for times in (accepted, phase.committed, seen)
        ]
        table.add_row(phase.name, str(len(phase.answers)), f"{len(phase.answers) / phase.seconds:.1f}", *shown)
    console.print(table)
    for phase in phases:
        jobs = f"p50 {_quantile(phase.jobs, 50):.0f} ms, p99 {_quantile(phase.jobs, 99):.0f} ms"
        spent = sorted(phase.busy.items(), key=lambda item: -item[1])
        shares = ", ".join(f"{name} {1000 * each / len(phase.answers):.1f}" for name, each in spent if each > 0.01)
        console.print(f"{phase.name}: a job takes {jobs}; processor ms per answer: {shares}")


def _quantile(seconds: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def _is_reply(frame: Frame) -> bool:
    return frame["type"] == "message" and frame["data"]["role"] in ("assistant", "system")


async def main(tickets: int) -> None:
    with running() as (origin, up):
        asked = questions()

        def some(count: int) -> list[tuple[str, str]]:
            return list(itertools.islice(asked, count))

        async with await sign_in(origin) as customer:
            # The demo's own tickets, and everything that is loaded at first use.
            await together(customer, some(TOGETHER))
            alone, many = some(max(20, tickets // 4)), some(tickets)
            phases = [await measure("1", up, lambda: one_by_one(customer, alone))]
            phases.append(await measure(str(TOGETHER), up, lambda: together(customer, many)))
    report(phases)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=400, help="How many the 32 customers open together.")
    asyncio.run(main(parser.parse_args().tickets))

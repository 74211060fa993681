"""The same work on Opora, django-helpdesk and Request Tracker: ``python -m benchmarks peers [--tickets 1000 100000]
[--clients 8 32] [--seconds 5] [--rounds 2]``.

One PostgreSQL 18, durable as by default, serves all three, one after another, each in a database of its own with the
same texts; each runs alone, as its documentation says to serve it: Opora one API process and its scheduler, the others
five worker processes. An agent creates tickets, lists the newest 25, replies to any of them, and searches for a word
that stands in twenty. Nothing else happens: no assistant answers and no mail is sent. Prints requests a second, latency
and processor time (the product's and PostgreSQL's together), and how they grow with the number of tickets.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from app.embedded.postgres import EmbeddedPostgres
from benchmarks.peers.helpdesk import DjangoHelpdesk
from benchmarks.peers.load import Measured, answered, measure
from benchmarks.peers.opora import Opora
from benchmarks.peers.peer import ACTIONS, Database, Peer, Running, Texts
from benchmarks.peers.request_tracker import RequestTracker
from benchmarks.proof import Figure, at_least, at_most, exactly

PEERS: tuple[type[Peer], ...] = (Opora, DjangoHelpdesk, RequestTracker)
_START_S = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """What one product did with one action."""

    peer: str
    tickets: int
    clients: int
    action: str
    measured: Measured


@dataclass(frozen=True)
class Plan:
    """``seconds`` is for each action; the numbers of clients take turns ``rounds`` times, and the middle one counts."""

    tickets: Sequence[int]
    clients: Sequence[int]
    seconds: float
    rounds: int

    @property
    def steps(self) -> int:
        return len(self.tickets) * (1 + len(self.clients) * self.rounds * len(ACTIONS))


def compare(plan: Plan, peers: Iterable[Peer], console: Console) -> list[Row]:
    """Each product in turn, from its empty database on."""
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="opora-peers-") as name,
        Progress(console=console, transient=True) as progress,
    ):
        directory = Path(name)
        directory.chmod(0o755)
        for peer in peers:
            lacking = peer.missing()
            if lacking:
                console.print(f"{peer.name} is left out: it is not here. {lacking}")
                continue
            task = progress.add_task(peer.name, total=plan.steps)
            rows += _measured(peer, plan, directory / peer.name.replace(" ", "-").lower(), progress, task)
    return rows


def _measured(peer: Peer, plan: Plan, directory: Path, progress: Progress, task: TaskID) -> Iterator[Row]:
    directory.mkdir()
    directory.chmod(0o755)
    progress.update(task, description=f"{peer.name} is installed")
    peer.install(directory)
    for tickets in plan.tickets:
        home = directory / str(tickets)
        home.mkdir()
        home.chmod(0o755)
        texts = Texts(tickets)
        with EmbeddedPostgres(home) as postgres:
            database = Database(postgres.url)
            progress.update(task, description=f"{peer.name}: {tickets:,} tickets are made")
            peer.prepare(database, home)
            peer.fill(database, texts)
            progress.advance(task)
            assert postgres.pid is not None
            with peer.serving(database, texts) as running:
                asyncio.run(_await_ready(running))
                yield from _rows(peer, running, postgres.pid, tickets, plan, progress, task)


def _rows(
    peer: Peer, running: Running, database: int, tickets: int, plan: Plan, progress: Progress, task: TaskID
) -> Iterator[Row]:
    for clients in plan.clients:
        for action in ACTIONS:
            progress.update(task, description=f"{peer.name}: {tickets:,} tickets, {clients} clients, {action}")
            taken = []
            for _ in range(plan.rounds):
                taken.append(asyncio.run(measure(running, action, database, clients=clients, seconds=plan.seconds)))
                progress.advance(task)
            yield Row(peer.name, tickets, clients, action, _middle(taken))


def _middle(taken: Sequence[Measured]) -> Measured:
    middle = median(each.p50_ms for each in taken)
    return min(taken, key=lambda each: abs(each.p50_ms - middle))


async def _await_ready(running: Running) -> None:
    """Each action once, which also warms up. Raises TimeoutError."""
    started = time.monotonic()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}", headers=running.headers) as session:
        for action in ACTIONS:
            while True:
                try:
                    await answered(session, running.actions[action]())
                    break
                except aiohttp.ClientError:
                    if time.monotonic() - started > _START_S:
                        raise
                    await asyncio.sleep(0.2)


def report(rows: Sequence[Row], console: Console) -> None:
    """Two tables: what each does, and how its cost grows from the fewest tickets to the most."""
    table = Table("tickets", "clients", "action", "product", "requests/s", "p50 ms", "p99 ms", "CPU ms")
    for row in sorted(rows, key=lambda row: (row.tickets, row.clients, ACTIONS.index(row.action))):
        told = row.measured
        figures = (f"{told.per_second:.1f}", f"{told.p50_ms:.1f}", f"{told.p99_ms:.1f}", f"{told.cpu_ms:.1f}")
        table.add_row(f"{row.tickets:,}", str(row.clients), row.action, row.peer, *figures)
    console.print(table)
    growth = Table("product", "action", "CPU ms, fewest tickets", "most tickets", "grows")
    for peer, action, few, many in growths(rows):
        growth.add_row(peer, action, f"{few:.1f}", f"{many:.1f}", f"{many / few:.1f} times")
    console.print(growth)


def growths(rows: Sequence[Row]) -> Iterator[tuple[str, str, float, float]]:
    """Product, action, and processor time with the fewest and the most tickets, at the smallest number of clients."""
    fewest, most = min(row.tickets for row in rows), max(row.tickets for row in rows)
    clients = min(row.clients for row in rows)
    cost = {(row.peer, row.action, row.tickets): row.measured.cpu_ms for row in rows if row.clients == clients}
    for peer, action, tickets in cost:
        if tickets == fewest != most:
            yield peer, action, cost[peer, action, fewest], cost[peer, action, most]


def prove() -> Iterator[Figure]:
    """In every action no slower than either peer; twenty times the tickets make no request twice as dear."""
    console, clients, seconds = Console(), (4,), 1.5
    rows = compare(Plan((1_000, 20_000), clients, seconds, 1), [Opora()], console)
    others = [peer() for peer in PEERS if peer is not Opora]
    rows += compare(Plan((20_000,), clients, seconds, 1), others, console)
    rate = {(row.peer, row.action): row.measured.per_second for row in rows if row.tickets == 20_000}
    measured = sorted({peer for peer, _ in rate} - {Opora.name})
    yield exactly(f"helpdesks measured beside Opora, of {len(others)}", len(measured), len(others))
    for action in ACTIONS:
        for peer in measured:
            yield at_least(f"{action}, beside {peer}", rate[Opora.name, action] / rate[peer, action], 1, "times")
    worst = max(many / few for peer, _, few, many in growths(rows) if peer == Opora.name)
    yield at_most("dearest growth of a request for 20 times the tickets", worst, 2, "times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--clients", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", choices=[peer.name for peer in PEERS], help="of these alone")
    options = parser.parse_args()
    console = Console(width=120)
    chosen = [peer() for peer in PEERS if not options.peers or peer.name in options.peers]
    report(compare(Plan(options.tickets, options.clients, options.seconds, options.rounds), chosen, console), console)


if __name__ == "__main__":
    main()

"""One event to thousands of sockets: ``python -m benchmarks fanout [--sockets 5000] [--rounds 15]``.

Starts its own PostgreSQL and Valkey, an `opora scheduler`, two `opora api` and the least that broadcasts at all
(benchmarks/plain_broadcast.py), and holds the sockets in two processes of their own (benchmarks/socket_readers.py).
Every socket of Opora is signed in and subscribed by graphql-transport-ws to the tenant's inbox, with the ticket of each
event.

1. Memory: what the process grew by (proc(5), Private of smaps_rollup) for each idle socket with its subscription.
2. Many: an event is committed here and reaches every socket of Opora; then the very same text is posted to the bare
   loop and reaches as many sockets of it; by turns, so many rounds. Wall time runs from the return of the commit (from
   before the post) to the last socket's read; processor time is what the API's process used meanwhile (schedstat).
3. Operators: one on the first API, 500 on the second, all at one inbox, the same events for both at the same time.
   Opora's own processor time is compared; what the kernel needs to send 500 frames no program spares, and the whole of
   a further operator is held against a socket of the bare loop.
4. Latency: 100 events a second, from the return of the commit to ten sockets of each API.

Every socket checks that it has each event once and in order. Exits 1 where a target is missed.
"""

import argparse
import asyncio
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.fanout_bench import OPERATORS, PATIENCE_S, Bench, bench, kernel_ms, last_seq, private_kb, processor_ms
from benchmarks.latency import servers
from benchmarks.proof import Figure, at_most, exactly
from config.settings import override_settings
from core.events import TicketUpdated
from services.unit_of_work import unit_of_work


@dataclass(frozen=True, slots=True)
class Memory:
    """KiB for each socket."""

    ours: float
    bare: float
    opened_s: float


@dataclass(frozen=True, slots=True)
class Broadcasts:
    """Medians in milliseconds, each of one event to all sockets."""

    wall: float
    bare_wall: float
    processor: float
    bare_processor: float
    missing: int
    wrong: int


async def open_many(bench: Bench, count: int) -> Memory:
    """Open as many sockets of both; the memory of each."""
    await _warm_up(bench)
    await _settled(bench.first.pid)
    before, bare_before = private_kb(bench.first.pid), private_kb(bench.bare.pid)
    opened_s = await bench.watch("ours", bench.first, count)
    await asyncio.to_thread(bench.readers.open, "bare", count, bench.bare.port, "/ws", [[]])
    await asyncio.sleep(2.0)
    ours = (private_kb(bench.first.pid) - before) / count
    return Memory(ours, (private_kb(bench.bare.pid) - bare_before) / count, opened_s)


async def _settled(pid: int) -> None:
    """Wait until a process has loaded what it loads by itself after its start, as the embedded model."""
    until = time.monotonic() + PATIENCE_S
    was = 0
    while time.monotonic() < until and abs((now := private_kb(pid)) - was) > 200:
        was = now
        await asyncio.sleep(2.0)


async def _warm_up(bench: Bench) -> None:
    """What a process needs once is not a socket's."""
    await bench.watch("warm", bench.first, 20)
    seqs = [(await bench.write())[0] for _ in range(10)]
    await bench.collect("warm", seqs, 20)
    await asyncio.to_thread(bench.readers.close, "warm")
    await asyncio.sleep(0.5)


async def broadcast(bench: Bench, count: int, rounds: int) -> Broadcasts:
    """One event each by turns. The first round warms up."""
    walls: tuple[list[float], list[float]] = ([], [])
    processors: tuple[list[float], list[float]] = ([], [])
    missing = wrong = 0
    for _ in range(rounds + 1):
        before = processor_ms(bench.first.pid)
        seq, started = await bench.write()
        found = await bench.collect("ours", [seq], count)
        processors[0].append(processor_ms(bench.first.pid) - before)
        walls[0].append((max(found.arrivals[seq], default=started) - started) * 1000)
        missing += count - len(found.arrivals[seq])
        wrong += found.wrong
        before, started = processor_ms(bench.bare.pid), time.monotonic()
        await asyncio.to_thread(_post, bench.bare.port, found.frame)
        found = await bench.collect("bare", [seq], count)
        processors[1].append(processor_ms(bench.bare.pid) - before)
        walls[1].append((max(found.arrivals[seq], default=started) - started) * 1000)
    wall, bare_wall, processor, bare_processor = (median(each[1:]) for each in (*walls, *processors))
    return Broadcasts(wall, bare_wall, processor, bare_processor, missing, wrong)


def _post(port: int, text: str) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/send", data=text.encode())
    urllib.request.urlopen(request, timeout=PATIENCE_S).close()  # noqa: S310  # our own address


@dataclass(frozen=True, slots=True)
class Operators:
    """Milliseconds of processor time an event, with the kernel's and without; how many were wrong or missing."""

    one: float
    many: float
    own_one: float
    own_many: float
    bad: int


async def one_and_many(bench: Bench, count: int, written: int) -> Operators:
    """The same events for one operator at one API, and many at the other."""
    await bench.watch("one", bench.first, 1)
    await bench.watch("many", bench.second, count)
    warm, _ = await bench.write()
    await bench.collect("one", [warm], 1)
    await bench.collect("many", [warm], count)
    apis = (bench.first.pid, bench.second.pid)
    before = [(processor_ms(pid), kernel_ms(pid)) for pid in apis]
    seqs = []
    for _ in range(written):
        seqs.append((await bench.write())[0])
        await asyncio.sleep(0.05)
    one, many = await bench.collect("one", seqs, 1), await bench.collect("many", seqs, count)
    used = [(processor_ms(pid) - all_of_it) / written for pid, (all_of_it, _) in zip(apis, before, strict=True)]
    kernel = [(kernel_ms(pid) - part) / written for pid, (_, part) in zip(apis, before, strict=True)]
    bad = one.wrong + many.wrong + sum((1 + count) - len(one.arrivals[seq]) - len(many.arrivals[seq]) for seq in seqs)
    for group in ("one", "many"):
        await asyncio.to_thread(bench.readers.close, group)
    return Operators(used[0], used[1], used[0] - kernel[0], used[1] - kernel[1], bad)


async def latency(bench: Bench, rate: float, seconds: float, sockets: int = 10) -> list[float]:
    """Milliseconds from the commit to each socket; the first half second warms up."""
    for group, api in (("here", bench.first), ("there", bench.second)):
        await bench.watch(group, api, sockets)
    first = await last_seq() + 1
    committed = {}
    started = time.monotonic()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
        async with unit_of_work(bench.actor) as uow:
            uow.emit(TicketUpdated(bench.ticket_id))
        committed[first + number] = time.monotonic()
    delays = []
    for group in ("here", "there"):
        found = await bench.collect(group, list(committed), sockets)
        await asyncio.to_thread(bench.readers.close, group)
        for seq, at in committed.items():
            if seq >= first + rate / 2:
                delays += [(arrived - at) * 1000 for arrived in found.arrivals[seq]]
    return delays


async def measure(environment: dict[str, str], sockets: int, rounds: int, seconds: float) -> list[Figure]:
    """All four, printed as they come, and the figures of them."""
    async with bench(environment) as run:
        memory = await open_many(run, sockets)
        print(
            f"{sockets} sockets with a subscription opened in {memory.opened_s:.1f} s: {memory.ours:.1f} KiB each"
            f" (a bare socket: {memory.bare:.1f})",
            flush=True,
        )
        many = await broadcast(run, sockets, rounds)
        print(f"one event to {sockets}, ms, medians of {rounds}: wall {many.wall:.1f} (bare {many.bare_wall:.1f}),")
        print(f"  processor {many.processor:.1f} (bare {many.bare_processor:.1f})", flush=True)
        for group in ("ours", "bare"):
            await asyncio.to_thread(run.readers.close, group)
        await asyncio.sleep(2.0)
        operators = await one_and_many(run, OPERATORS, 80)
        print(operators, flush=True)
        percent = quantiles(await latency(run, 100.0, seconds), n=100)
        print(f"100 events/s to sockets, ms: p50 {percent[49]:.1f}, p95 {percent[94]:.1f}, p99 {percent[98]:.1f}")
    return figures_of(sockets, memory, many, operators, percent)


def figures_of(
    sockets: int, memory: Memory, many: Broadcasts, operators: Operators, percent: Sequence[float]
) -> list[Figure]:
    """What is promised; ``percent`` are the hundred-quantiles of the latency."""
    further = (operators.many - operators.one) / (OPERATORS - 1) / (many.bare_processor / sockets)
    own = operators.own_many / operators.own_one
    told = f"An event to {sockets:,} subscribers"
    return [
        at_most(f"{told}, wall time beside a bare loop", many.wall / many.bare_wall, 1.5),
        at_most(f"{told}, processor time beside a bare loop", many.processor / many.bare_processor, 1.5),
        exactly("Events lost, repeated or out of order", many.missing + many.wrong + operators.bad, 0),
        at_most("500 operators at one inbox, Opora's own processor time beside one operator", own, 2.0),
        at_most("A further operator, the kernel's part too, beside a socket of a bare loop", further, 1.5),
        at_most("Commit to subscriber at 100 events/s, median", percent[49], 10.0, "ms"),
        at_most("Commit to subscriber at 100 events/s, 99 of 100", percent[98], 40.0, "ms"),
        at_most("An idle socket with a subscription", memory.ours, 40.0, "KiB"),
    ]


def prove() -> Iterator[Figure]:
    """The short form."""
    yield from _run(5000, 8, 4.0)


def _run(sockets: int, rounds: int, seconds: float) -> list[Figure]:
    with servers() as environment, override_settings(**environment):
        told = {**environment, "OPORA_RATE_LIMITS": "off"}
        return asyncio.run(measure(told, sockets, rounds, seconds))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=10.0, help="of the latency's load")
    options = parser.parse_args()
    figures = _run(options.sockets, options.rounds, options.seconds)
    for figure in figures:
        print(figure.line())
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())

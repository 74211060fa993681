"""One event to thousands of sockets: ``python -m benchmarks fanout [--sockets 5000] [--rounds 15]``.

Starts its own PostgreSQL and Valkey, an `opora scheduler`, two `opora api` and the least that broadcasts at all
(benchmarks/plain_broadcast.py), and holds the sockets in two processes of their own (benchmarks/socket_readers.py).
Every socket of Opora is signed in and subscribed by graphql-transport-ws to the tenant's inbox, with the ticket of each
event.

1. Memory: what the process grew by (proc(5), Private of smaps_rollup) for each idle socket with its subscription.
2. Many: an event is committed here and reaches every socket of Opora; then the very same text is posted to the bare
   loop and reaches as many sockets of it; by turns, so many rounds. Wall time runs from the return of the commit (from
   before the post) to the last socket's read; processor time is what the API's process used meanwhile (schedstat).
3. Operators: messages are written over HTTP at the first API, one after another, while one operator watches the inbox
   at the second and while 500 do, by turns on the same processes. What a message costs is the processor time of the
   whole installation, the kernel's included: the APIs, the scheduler with its relay, PostgreSQL and Valkey. The second
   API alone, which does nothing but read and send, is told too: no program spares the kernel's sending of 500 frames.
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
from benchmarks.proof import Figure, at_least, at_most, none_of
from config.settings import override_settings
from core.events import TicketUpdated
from services.unit_of_work import unit_of_work

_MESSAGES = 60


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
    delivered: int
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
    return Broadcasts(wall, bare_wall, processor, bare_processor, count * (rounds + 1), missing, wrong)


def _post(port: int, text: str) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/send", data=text.encode())
    urllib.request.urlopen(request, timeout=PATIENCE_S).close()  # noqa: S310  # our own address


@dataclass(frozen=True, slots=True)
class Watched:
    """Milliseconds of processor time a message, while so many watch; ``api`` is theirs, ``kernel`` its system time."""

    whole: float
    api: float
    kernel: float
    events: float
    delivered: int
    bad: int

    @property
    def own(self) -> float:
        """Of their API, without what the kernel did for it."""
        return self.api - self.kernel


async def watched(bench: Bench, count: int, messages: int) -> Watched:
    """What messages at the first API cost while ``count`` operators watch the inbox at the second."""
    await bench.watch("operators", bench.second, count)
    await bench.collect("operators", await bench.say(3), count)
    pid = bench.second.pid
    before, api, kernel = bench.installation(), processor_ms(pid), kernel_ms(pid)
    seqs = await bench.say(messages)
    found = await bench.collect("operators", seqs, count)
    api, kernel = processor_ms(pid) - api, kernel_ms(pid) - kernel
    whole = sum(used - before.get(pid, 0.0) for pid, used in bench.installation().items())
    await asyncio.to_thread(bench.readers.close, "operators")
    missing = sum(count - len(found.arrivals[seq]) for seq in seqs)
    return Watched(
        whole / messages,
        api / messages,
        kernel / messages,
        len(seqs) / messages,
        count * len(seqs),
        missing + found.wrong,
    )


async def one_and_many(bench: Bench, count: int, messages: int, rounds: int) -> tuple[list[Watched], list[Watched]]:
    """One operator and many by turns."""
    one, many = [], []
    for _ in range(rounds):
        one.append(await watched(bench, 1, messages))
        many.append(await watched(bench, count, messages))
    return one, many


def ratio(one: Sequence[Watched], many: Sequence[Watched], what: str) -> float:
    """Many to one: the median of the rounds' own."""
    return float(median(getattr(b, what) / getattr(a, what) for a, b in zip(one, many, strict=True)))


@dataclass(frozen=True, slots=True)
class Delays:
    """Milliseconds from the commit to each socket, and events a second that were committed meanwhile."""

    percent: Sequence[float]
    rate: float
    delivered: int
    bad: int


async def latency(bench: Bench, rate: float, seconds: float, sockets: int = 10) -> Delays:
    """The first half second warms up."""
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
    kept = len(committed) / (time.monotonic() - started)
    delays, bad = [], 0
    for group in ("here", "there"):
        found = await bench.collect(group, list(committed), sockets)
        await asyncio.to_thread(bench.readers.close, group)
        bad += found.wrong + sum(sockets - len(found.arrivals[seq]) for seq in committed)
        for seq, at in committed.items():
            if seq >= first + rate / 2:
                delays += [(arrived - at) * 1000 for arrived in found.arrivals[seq]]
    return Delays(quantiles(delays, n=100), kept, 2 * sockets * len(committed), bad)


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
        operators = await one_and_many(run, OPERATORS, _MESSAGES, max(2, rounds // 4))
        _tell_operators(*operators)
        delays = await latency(run, 100.0, seconds)
    p50, p95, p99 = (delays.percent[each] for each in (49, 94, 98))
    print(f"{delays.rate:.0f} events/s to sockets, ms: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}")
    return [*_of_many(sockets, memory, many), *_of_operators(sockets, many, operators, delays)]


def _tell_operators(one: Sequence[Watched], many: Sequence[Watched]) -> None:
    """The ratio of the whole is the target's; that of their API alone is what the kernel's sending leaves."""
    print(f"a message while one and while {OPERATORS} watch, ms of processor, medians:")
    for name, what in (("whole installation", "whole"), ("their API alone", "api"), ("without the kernel", "own")):
        costs = [median(getattr(each, what) for each in some) for some in (one, many)]
        print(f"  {name:<24}{costs[0]:>7.2f}{costs[1]:>7.2f}, {ratio(one, many, what):.2f} times", flush=True)


def _of_many(sockets: int, memory: Memory, many: Broadcasts) -> Iterator[Figure]:
    told = f"An event to {sockets:,} subscribers"
    yield at_most(f"{told}, wall time beside a bare loop", many.wall / many.bare_wall, 1.5)
    yield at_most(f"{told}, processor time beside a bare loop", many.processor / many.bare_processor, 1.5)
    yield at_most("An idle socket with a subscription", memory.ours, 40.0, "KiB")


def _of_operators(
    sockets: int, many: Broadcasts, operators: tuple[list[Watched], list[Watched]], delays: Delays
) -> Iterator[Figure]:
    one, crowd = operators
    events = median(each.events for each in crowd)
    further = (median(each.api for each in crowd) - median(each.api for each in one)) / (OPERATORS - 1) / events
    told = f"A message while {OPERATORS} operators watch the inbox, beside one operator"
    yield at_most(f"{told}, processor time of the whole installation", ratio(one, crowd, "whole"), 2.0)
    yield at_most(f"{told}, their API's without the kernel's sending", ratio(one, crowd, "own"), 2.0)
    beside = further / (many.bare_processor / sockets)
    yield at_most("A further operator, the kernel's part too, beside a socket of a bare loop", beside, 1.5)
    bad = many.missing + many.wrong + delays.bad + sum(each.bad for each in (*one, *crowd))
    delivered = many.delivered + delays.delivered + sum(each.delivered for each in (*one, *crowd))
    yield none_of("Deliveries of an event lost, repeated or out of order", bad, delivered)
    yield at_least("Events a second kept while the latency was measured", delays.rate, 90.0)
    yield at_most("Commit to subscriber at 100 events/s, median", delays.percent[49], 10.0, "ms")
    yield at_most("Commit to subscriber at 100 events/s, 99 of 100", delays.percent[98], 40.0, "ms")


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

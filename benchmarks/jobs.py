"""Durable jobs a second, beside bare Dramatiq: ``python -m benchmarks.jobs [--jobs 3000] [--rounds 3] [--rate 1000]``.

Each of Opora's jobs is the whole chain: a unit of work of its own commits the fact and the job's row, the relay finds
it and hands it to Dramatiq over Valkey, a worker process takes it, and its effect (one row) and its mark are one
transaction. Two kinds: *together*, tasks that only change rows and share transactions, and *alone*, those that do not.
Beside them Dramatiq with its defaults: an actor that does nothing, and one that inserts the same row; what these carry
lies in Redis alone and may be done twice. All have two worker processes of eight threads, the same PostgreSQL (which
syncs every commit to the disk) and Valkey, and take turns in one run: the others' processes are stopped meanwhile.
A turn is over when the last effect is there. Processor time is that of every process in it, PostgreSQL's and the
producer's too, so it hangs less on what else the machine does; ``on two cores`` is what it would let through.

Then jobs come at a steady rate: how long each waits for its end, how old the relay lets them grow, and, with a worker
process killed by SIGKILL in the middle, whether each left its effect exactly once. Exits 1 where that is not so.
"""

import argparse
import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles

import asyncpg

from app.migrate import migrate
from benchmarks.jobs_sides import CORES, Side, Turn, bare_side, group, measured, one, opora_side, rows, tell, turns
from benchmarks.jobs_work import ALONE, MAKE, TENANT, TOGETHER, RowsDue, WorkDue, know_facts, serve
from benchmarks.latency import servers
from benchmarks.processor_time import descendants
from benchmarks.proof import Figure, at_least, at_most, none_of
from config.database import close_database, open_database
from config.logging import configure_logging
from config.redis import close_redis, open_redis
from config.settings import override_settings
from workers.fanout import install_fanout

TARGET_JOBS = 1000
TARGET_LAG_MS = 250.0
LEAST_RATE = 900.0
"""Done a second, of the 1,000 a second under which the lag is measured: with fewer it would be another's lag."""
TARGET_BESIDE_INSERT, TARGET_BESIDE_NOTHING = 2.5, 6.0
_SHORT_JOBS, _SHORT_ROUNDS, _SHORT_STEADY_S = 1500, 2, 3.0
_PROCESSES, _THREADS = 2, 8
_SAMPLE_S = 0.05
_OLDEST = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - created_at)), 0)::float8 AS age
FROM jobs WHERE tenant_id = $1 AND task = $2 AND state = 'pending'
"""
_WAITED = """
SELECT extract(epoch FROM finished_at - created_at)::float8 AS s FROM jobs
WHERE tenant_id = $1 AND task = $2 AND state = 'done' ORDER BY id OFFSET $3
"""
_JUDGED = """
SELECT (SELECT count(*) FROM jobs WHERE task = ANY($1)) AS jobs, count(*) AS effects,
       count(DISTINCT e.job_id) AS with_effect FROM benchmark_effects e JOIN jobs j ON j.id = e.job_id
WHERE j.task = ANY($1)
"""
_DONE = "SELECT count(*) AS n FROM jobs WHERE tenant_id = $1 AND task = $2"


@dataclass(frozen=True)
class Steady:
    """``waits``: seconds of each job to its end; ``lags``: of the oldest that the relay had not handed on, sampled."""

    turn: Turn
    waits: Sequence[float]
    lags: Sequence[float]


@dataclass(frozen=True)
class Judged:
    """Jobs that were committed, effects that are there, and jobs that have any."""

    jobs: int
    effects: int
    with_effect: int

    @property
    def wrong(self) -> int:
        """Jobs without an effect, and effects too many."""
        return (self.jobs - self.with_effect) + (self.effects - self.with_effect)


@asynccontextmanager
async def opora(environment: dict[str, str]) -> AsyncIterator[list[Side]]:
    """All sides, their processes stopped until their turn; this process is the producer of all."""
    await migrate()
    owner = await asyncpg.connect(environment["OPORA_DATABASE_URL"])
    await owner.execute(MAKE)
    await owner.close()
    await open_database()
    redis = open_redis()
    install_fanout()
    know_facts()
    os.environ.update(environment)
    sizes = {"OPORA_WORKER_PROCESSES": str(_PROCESSES), "OPORA_WORKER_THREADS": str(_THREADS)}
    dramatiq = ("dramatiq", "-p", str(_PROCESSES), "-t", str(_THREADS), "benchmarks.jobs_bare")
    own = ("benchmarks.jobs", "--role")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_database)
        stack.push_async_callback(close_redis)
        worker = stack.enter_context(group({**environment, **sizes}, *own, "worker"))
        scheduler = stack.enter_context(group(environment, *own, "scheduler"))
        bare = stack.enter_context(group(environment, *dramatiq))
        yield [
            opora_side("Opora, together", [worker, scheduler], RowsDue, TOGETHER),
            opora_side("Opora, alone", [worker, scheduler], WorkDue, ALONE),
            bare_side("Dramatiq, the same insert", [bare], "insert", redis),
            bare_side("Dramatiq, nothing", [bare], "nothing", redis),
        ]


async def steady(side: Side, rate: float, seconds: float, *, kill: bool) -> Steady:
    """Jobs at an even rate; with ``kill``, a worker process dies by SIGKILL half-way."""
    count, before = int(rate * seconds), await one(_DONE, TENANT, TOGETHER)
    lags: list[float] = []

    async def sample() -> None:
        while True:
            lags.append(await one(_OLDEST, TENANT, TOGETHER))
            await asyncio.sleep(_SAMPLE_S)

    async def strike() -> None:
        await asyncio.sleep(seconds / 2)
        if kill:
            os.kill(random.choice(list(descendants(side.groups[0].pid))[1:]), signal.SIGKILL)

    side.signal(signal.SIGCONT)
    sampling = asyncio.create_task(sample())
    turn = await measured(side, count, asyncio.gather(tell(RowsDue, count, rate), strike()))
    sampling.cancel()
    await asyncio.gather(sampling, return_exceptions=True)
    side.signal(signal.SIGSTOP)
    waits = [row["s"] for row in await rows(_WAITED, TENANT, TOGETHER, before)]
    return Steady(turn, waits, lags)


async def judge() -> Judged:
    return Judged(**(await rows(_JUDGED, [TOGETHER, ALONE]))[0])


def percent(values: Sequence[float], which: int) -> float:
    return quantiles(values, n=100, method="inclusive")[which - 1]


def table(taken: dict[str, list[Turn]]) -> None:
    """Medians of each side's turns."""
    print(f"{'':<28}{'jobs/s':>9}{'ms of processor':>17}{'on two cores':>14}   by whom, ms a job")
    for name, each in taken.items():
        middle = sorted(each, key=lambda turn: turn.processor_ms)[len(each) // 2]
        by_whom = sorted(middle.processor.items(), key=lambda item: -item[1])
        shares = ", ".join(f"{who} {s / middle.jobs * 1000:.2f}" for who, s in by_whom)
        rate, cost = median(turn.rate for turn in each), median(turn.processor_ms for turn in each)
        print(f"{name:<28}{rate:>9.0f}{cost:>17.2f}{CORES * 1000 / cost:>14.0f}   {shares}")


def steady_table(name: str, result: Steady) -> None:
    waits, lags = ([value * 1000 for value in values] for values in (result.waits, result.lags))
    turn = result.turn
    print(f"{name}: {turn.jobs} jobs, {turn.rate:.0f}/s, {turn.processor_ms:.2f} ms of processor each")
    for what, values in (("from commit to done", waits), ("oldest with the relay", lags)):
        print(f"  {what:<24}p50 {percent(values, 50):.0f}, p99 {percent(values, 99):.0f}, most {max(values):.0f} ms")


async def measure(environment: dict[str, str], count: int, rounds: int, rate: float, seconds: float) -> bool:
    """Print all; whether every job had its effect exactly once."""
    async with opora(environment) as sides:
        print(f"{count} jobs a turn, {rounds} turns each, {_PROCESSES} worker processes; load {os.getloadavg()[0]:.1f}")
        table(await turns(sides, count, rounds))
        print()
        steady_table(f"at {rate:.0f} a second", await steady(sides[0], rate, seconds, kill=False))
        steady_table("a worker killed", await steady(sides[0], rate, seconds, kill=True))
        judged = await judge()
    print(f"\n{judged.jobs} jobs, {judged.effects} effects, {judged.with_effect} jobs with one: {judged.wrong} wrong")
    return judged.wrong == 0


async def _figures(environment: dict[str, str]) -> list[Figure]:
    async with opora(environment) as sides:
        together, _, inserting, nothing = sides
        taken = await turns([together, inserting, nothing], _SHORT_JOBS, _SHORT_ROUNDS)
        calm = await steady(together, TARGET_JOBS, _SHORT_STEADY_S, kill=False)
        await steady(together, TARGET_JOBS, _SHORT_STEADY_S, kill=True)
        judged = await judge()
    rate = median(turn.rate for turn in taken[together.name])
    cost = {name: median(turn.processor_ms for turn in each) for name, each in taken.items()}
    own, insert, no_op = (cost[side.name] for side in (together, inserting, nothing))
    return [
        at_least("durable jobs, done exactly once", rate, TARGET_JOBS, "a second"),
        at_most("processor time of a durable job, all processes", own, CORES * 1000 / TARGET_JOBS, "ms"),
        at_most("the same beside Dramatiq with the same insert", own / insert, TARGET_BESIDE_INSERT, "times"),
        at_most("the same beside Dramatiq doing nothing", own / no_op, TARGET_BESIDE_NOTHING, "times"),
        at_least("rate kept while the lag was measured", calm.turn.rate, LEAST_RATE, "a second"),
        at_most("relay lag at 1,000 jobs a second, p99", percent(calm.lags, 99) * 1000, TARGET_LAG_MS, "ms"),
        none_of("jobs lost or done twice, a worker's SIGKILL included", judged.wrong, judged.jobs, _SHORT_JOBS),
    ]


def prove() -> Iterator[Figure]:
    """The rate, the cost beside Dramatiq's, the relay's lag and what a killed worker leaves, in a short form."""
    with servers() as environment, override_settings(**environment) as settings:
        configure_logging(settings, process="benchmark")
        yield from asyncio.run(_figures(environment))


def main() -> int:
    """Parse, run; 1 where a job was lost or done twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=3000, help="in a turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1000.0, help="jobs a second in the steady part")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each steady part")
    parser.add_argument("--role", choices=("worker", "scheduler"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        return serve(options.role)
    # As Ctrl-C: the servers end with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with servers() as environment, override_settings(**environment) as settings:
        configure_logging(settings, process="benchmark")
        right = asyncio.run(measure(environment, options.jobs, options.rounds, options.rate, options.seconds))
    return 0 if right else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""The ways to carry jobs that ``benchmarks.jobs`` compares, and a turn of one while the others are stopped."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from app.embedded.process import die_with_parent
from benchmarks.jobs_work import TENANT
from benchmarks.processor_time import descendants, of_trees, program_of
from core.actor import system_actor
from core.events import Event
from services.unit_of_work import Row, SystemReason, system_unit_of_work, unit_of_work

CORES = 2
_PRODUCERS = 16
_PATIENCE_S = 90.0
_LOOK_S = 0.02
_WARM_UP = 100
_SERVERS = ("postgres", "valkey-server")
_UNDONE = "SELECT count(*) AS n FROM jobs WHERE tenant_id = $1 AND task = $2 AND state <> 'done'"


@dataclass(frozen=True)
class Turn:
    """``processor`` is in seconds, by whose it is."""

    jobs: int
    seconds: float
    processor: Mapping[str, float]

    @property
    def rate(self) -> float:
        return self.jobs / self.seconds

    @property
    def processor_ms(self) -> float:
        """Of one job, all processes together."""
        return sum(self.processor.values()) / self.jobs * 1000

    @property
    def on_two_cores(self) -> float:
        """Jobs a second that two cores have the processor time for."""
        return CORES * 1000 / self.processor_ms


@dataclass(frozen=True)
class Side:
    """One way to carry jobs: ``groups`` lead its processes' groups; ``left`` is how many jobs are not done."""

    name: str
    groups: Sequence["subprocess.Popen[bytes]"]
    enqueue: Callable[[int], Awaitable[None]]
    left: Callable[[], Awaitable[int]]

    def signal(self, number: signal.Signals) -> None:
        for group in self.groups:
            os.killpg(group.pid, number)

    def roots(self) -> dict[str, int]:
        return {"worker": self.groups[0].pid} | ({"scheduler": self.groups[1].pid} if len(self.groups) > 1 else {})


async def rows(sql: str, *args: Any) -> list[Row]:
    async with system_unit_of_work(SystemReason.COMMAND_LINE) as statements:
        return await statements.rows(sql, *args)


async def one(sql: str, *args: Any) -> Any:
    return next(iter((await rows(sql, *args))[0].values()))


async def tell(fact: type[Event], count: int, rate: float | None = None) -> None:
    """A unit of work for each job, several at a time; ``rate`` a second, or as fast as they are committed."""
    numbers = iter(range(count))
    began = time.monotonic()

    async def go_on() -> None:
        for number in numbers:
            if rate is not None:
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            async with unit_of_work(system_actor(TENANT)) as uow:
                uow.emit(fact())

    await asyncio.gather(*(go_on() for _ in range(_PRODUCERS)))


@contextmanager
def group(environment: dict[str, str], *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python process that leads a group of its own, until the block ends."""
    process = subprocess.Popen(  # noqa: S603  # our own programs, no shell
        [sys.executable, "-m", *command],
        env={**os.environ, **environment},
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        yield process
    finally:
        for number in (signal.SIGCONT, signal.SIGTERM):
            os.killpg(process.pid, number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def opora_side(name: str, groups: Sequence["subprocess.Popen[bytes]"], fact: type[Event], task: str) -> Side:
    async def left() -> int:
        return int(await one(_UNDONE, TENANT, task))

    return Side(name, groups, lambda count: tell(fact, count), left)


def bare_side(name: str, groups: Sequence["subprocess.Popen[bytes]"], actor: str, redis: Redis) -> Side:
    from benchmarks import jobs_bare

    send = getattr(jobs_bare, actor).send

    async def enqueue(count: int) -> None:
        await asyncio.to_thread(lambda: [send(-number) for number in range(1, count + 1)])

    async def left() -> int:
        return int(await redis.hlen(f"{jobs_bare.NAMESPACE}:{jobs_bare.QUEUE}.msgs"))

    return Side(name, groups, enqueue, left)


async def until_done(side: Side) -> None:
    """Raises TimeoutError where jobs are left after a time."""
    async with asyncio.timeout(_PATIENCE_S):
        while await side.left():  # noqa: ASYNC110  # what is done is told by nobody
            await asyncio.sleep(_LOOK_S)


def _roots(side: Side) -> dict[str, int]:
    """Whose processor time is counted, this process's own servers by their programs' names."""
    named = {}
    for pid in descendants(os.getpid()):
        program = program_of(pid)
        if program in _SERVERS and program not in named:
            named[program] = pid
    return {**named, **side.roots()}


async def measured(side: Side, count: int, work: Awaitable[object]) -> Turn:
    """What ``work`` and the rest of the jobs cost."""
    roots = _roots(side)
    before, own = of_trees(roots), time.process_time()
    began = time.monotonic()
    await work
    await until_done(side)
    seconds = time.monotonic() - began
    spent = {name: after - before[name] for name, after in of_trees(roots).items()}
    return Turn(count, seconds, {**spent, "producer": time.process_time() - own})


async def turn(side: Side, count: int) -> Turn:
    """This side works, the others are stopped."""
    side.signal(signal.SIGCONT)
    try:
        return await measured(side, count, side.enqueue(count))
    finally:
        side.signal(signal.SIGSTOP)


async def turns(sides: Sequence[Side], count: int, rounds: int) -> dict[str, list[Turn]]:
    """Each side by turns, after one that warms it up."""
    for side in sides:
        side.signal(signal.SIGCONT)
        await side.enqueue(_WARM_UP)
        await until_done(side)
        side.signal(signal.SIGSTOP)
    taken: dict[str, list[Turn]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            taken[side.name].append(await turn(side, count))
    return taken

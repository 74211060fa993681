"""From commit to subscriber: ``python -m benchmarks.latency [--rate 100] [--seconds 20] [--subscribers 10]``.

Starts its own PostgreSQL and Valkey and an `opora scheduler` process, writes messages to a ticket at the given rate in
this process, as the API does, and measures from the return of the commit to the moment at which each subscriber has
the event. Measured twice: a subscriber in the process that wrote it and in another process, which is the usual case
with several API processes; the clock is one machine's. Prints a table; exits 1 where the targets are missed.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from statistics import quantiles

import orjson

from app.embedded.postgres import EmbeddedPostgres
from app.embedded.valkey import EmbeddedValkey
from app.migrate import migrate
from config.database import close_database, open_database
from config.redis import close_redis, open_redis
from config.settings import override_settings
from core.actor import Actor, Role
from core.events import TicketUpdated, ticket_topic
from models.tickets import Ticket
from models.users import User
from realtime.hub import open_hub
from realtime.subscription import watch
from services import tickets
from services.unit_of_work import unit_of_work
from workers.fanout import install_fanout

TARGET_P50_MS = 10.0
TARGET_P99_MS = 40.0
TENANT = 1
_WARM_UP = 50


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """A PostgreSQL and a Valkey for this run; yields the environment that names them."""
    with tempfile.TemporaryDirectory(prefix="opora-benchmark-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        postgres, valkey = EmbeddedPostgres(directory), EmbeddedValkey(directory)
        try:
            urls = {"OPORA_DATABASE_URL": postgres.start(), "OPORA_REDIS_URL": valkey.start()}
            yield {**urls, "OPORA_DATA_DIR": name, "OPORA_LOG_LEVEL": "WARNING"}
        finally:
            valkey.stop()
            postgres.stop()


@contextmanager
def process(module: str, environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of Opora beside this one, until the block ends."""
    command = [sys.executable, "-m", module, *arguments]
    started = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE)  # noqa: S603
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@asynccontextmanager
async def real_time() -> AsyncIterator[None]:
    """What an API process opens."""
    await open_database()
    open_redis()
    install_fanout()
    try:
        async with open_hub(still_valid=_valid):
            yield
    finally:
        await close_redis()
        await close_database()


async def _valid(actor: Actor) -> Actor:
    return actor


async def open_ticket() -> tuple[Actor, Ticket]:
    async with unit_of_work(Actor(TENANT, Role.ADMIN)):
        user = await User.create(tenant_id=TENANT, email="benchmark@example.com", role=Role.USER)
    actor = Actor(TENANT, Role.USER, user_id=user.id)
    async with unit_of_work(actor) as uow:
        return actor, await tickets.create(uow, title="Latency", auto_respond=False)


async def write(actor: Actor, ticket: Ticket, rate: float, count: int) -> dict[int, float]:
    """Commit ``count`` events at ``rate`` a second; when each commit returned, by the event's number."""
    committed = {}
    started = time.time()
    for number in range(count):
        await asyncio.sleep(max(0.0, started + number / rate - time.time()))
        async with unit_of_work(actor) as uow:
            uow.emit(TicketUpdated(ticket.id))
        committed[number + 2] = time.time()
    return committed


async def read(actor: Actor, ticket_id: int, last: int) -> dict[int, float]:
    """When each event arrived, by its number, up to ``last``."""
    arrived = {}
    async with aclosing(watch(actor, ticket_topic(ticket_id), after=1)) as events:
        async for event in events:
            arrived[event.seq] = time.time()
            if event.seq == last:
                break
    return arrived


def table(name: str, committed: dict[int, float], arrivals: list[dict[int, float]]) -> bool:
    """Print one line; whether the targets are met."""
    delays = [(arrived[seq] - at) * 1000 for arrived in arrivals for seq, at in committed.items() if seq > _WARM_UP]
    percent = quantiles(delays, n=100)
    print(f"{name:<22}{len(delays):>8}{percent[49]:>9.1f}{percent[94]:>9.1f}{percent[98]:>9.1f}{max(delays):>9.1f}")
    return percent[49] < TARGET_P50_MS and percent[98] < TARGET_P99_MS


async def subscribe_elsewhere(user_id: int, ticket_id: int, last: int, subscribers: int) -> None:
    """The body of the other process: prints when each of its subscribers got each event."""
    actor = Actor(TENANT, Role.USER, user_id=user_id)
    async with real_time():
        print("ready", flush=True)
        arrivals = await asyncio.gather(*(read(actor, ticket_id, last) for _ in range(subscribers)))
    sys.stdout.buffer.write(orjson.dumps(arrivals, option=orjson.OPT_NON_STR_KEYS))


async def measure(environment: dict[str, str], rate: float, seconds: float, subscribers: int) -> bool:
    """Print the table; whether the targets are met."""
    await migrate()
    count = int(rate * seconds)
    with process("app.scheduler", environment):
        async with real_time():
            actor, ticket = await open_ticket()
            ids = [str(number) for number in (actor.user_id, ticket.id, count + 1, subscribers)]
            with process("benchmarks.latency", environment, "--elsewhere", *ids) as elsewhere:
                assert elsewhere.stdout is not None
                await asyncio.to_thread(elsewhere.stdout.readline)
                here = asyncio.gather(*(read(actor, ticket.id, count + 1) for _ in range(subscribers)))
                await asyncio.sleep(1.0)
                committed = await write(actor, ticket, rate, count)
                arrivals = await here
                there = orjson.loads(await asyncio.to_thread(elsewhere.stdout.read))
    arrivals_there = [{int(seq): at for seq, at in arrived.items()} for arrived in there]
    print(f"{rate:.0f} events/s for {seconds:.0f} s, {subscribers} subscribers in each of two processes; ms")
    print(f"{'':<22}{'events':>8}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}")
    met = [table("same process", committed, arrivals), table("another process", committed, arrivals_there)]
    return all(met)


def main() -> int:
    """Parse, run, and say whether the targets were met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=100.0, help="events a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--subscribers", type=int, default=10, help="in each of the two processes")
    parser.add_argument("--elsewhere", type=int, nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.elsewhere:
        asyncio.run(subscribe_elsewhere(*arguments.elsewhere))
        return 0
    with servers() as environment, override_settings(**environment):
        met = asyncio.run(measure(environment, arguments.rate, arguments.seconds, arguments.subscribers))
    print(f"target: p50 < {TARGET_P50_MS:.0f} ms, p99 < {TARGET_P99_MS:.0f} ms: {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())

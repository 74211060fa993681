"""One change of a ticket to many dashboards: ``python -m benchmarks itdesk_ws [--sockets 500] [--events 20]``.

Starts its own PostgreSQL and Valkey, an `opora scheduler` and an `opora api`, opens that many ``/ws`` of one tenant's
staff on it, and changes a ticket twice a second in this process. Measured from the return of the commit to the moment
at which each socket has its frame; this process reads all sockets, and its own time is in the figures. Prints how long
the sockets took to open, the API's memory for each, and a table; exits 1 where a frame is missing or the target is.
"""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from statistics import quantiles

import orjson
from websockets.asyncio.client import ClientConnection, connect

from app.migrate import migrate
from benchmarks.latency import process, servers
from benchmarks.ticket_list import free_port, serving
from config.database import close_database, open_database
from config.redis import close_redis, open_redis
from config.settings import override_settings
from core.actor import Actor, Role, system_actor
from models.tickets import TicketStatus
from models.users import User
from services import identity, passwords, tickets
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from workers.fanout import install_fanout

TENANT = 1
TARGET_P99_MS = 500.0
_PASSWORD = "Benchmark-1234"
_PAUSE_S = 0.5
_OPENING = 25
"""Sockets that open at the same time."""
_MOVES = (TicketStatus.IN_PROGRESS, TicketStatus.OPEN)


async def prepare() -> tuple[Actor, int, str]:
    """A member of staff, a ticket, and an access token."""
    secret = await passwords.hash_password(_PASSWORD, account="agent@example.com")
    async with unit_of_work(system_actor(TENANT)):
        user = await User.create(
            tenant_id=TENANT, email="agent@example.com", full_name="A", role=Role.AGENT, password_hash=secret
        )
    actor = Actor(TENANT, Role.AGENT, user_id=user.id)
    async with unit_of_work(actor) as uow:
        ticket = await tickets.create(uow, title="Server down", auto_respond=False)
    pair = await identity.login(email="agent@example.com", password=_PASSWORD, dialect="graphql")
    return actor, ticket.id, pair.access_token


async def open_sockets(stack: AsyncExitStack, address: str, count: int) -> list[ClientConnection]:
    """All of them open, each with its first figures read."""
    at_once = asyncio.Semaphore(_OPENING)

    async def one() -> ClientConnection:
        async with at_once:
            socket = await stack.enter_async_context(connect(address, compression=None, open_timeout=30))
            await socket.recv()
            return socket

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def read(socket: ClientConnection, events: int) -> list[float]:
    """When each change of the ticket arrived."""
    arrived: list[float] = []
    while len(arrived) < events:
        frame = await socket.recv()
        if orjson.loads(frame)["type"] == "ticket_status":
            arrived.append(time.time())
    return arrived


async def write(actor: Actor, ticket_id: int, events: int) -> list[float]:
    """When each commit returned."""
    committed = []
    for number in range(events):
        await asyncio.sleep(_PAUSE_S)
        async with unit_of_work(actor) as uow:
            await tickets.update(uow, ticket_id, TicketChanges(status=_MOVES[number % 2]))
        committed.append(time.time())
    return committed


async def measure(address: str, pid: int, person: tuple[Actor, int, str], count: int, events: int) -> bool:
    """Print the figures; whether every frame arrived in time."""
    actor, ticket_id, token = person
    before, started = _resident_mb(pid), time.time()
    async with AsyncExitStack() as stack:
        sockets = await open_sockets(stack, f"{address}?token={token}", count)
        opened_s = time.time() - started
        memory_kb = (_resident_mb(pid) - before) * 1024 / count
        readers = asyncio.gather(*(read(socket, events) for socket in sockets))
        committed = await write(actor, ticket_id, events)
        try:
            async with asyncio.timeout(20):
                arrivals = await readers
        except TimeoutError:
            print("Frames are missing")
            return False
    delays = [(at - committed[number]) * 1000 for arrived in arrivals for number, at in enumerate(arrived)]
    last = [max(arrived[number] for arrived in arrivals) - committed[number] for number in range(events)]
    percent = quantiles(delays, n=100)
    print(f"{count} sockets opened in {opened_s:.1f} s, {memory_kb:.0f} KiB each; {events} events, ms from the commit")
    print(f"{'frames':>8}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}{'all sockets, median event':>28}")
    print(
        f"{len(delays):>8}{percent[49]:>9.1f}{percent[94]:>9.1f}{percent[98]:>9.1f}{max(delays):>9.1f}"
        f"{sorted(last)[len(last) // 2] * 1000:>28.1f}"
    )
    return percent[98] < TARGET_P99_MS


def _resident_mb(pid: int) -> float:
    """Memory of a process (proc(5), VmRSS)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def run(environment: dict[str, str], count: int, events: int) -> bool:
    """Open what this process writes with, start the two others, and measure."""
    await migrate()
    await open_database()
    open_redis()
    install_fanout()
    port = free_port()
    try:
        person = await prepare()
        with ExitStack() as stack:
            stack.enter_context(process("app.scheduler", environment))
            pid = stack.enter_context(serving(["app.cli", "api"], port, environment))
            return await measure(f"ws://127.0.0.1:{port}/ws", pid, person, count, events)
    finally:
        await close_redis()
        await close_database()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--events", type=int, default=20)
    options = parser.parse_args()
    with servers() as environment, override_settings(**environment):
        met = asyncio.run(run({**environment, "OPORA_RATE_LIMITS": "off"}, options.sockets, options.events))
    print(f"target: p99 < {TARGET_P99_MS:.0f} ms: {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())

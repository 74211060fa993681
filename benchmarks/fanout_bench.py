"""What the benchmark of the fan-out runs on: two processes of Opora, a bare loop, readers, and who writes."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

from app.migrate import migrate
from benchmarks.latency import process
from benchmarks.processor_time import descendants
from benchmarks.socket_readers import Collected, Readers, readers
from benchmarks.ticket_list import free_port, serving
from config.database import close_database, open_database
from config.redis import close_redis, open_redis
from core.actor import Actor, Role, system_actor
from core.events import TicketUpdated, queue_topic
from models.users import User
from services import events, sessions, tickets
from services.unit_of_work import unit_of_work
from workers.fanout import install_fanout

TENANT = 1
OPERATORS = 500
_READERS = 2
PATIENCE_S = 30.0
_SERVERS = (["app.cli", "api"], ["app.cli", "api"], ["benchmarks.plain_broadcast"])
_PROTOCOL = "graphql-transport-ws"
_SAY = "mutation Say($ticket: ID!, $input: AddMessageInput!) { addMessage(ticketId: $ticket, input: $input) { id } }"
WATCH = """subscription Inbox($after: BigInt) { inboxEvents(after: $after) {
    __typename seq at ticketId ticket { title status priority } } }"""


@dataclass(frozen=True, slots=True)
class Api:
    port: int
    pid: int


@dataclass(frozen=True)
class Bench:
    """What runs: two processes of Opora, the bare loop, those who hold the sockets, and who writes."""

    first: Api
    second: Api
    bare: Api
    readers: Readers
    actor: Actor
    ticket_id: int
    tokens: Sequence[str]

    async def watch(self, group: str, api: Api, count: int) -> float:
        """Open sockets that watch the inbox from now on; the seconds that it took."""
        after = await last_seq()
        says = [_says(token, after) for token in self.tokens]
        return await asyncio.to_thread(self.readers.open, group, count, api.port, "/graphql", says, _PROTOCOL)

    async def write(self) -> tuple[int, float]:
        """Commit an event: its number in the inbox, and when the commit returned."""
        async with unit_of_work(self.actor) as uow:
            uow.emit(TicketUpdated(self.ticket_id))
        committed = time.monotonic()
        return await last_seq(), committed

    async def say(self, count: int) -> list[int]:
        """So many messages of an operator, one after another, by GraphQL at the first API; the inbox's new numbers."""
        before = await last_seq()
        headers = {"authorization": f"Bearer {self.tokens[0]}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.first.port}", headers=headers) as client:
            for number in range(count):
                said = {"text": f"It smokes no more, {number}", "autoRespond": False}
                asked = {"query": _SAY, "variables": {"ticket": str(self.ticket_id), "input": said}}
                answer = await client.post("/graphql", json=asked)
                assert answer.is_success, answer.text
                assert "errors" not in answer.json(), answer.text
        return list(range(before + 1, await last_seq() + 1))

    def installation(self) -> dict[int, float]:
        """Processor time of all that is Opora's, PostgreSQL and Valkey too, in milliseconds by process."""
        foreign = {os.getpid(), *self.readers.pids, *descendants(self.bare.pid)}
        return {pid: processor_ms(pid) for pid in set(descendants(os.getpid())) - foreign}

    async def collect(self, group: str, seqs: Sequence[int], count: int) -> Collected:
        """What the sockets of a group have, once all have everything, or patience ends."""
        found = Collected()
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            more = await asyncio.to_thread(self.readers.collect, group)
            for seq, times in more.arrivals.items():
                found.arrivals[seq] += times
            found.wrong += more.wrong
            if more.open < count:
                raise RuntimeError(f"{count - more.open} of {count} sockets are gone: {dict(more.closed)}")
            found.frame = more.frame or found.frame
            if all(len(found.arrivals[seq]) >= count for seq in seqs):
                break
            await asyncio.sleep(0.1)
        return found


def _says(token: str, after: int) -> list[str]:
    hello = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
    watch = {"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": {"after": after}}}
    return [orjson.dumps(hello).decode(), orjson.dumps(watch).decode()]


async def last_seq() -> int:
    async with unit_of_work(system_actor(TENANT)) as uow:
        return await events.last_seq(uow, queue_topic(TENANT))


async def _people() -> list[str]:
    """Access tokens of so many operators."""
    found = []
    async with unit_of_work(system_actor(TENANT)) as uow:
        for number in range(OPERATORS):
            user = await User.create(tenant_id=TENANT, email=f"o{number}@example.com", role=Role.AGENT)
            found.append((await sessions.open_session(uow, user, "graphql")).access_token)
    return found


@contextlib.asynccontextmanager
async def bench(environment: dict[str, str]) -> AsyncIterator[Bench]:
    """Everything that is needed, until the block ends."""
    await migrate()
    await open_database()
    open_redis()
    install_fanout()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_database)
        stack.push_async_callback(close_redis)
        serving_all = asyncio.gather(*(asyncio.to_thread(_served, module, environment) for module in _SERVERS))
        tokens = await _people()
        async with unit_of_work(Actor(TENANT, Role.ADMIN)):
            user = await User.create(tenant_id=TENANT, email="customer@example.com", role=Role.USER)
        actor = Actor(TENANT, Role.USER, user_id=user.id)
        async with unit_of_work(actor) as uow:
            ticket = await tickets.create(uow, title="The printer on the second floor smokes", auto_respond=False)
        stack.enter_context(process("app.scheduler", environment))
        apis = []
        for served, api in await serving_all:
            stack.push(served)
            apis.append(api)
        first, second, bare = apis
        yield Bench(first, second, bare, stack.enter_context(readers(_READERS)), actor, ticket.id, tokens)


def _served(module: list[str], environment: dict[str, str]) -> tuple[ExitStack, Api]:
    """One server, ready; it stops with the stack."""
    with ExitStack() as stack:
        port = free_port()
        pid = stack.enter_context(serving(module, port, environment))
        return stack.pop_all(), Api(port, pid)


def private_kb(pid: int) -> int:
    """Memory that is the process's own (proc_pid_smaps(5))."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def kernel_ms(pid: int) -> float:
    """Of that, what the kernel used for the process, in ticks of 10 ms (proc_pid_stat(5), stime)."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[12]) * 10.0


def processor_ms(pid: int) -> float:
    """Time on a processor so far, all threads (Documentation/scheduler/sched-stats: nanoseconds, first number)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            total += int(task.read_text().split()[0])
    return total / 1e6

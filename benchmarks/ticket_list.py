"""The ticket list over GraphQL beside the same list made in other ways: ``python -m benchmarks.ticket_list``.

Starts its own PostgreSQL and Valkey, makes 2,000 tickets with four messages each, and serves fifty of them, with
author, category and last message, in four ways, each a process of uvicorn with a pool of ten connections:

- GraphQL: the product, signed in by a token whose session is looked up;
- by hand, signed in: Starlette, asyncpg and orjson with the product's own statement (benchmarks/plain_ticket_list.py)
  and the product's look at token and session, in the tenant of the transaction;
- by hand, bare: the same without asking who calls;
- Strawberry + ORM: strawberry.asgi over the ORM's models with DataLoaders (benchmarks/orm_ticket_list.py), which asks
  nobody who they are.

Rate limits are off for all, logs at errors. Connections stay open; each is measured when the product has loaded what
it loads in the background. The ways take turns, so that the machine's mood falls on all, and ratios are medians of the
rounds' own. Prints requests a second, latency, the server's processor time, and what GraphQL is to each in both.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import asyncpg
import orjson

from app.migrate import migrate
from benchmarks.latency import servers
from benchmarks.proof import Figure, at_least
from config.database import close_database, open_database, owner_address, transaction
from config.settings import override_settings
from core.actor import Role, system_actor
from models.categories import Category
from models.users import User
from services import identity, passwords
from services.unit_of_work import unit_of_work

OURS, SIGNED, BARE, ORM = "GraphQL", "by hand, signed in", "by hand, bare", "Strawberry + ORM"
QUIET = {"OPORA_RATE_LIMITS": "off", "OPORA_LOG_LEVEL": "ERROR", "OPORA_LOG_FORMAT": "json"}
SIZE = 50
TENANT = 1
PASSWORD = "Benchmark-1234"
TICKETS = 2_000
QUERY = """query Tickets($first: Int!) { tickets(first: $first) { edges { node { id title status createdAt
    author { fullName } category { name } lastMessage { excerpt authorKind } } } } }"""
_FILL = """
WITH people AS (SELECT array_agg(id ORDER BY id) AS ids FROM users),
sorts AS (SELECT array_agg(id ORDER BY id) AS kinds FROM categories),
made AS (
    INSERT INTO conversations (public_id, tenant_id, kind, customer_id, created_at)
    SELECT gen_random_uuid(), $1::bigint, 'ticket', ids[1 + n % cardinality(ids)], now()
    FROM people, generate_series(1, $2::int) n RETURNING id, customer_id
), tickets_made AS (
    INSERT INTO tickets (id, public_id, tenant_id, title, description, status, priority, source, created_by_id,
        assigned_to_id, category_id, auto_categorized, created_at, updated_at, active_at)
    SELECT m.id, gen_random_uuid(), $1, 'Ticket ' || m.id, repeat('words ', 30), 'open', 'medium', 'web', m.customer_id,
        CASE WHEN m.id % 2 = 0 THEN ids[1] END, kinds[1 + m.id % cardinality(kinds)], false, now(), now(), now()
    FROM made m, people, sorts RETURNING id
)
INSERT INTO messages (public_id, tenant_id, conversation_id, author_kind, author_id, visibility, text, created_at)
SELECT gen_random_uuid(), $1, m.id, 'customer', m.customer_id, 'public', repeat('message ', 20), now()
FROM made m, generate_series(1, 4)
"""


@dataclass(frozen=True)
class Target:
    """One way to the list: the bytes of its request, and where to send them."""

    name: str
    port: int
    pid: int
    request: bytes


@dataclass(frozen=True)
class Measured:
    """``cpu_ms`` is the server's processor time for one request: it stays true on a busy machine."""

    per_second: float
    cpu_ms: float
    latencies_ms: list[float]


async def fill() -> str:
    """Tickets, people, and the access token of an agent."""
    await migrate()
    await open_database()
    secret = await passwords.hash_password(PASSWORD, account="agent@example.com")
    async with unit_of_work(system_actor(TENANT)):
        for number in range(40):
            role, email = (Role.AGENT, "agent@example.com") if number == 0 else (Role.USER, f"user{number}@example.com")
            await User.create(tenant_id=TENANT, email=email, full_name=f"P {number}", role=role, password_hash=secret)
        for number in range(7):
            await Category.create(tenant_id=TENANT, name=f"Category {number}", description="What belongs here")
    async with transaction(TENANT) as client:
        await client.execute_query(_FILL, [TENANT, TICKETS])
    await analyze()
    pair = await identity.login(email="agent@example.com", password=PASSWORD, dialect="graphql")
    await close_database()
    return pair.access_token


async def analyze() -> None:
    """PostgreSQL looks at its tables a minute after they fill; until then it plans badly, for all ways."""
    address = owner_address()
    connection = await asyncpg.connect(
        host=address.host, port=address.port, database=address.database, user=address.user, password=address.password
    )
    await connection.execute("ANALYZE")
    await connection.close()


def request_bytes(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """A request of HTTP/1.1 on a connection that stays open."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def measure(target: Target, *, connections: int, seconds: float) -> Measured:
    """Ask over several connections at once until the time is up. Raises AssertionError for any answer but 200."""
    cpu_before, started = _cpu_seconds(target.pid), time.perf_counter()
    until = started + seconds
    taken = await asyncio.gather(*(_ask(target, until) for _ in range(connections)))
    latencies = [latency for one in taken for latency in one]
    cpu_ms = (_cpu_seconds(target.pid) - cpu_before) * 1000 / len(latencies)
    return Measured(len(latencies) / (time.perf_counter() - started), cpu_ms, latencies)


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, all threads, user and system (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _ask(target: Target, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    latencies = []
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(target.request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        latencies.append((time.perf_counter() - started) * 1000)
    writer.close()
    return latencies


@contextmanager
def serving(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """One server process, ready; yields its id. ``command`` is a module of Python and its arguments."""
    port_named = {"OPORA_PORT": str(port)}
    started = subprocess.Popen([sys.executable, "-m", *command], env={**os.environ, **environment, **port_named})  # noqa: S603
    try:
        _await_server(port, started)
        yield started.pid
    finally:
        started.terminate()
        started.wait()


def _await_server(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(900):
        if process.poll() is not None:
            raise RuntimeError(f"The server on port {port} ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Nothing serves on port {port}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def await_idle(pid: int, patience_s: float = 60.0) -> None:
    """Wait until the process rests: what it loads behind its first answers would be measured with them."""
    deadline, quiet, before = time.monotonic() + patience_s, 0, _cpu_seconds(pid)
    while quiet < 4 and time.monotonic() < deadline:
        time.sleep(0.5)
        now = _cpu_seconds(pid)
        quiet, before = (quiet + 1 if now - before < 0.03 else 0), now


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[list[Target]]:
    """The ways, ready and warm, the product first."""
    ports = [free_port() for _ in range(3)]
    modules = (["app.cli", "api"], ["benchmarks.plain_ticket_list"], ["benchmarks.orm_ticket_list"])
    with override_settings(**environment, _env_file=None):
        token = asyncio.run(fill())
    with ExitStack() as stack:
        pids = [stack.enter_context(serving(*each, environment)) for each in zip(modules, ports, strict=True)]
        body = orjson.dumps({"query": QUERY, "variables": {"first": SIZE}})
        targets = [
            Target(OURS, ports[0], pids[0], request_bytes("POST", "/graphql", token, body)),
            Target(SIGNED, ports[1], pids[1], request_bytes("GET", "/signed", token)),
            Target(BARE, ports[1], pids[1], request_bytes("GET", "/bare", token)),
            Target(ORM, ports[2], pids[2], request_bytes("POST", "/graphql", token, body)),
        ]
        await_idle(pids[0])
        for target in targets:
            asyncio.run(check(target))
            asyncio.run(measure(target, connections=8, seconds=1.0))
        yield targets


async def check(target: Target) -> None:
    """All show the same rows, or they would not be comparable. Raises AssertionError."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(target.request)
    head = await reader.readuntil(b"\r\n\r\n")
    body = orjson.loads(await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])))
    rows = body["tickets"] if "tickets" in body else [edge["node"] for edge in body["data"]["tickets"]["edges"]]
    assert len(rows) == SIZE, body
    assert all(row["author"] and row["category"] and row["lastMessage"]["excerpt"] for row in rows), rows[0]
    assert set(rows[0]) == {"id", "title", "status", "createdAt", "author", "category", "lastMessage"}
    writer.close()


def in_turns(targets: Sequence[Target], connections: int, seconds: float, rounds: int) -> dict[str, list[Measured]]:
    """Each way once in each round."""
    results: dict[str, list[Measured]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            results[target.name].append(asyncio.run(measure(target, connections=connections, seconds=seconds)))
    return results


def ratio(results: Mapping[str, list[Measured]], name: str) -> float:
    """The product's requests a second to those of another way: the median of the rounds' ratios."""
    pairs = zip(results[OURS], results[name], strict=True)
    return median(ours.per_second / theirs.per_second for ours, theirs in pairs)


def processor_ratio(results: Mapping[str, list[Measured]], name: str) -> float:
    """The product's processor time for a request to that of another way."""
    return median(a.cpu_ms for a in results[OURS]) / median(b.cpu_ms for b in results[name])


def report(results: Mapping[str, list[Measured]]) -> None:
    print(
        f"{'50 tickets':20} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'CPU ms':>8} {'rate, ours':>11} {'CPU':>7}"
    )
    for name, rounds in results.items():
        percentiles = quantiles([value for one in rounds for value in one.latencies_ms], n=100)
        rate, cpu = median(one.per_second for one in rounds), median(one.cpu_ms for one in rounds)
        ratios = f"{ratio(results, name):10.2f}x {processor_ratio(results, name):6.2f}x"
        print(f"{name:20} {rate:10.0f} {percentiles[49]:8.1f} {percentiles[98]:8.1f} {cpu:8.2f} {ratios}")


def prove() -> Iterator[Figure]:
    """The targets, in a short form."""
    with servers() as environment, served({**environment, **QUIET}) as targets:
        results = in_turns(targets, connections=8, seconds=1.0, rounds=5)
    report(results)
    yield at_least(
        "ticket list: GraphQL to a handler by hand, signed in", ratio(results, SIGNED), 0.7, "of its throughput"
    )
    yield at_least("ticket list: GraphQL to Strawberry with an ORM", ratio(results, ORM), 8, "times its throughput")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with servers() as environment, served({**environment, **QUIET}) as targets:
        report(in_turns(targets, options.connections, options.seconds, options.rounds))


if __name__ == "__main__":
    main()

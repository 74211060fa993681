"""The ticket list over GraphQL against a handler written by hand: ``python -m benchmarks.ticket_list``.

Starts its own PostgreSQL and Valkey, makes 2,000 tickets with four messages each, and serves both by uvicorn, a process
each. Fifty tickets with author, assignee and last message, by connections that stay open; the servers take turns, so
that the machine's mood falls on all. Prints requests a second and latency, and what GraphQL costs beside the handler.
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
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import orjson

from app.migrate import migrate
from benchmarks.latency import servers
from config.database import close_database, open_database, transaction
from config.settings import override_settings
from core.actor import Role, system_actor
from models.users import User
from services import identity, passwords
from services.unit_of_work import unit_of_work

TENANT = 1
PASSWORD = "Benchmark-1234"
TICKETS = 2_000
QUERY = """query Tickets($first: Int!) { tickets(first: $first) { edges { node { id title status createdAt
    author { fullName } assignee { fullName } lastMessage { excerpt authorKind } } } } }"""
_FILL = """
WITH people AS (SELECT array_agg(id ORDER BY id) AS ids FROM users),
made AS (
    INSERT INTO conversations (public_id, tenant_id, kind, customer_id, created_at)
    SELECT gen_random_uuid(), $1::bigint, 'ticket', ids[1 + n % cardinality(ids)], now()
    FROM people, generate_series(1, $2::int) n RETURNING id, customer_id
), tickets_made AS (
    INSERT INTO tickets (id, public_id, tenant_id, title, description, status, priority, source, created_by_id,
        assigned_to_id, auto_categorized, created_at, updated_at, active_at)
    SELECT m.id, gen_random_uuid(), $1, 'Ticket ' || m.id, repeat('words ', 30), 'open', 'medium', 'web', m.customer_id,
        CASE WHEN m.id % 2 = 0 THEN ids[1] END, false, now(), now(), now() FROM made m, people RETURNING id
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
    async with transaction(TENANT) as client:
        await client.execute_query(_FILL, [TENANT, TICKETS])
    pair = await identity.login(email="agent@example.com", password=PASSWORD, dialect="graphql")
    await close_database()
    return pair.access_token


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
        _await_server(port)
        yield started.pid
    finally:
        started.terminate()
        started.wait()


def _await_server(port: int) -> None:
    for _ in range(300):
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


def run(connections: int, seconds: float, rounds: int, environment: Mapping[str, str]) -> None:
    """Serve, measure in turns, print. The first round warms up."""
    with override_settings(**environment, _env_file=None):
        token = asyncio.run(fill())
    api, plain = free_port(), free_port()
    body = orjson.dumps({"query": QUERY, "variables": {"first": 50}})
    with ExitStack() as stack:
        ours = stack.enter_context(serving(["app.cli", "api"], api, environment))
        theirs = stack.enter_context(serving(["benchmarks.plain_ticket_list"], plain, environment))
        targets = [
            Target("GraphQL", api, ours, request_bytes("POST", "/graphql", token, body)),
            Target("by hand, signed in", plain, theirs, request_bytes("GET", "/signed", token)),
            Target("by hand, bare", plain, theirs, request_bytes("GET", "/bare", token)),
        ]
        results: dict[str, list[Measured]] = {target.name: [] for target in targets}
        for number in range(rounds + 1):
            for target in targets:
                measured = asyncio.run(measure(target, connections=connections, seconds=seconds if number else 1.0))
                if number:
                    results[target.name].append(measured)
    report(results)


def report(results: Mapping[str, list[Measured]]) -> None:
    rates = {name: median(one.per_second for one in rounds) for name, rounds in results.items()}
    cpu = {name: median(one.cpu_ms for one in rounds) for name, rounds in results.items()}
    print(f"{'50 tickets':20} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'CPU ms':>8} {'CPU, GraphQL to it':>19}")
    for name, rounds in results.items():
        percentiles = quantiles([value for one in rounds for value in one.latencies_ms], n=100)
        shown = f"{percentiles[49]:8.1f} {percentiles[98]:8.1f} {cpu[name]:8.2f} {cpu['GraphQL'] / cpu[name]:18.2f}x"
        print(f"{name:20} {rates[name]:10.0f} {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with servers() as environment:
        quiet = {"OPORA_RATE_LIMITS": "off", "OPORA_LOG_LEVEL": "ERROR", "OPORA_LOG_FORMAT": "json"}
        run(options.connections, options.seconds, options.rounds, {**environment, **quiet})


if __name__ == "__main__":
    main()

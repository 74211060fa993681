"""Clients that ask one after another as fast as they are answered, and what that costs the servers."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles

import aiohttp
import psutil

from benchmarks.peers.peer import Request, Running

_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Measured:
    """``cpu_ms`` is processor time of the product and PostgreSQL for one request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    requests: int


async def measure(running: Running, action: str, database: int, *, clients: int, seconds: float) -> Measured:
    """Ask by ``clients`` connections at once until the time is up; each ends the request that it is in.

    ``database`` is the process of PostgreSQL. Raises AssertionError for an answer that is not the expected one.
    """
    ask = running.actions[action]
    before, started = _cpu_seconds(running, database), time.perf_counter()
    connector = aiohttp.TCPConnector(limit=clients)
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_S)
    async with aiohttp.ClientSession(
        f"http://127.0.0.1:{running.port}", headers=running.headers, connector=connector, timeout=timeout
    ) as session:
        taken = await asyncio.gather(*(_client(session, ask, started + seconds) for _ in range(clients)))
    latencies = [each for one in taken for each in one]
    elapsed = time.perf_counter() - started
    cpu_ms = (_cpu_seconds(running, database) - before) * 1000 / len(latencies)
    p50, p99 = _percentiles(latencies)
    return Measured(len(latencies) / elapsed, p50, p99, cpu_ms, len(latencies))


async def _client(session: aiohttp.ClientSession, ask: Callable[[], Request], until: float) -> list[float]:
    latencies: list[float] = []
    while not latencies or time.perf_counter() < until:
        started = time.perf_counter()
        await answered(session, ask())
        latencies.append((time.perf_counter() - started) * 1000)
    return latencies


async def answered(session: aiohttp.ClientSession, request: Request) -> bytes:
    """The body of the answer. Raises AssertionError for another status than 2xx and for what was not expected."""
    headers = {"content-type": request.content_type} if request.body is not None else {}
    async with session.request(request.method, request.path, data=request.body, headers=headers) as response:
        body = await response.read()
        assert response.ok, (request, response.status, body[:500])
        assert request.expects in body, (request, body[:500])
        return body


def _percentiles(latencies: Sequence[float]) -> tuple[float, float]:
    if len(latencies) < 2:
        return latencies[0], latencies[0]
    cuts = quantiles(latencies, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _cpu_seconds(running: Running, database: int) -> float:
    """User and system time so far of all processes, those that have ended and were waited for included."""
    total = 0.0
    for pid in (database, *(process.pid for process in running.processes)):
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            if process is parent:
                total += times.children_user + times.children_system
    return total

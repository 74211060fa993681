"""``/metrics`` in the text format of Prometheus, and what is measured of requests."""

import asyncio

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from config.metrics import counts_are_shared
from core.errors import DomainError
from services import events, jobs

logger = structlog.get_logger(__name__)

REQUESTS = Counter(
    "opora_requests_total", "Requests answered, by the template of their path", ("method", "path", "status")
)
REQUEST_SECONDS = Histogram(
    "opora_request_seconds",
    "Duration of requests; of WebSockets, how long they were open",
    ("method", "path"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
OUTBOX_LAG = Gauge(
    "opora_outbox_lag_seconds",
    "Age of the oldest committed event that no relay handed on yet",
    multiprocess_mode="mostrecent",
)
OPEN_JOBS = Gauge("opora_open_jobs", "Jobs that are not done, by state", ("state",), multiprocess_mode="mostrecent")
SCRAPE_FAILURES = Counter("opora_scrape_failures_total", "Scrapes that could not read the database")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"})


def observe_request(scope: Scope, method: str, status: int, seconds: float) -> None:
    """Count a request under its route's template: raw paths, and made-up methods, would be labels without end."""
    route = scope.get("route")
    path = getattr(route, "path", None) or "unknown"
    method = method if method in _METHODS else "other"
    REQUESTS.labels(method, path, str(status)).inc()
    REQUEST_SECONDS.labels(method, path).observe(seconds)


async def metrics(request: Request) -> Response:
    """Counters of this process, or of all that share a folder for them, and the queues that stand in the database."""
    try:
        OUTBOX_LAG.set(await events.outbox_lag())
        for state, count in (await jobs.counts()).items():
            OPEN_JOBS.labels(state).set(count)
    except DomainError as error:
        SCRAPE_FAILURES.inc()
        logger.warning("metrics_without_database", error=error.message)
    body = await asyncio.to_thread(_exposition)
    return Response(body, headers={"cache-control": "no-store"}, media_type=CONTENT_TYPE_LATEST)


def _exposition() -> bytes:
    """What this process counted; where a folder is named for it (`opora up` does), what all processes beside it did."""
    if not counts_are_shared():
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's function has no types
    ProcessCollector(registry=registry)
    return generate_latest(registry)

"""Traces: where the time goes between a customer's message and the reply on their screen.

Off unless ``OPORA_OTEL_ENDPOINT`` names a collector; off, each place that would be traced costs a comparison. Spans
are sent in batches by a thread of their own; where the collector does not keep up they are dropped, and nobody waits.

A trace crosses processes as W3C's ``traceparent`` (https://www.w3.org/TR/trace-context/): in the header of a request,
in the row of a job, in the row of the outbox and with the event on its way to the sockets. ``tracestate`` and baggage
are not taken: they would carry strangers' words. Attributes are names and numbers of ours, never what people wrote.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, SpanContext

    from config.settings import Settings

Attribute = str | int | float | bool
Kind = Literal["internal", "server", "client", "producer", "consumer"]
TRACEPARENT = "traceparent"
_WELL_FORMED = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_FLUSH_S = 2.0
_EXPORT_TIMEOUT_S = 5.0
_QUEUE = 4_096
_BATCH = 512
_DELAY_MS = 1_000

_providers: list[TracerProvider] = []
_NOTHING: AbstractContextManager[None] = nullcontext()


def is_on() -> bool:
    return bool(_providers)


def span(
    name: str,
    kind: Kind = "internal",
    *,
    parent: str | None = None,
    link: str | None = None,
    **attributes: Attribute | None,
) -> AbstractContextManager[Span | None]:
    """A span for as long as the block lasts, below the one that is open, or below ``parent``, a ``traceparent``.

    ``link`` is the ``traceparent`` of a span that it shares work with.
    An exception that leaves the block is named on it by its type alone: messages may quote what people wrote.
    """
    return _open(name, kind, (parent, link), attributes) if _providers else _NOTHING


def mark(name: str, parent: str, **attributes: Attribute | None) -> None:
    """A moment of another process's trace, such as the arrival of what it sent."""
    with span(name, "consumer", parent=parent, link=None, **attributes):
        pass


def note(**attributes: Attribute | None) -> None:
    """Say more of the span that is open."""
    if _providers:
        from opentelemetry import trace

        trace.get_current_span().set_attributes(_given(attributes))


def rename(name: str) -> None:
    """Give the open span the name that only its end knows."""
    if _providers:
        from opentelemetry import trace

        trace.get_current_span().update_name(name)


def traceparent() -> str | None:
    """What carries the open span to another process; None where there is none."""
    if not _providers:
        return None
    from opentelemetry import trace

    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return None
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{int(here.trace_flags):02x}"


def labels() -> dict[str, str]:
    """What lines of the log say of the open span, so that they are found from it and it from them."""
    carried = traceparent()
    return {"trace_id": carried.split("-")[1]} if carried else {}


def open_tracing(settings: Settings, *, process: str) -> None:
    """Begin to trace where the settings name a collector. To be called after a fork, once a process."""
    if settings.tracing.endpoint is None or _providers:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

    exporter = OTLPSpanExporter(
        endpoint=f"{settings.tracing.endpoint}/v1/traces", headers=_headers(settings), timeout=_EXPORT_TIMEOUT_S
    )
    batches = BatchSpanProcessor(
        exporter, max_queue_size=_QUEUE, max_export_batch_size=_BATCH, schedule_delay_millis=_DELAY_MS
    )
    described = {"service.name": f"opora-{process}", "service.namespace": "opora", "service.version": _version()}
    # Not "parent based": whoever sends a header must not decide how much is kept. By the id all processes decide alike.
    provider = TracerProvider(
        resource=Resource.create(described), sampler=TraceIdRatioBased(settings.tracing.sample), shutdown_on_exit=False
    )
    provider.add_span_processor(batches)
    _providers.append(provider)


def close_tracing() -> None:
    """Send what waits, for two seconds at most, and stop. Blocks."""
    while _providers:
        # The library's own way waits for half a minute where the collector is silent.
        ending = threading.Thread(target=_providers.pop().shutdown, daemon=True)
        ending.start()
        ending.join(_FLUSH_S)


@asynccontextmanager
async def tracing(settings: Settings, *, process: str) -> AsyncIterator[None]:
    """Traced, where the settings say so, until the block ends."""
    open_tracing(settings, process=process)
    try:
        yield
    finally:
        await asyncio.to_thread(close_tracing)


@contextmanager
def _open(
    name: str, kind: Kind, carried: tuple[str | None, str | None], attributes: dict[str, Attribute | None]
) -> Iterator[Span]:
    from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, Status, StatusCode, set_span_in_context

    parent, linked = (None if each is None else _remote(each) for each in carried)
    tracer = _providers[-1].get_tracer("opora")
    with tracer.start_as_current_span(
        name,
        context=None if parent is None else set_span_in_context(NonRecordingSpan(parent)),
        kind=SpanKind[kind.upper()],
        attributes=_given(attributes),
        links=[] if linked is None else [Link(linked)],
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        try:
            yield opened
        except Exception as error:
            opened.set_attribute("error.type", type(error).__name__)
            opened.set_status(Status(StatusCode.ERROR))
            raise


def _remote(carried: str) -> SpanContext | None:
    """Another process's span; None for what names none."""
    if not _WELL_FORMED.fullmatch(carried):
        return None
    from opentelemetry.trace import SpanContext, TraceFlags

    _, trace, above, flags = carried.split("-")
    return SpanContext(int(trace, 16), int(above, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16) & 1))


def _given(attributes: dict[str, Attribute | None]) -> dict[str, Attribute]:
    """Keywords become names: ``http__route`` is ``http.route``."""
    return {name.replace("__", "."): value for name, value in attributes.items() if value is not None}


def _headers(settings: Settings) -> dict[str, str]:
    told = settings.tracing.headers
    pairs = (pair.partition("=") for pair in told.get_secret_value().split(",")) if told is not None else ()
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _version() -> str:
    return importlib.metadata.version("opora")

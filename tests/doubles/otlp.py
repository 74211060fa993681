"""A double of an OpenTelemetry collector that speaks OTLP over HTTP, and of one that never answers."""

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.doubles.http_server import serving


@dataclass(frozen=True, slots=True)
class SentSpan:
    """A span as it was exported; ids in hexadecimal, times in nanoseconds since 1970."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    start: int
    end: int
    attributes: dict[str, Any]
    failed: bool
    links: tuple[str, ...] = ()
    """Ids of spans."""


@dataclass
class CollectorDouble:
    """Keeps the spans that it is sent; with ``silent`` it takes requests and says nothing."""

    url: str = ""
    silent: bool = False
    spans: list[SentSpan] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def named(self, name: str) -> SentSpan:
        """The only span of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def trace(self, trace_id: str) -> list[SentSpan]:
        """The spans of a trace, as they began."""
        return sorted((span for span in self.spans if span.trace_id == trace_id), key=lambda span: span.start)

    async def export(self, request: Request) -> Response:
        if self.silent:
            await asyncio.sleep(60)
        body = await request.body()
        self.headers.append(dict(request.headers))
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self._take(ExportTraceServiceRequest.FromString(body))
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type="application/x-protobuf")

    def _take(self, told: Any) -> None:
        for resource in told.resource_spans:
            service = _plain(resource.resource.attributes)["service.name"]
            self.spans += [_span(service, each) for scope in resource.scope_spans for each in scope.spans]


def _span(service: str, told: Any) -> SentSpan:
    return SentSpan(
        service=service,
        name=told.name,
        trace_id=told.trace_id.hex(),
        span_id=told.span_id.hex(),
        parent_id=told.parent_span_id.hex(),
        start=told.start_time_unix_nano,
        end=told.end_time_unix_nano,
        attributes=_plain(told.attributes),
        failed=told.status.code == told.status.STATUS_CODE_ERROR,
        links=tuple(link.span_id.hex() for link in told.links),
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextmanager
def running_collector(*, silent: bool = False) -> Iterator[CollectorDouble]:
    double = CollectorDouble(silent=silent)
    app = Starlette(routes=[Route("/v1/traces", double.export, methods=["POST"])])
    with serving(app) as double.url:
        yield double

"""The ASGI application: every surface of the product behind one address."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route

from app.authentication import TENANT_HEADER, actor_of, actor_or_guest_of, still_valid
from app.composition import open_process
from app.console import console_routes
from app.failures import Failures, UnexpectedErrors
from app.graphql import graphql_routes
from app.health import health, ready
from app.metrics import metrics
from app.openapi import DIALECTS, openapi_json
from app.pages import page_routes
from app.rate_limits import RateLimits
from app.request_log import REQUEST_ID, RequestLog
from app.security_headers import SecurityHeaders
from app.shared_paths import shared_routes
from app.socket_count import SocketCount
from app.traces import Traces
from app.warm_up import warming_up
from app.widget_origins import WidgetOrigins
from config.settings import Settings, get_settings
from config.tracing import tracing
from realtime.hub import open_hub
from rest.downloads import download_routes
from rest.endpoints import Gate
from rest.idempotency import KEY, REPLAYED
from rest.itdesk.dialect import itdesk_routes
from rest.leads.dialect import leads_routes
from rest.replyx.dialect import replyx_routes
from rest.support.dialect import support_routes
from rest.telegram.dialect import telegram_routes
from rest.telegram_webhook import webhook_routes

_EXPOSED = [
    REQUEST_ID,
    REPLAYED,
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
]
Opening = Callable[[Settings], AbstractAsyncContextManager[None]]


def create_app(settings: Settings | None = None, *, opening: Opening = open_process) -> Starlette:
    """The application. ``opening`` opens what services need for as long as it serves; tests bring their own."""
    settings = settings or get_settings()
    limiter = RateLimits(settings)
    failures = Failures(DIALECTS)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with tracing(settings, process="api"), opening(settings), open_hub(still_valid=still_valid), warming_up():
            yield
        await limiter.close()

    app = Starlette(
        routes=_routes(Gate(actor_of, limiter, actor_or_guest_of)),
        middleware=_middleware(settings, failures),
        exception_handlers={HTTPException: failures.http_exception},
        lifespan=lifespan,
    )
    app.state.rate_limits = limiter
    return app


def _routes(gate: Gate) -> list[BaseRoute]:
    return [
        *graphql_routes(),
        Route("/health", health),
        Route("/ready", ready),
        Route("/metrics", metrics),
        Route("/openapi.json", openapi_json),
        *shared_routes(gate),
        *support_routes(gate),
        *telegram_routes(gate),
        *leads_routes(gate),
        *itdesk_routes(gate),
        *replyx_routes(gate),
        *download_routes(gate),
        *webhook_routes(),
        *console_routes(),
        *page_routes(),
    ]


def _traces(settings: Settings) -> list[Middleware]:
    """Nothing where nothing is traced: a layer costs each request some microseconds."""
    return [Middleware(Traces)] if settings.tracing.endpoint is not None else []


def _middleware(settings: Settings, failures: Failures) -> list[Middleware]:
    """Outermost first."""
    encrypted = (settings.http.public_url or "").startswith("https://")
    layers = [*_traces(settings), Middleware(RequestLog), Middleware(SecurityHeaders, encrypted=encrypted)]
    layers.append(Middleware(WidgetOrigins, exposed=_EXPOSED))
    origins = settings.http.allowed_origins
    if origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=origins,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "Last-Event-ID", KEY, REQUEST_ID, TENANT_HEADER],
                expose_headers=_EXPOSED,
                max_age=600,
            )
        )
    return [*layers, Middleware(SocketCount), Middleware(UnexpectedErrors, failures=failures)]

"""One line and one measurement for every request, under an id that the response carries too.

The line names the path but never the query, which may hold a token.
"""

import re
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.metrics import observe_request
from core.ids import new_uuid
from services.client_ip import client_ip

logger = structlog.get_logger("app.requests")

REQUEST_ID = "x-request-id"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/health", "/ready", "/metrics"})
_LONGEST_PATH = 300


class RequestLog:
    """ASGI middleware, the outermost one: what it does not see was not answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get(REQUEST_ID))
        scope.setdefault("state", {})["request_id"] = request_id
        answer: dict[str, Any] = {"status": 0}

        async def send_with_id(message: Message) -> None:
            _note(answer, message, request_id)
            await send(message)

        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                _report(scope, answer, time.perf_counter() - started)


def _request_id(given: str | None) -> str:
    return given if given is not None and _SANE_ID.fullmatch(given) else new_uuid().hex


def _note(answer: MutableMapping[str, Any], message: Message, request_id: str) -> None:
    if message["type"] == "http.response.start":
        answer["status"] = message["status"]
        MutableHeaders(scope=message)[REQUEST_ID] = request_id
    elif message["type"] == "websocket.accept":
        answer["status"] = 101
    elif message["type"] == "websocket.close":
        answer["close_code"] = message.get("code", 1000)


def _report(scope: Scope, answer: MutableMapping[str, Any], seconds: float) -> None:
    path = scope["path"]
    method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
    observe_request(scope, method, answer["status"], seconds)
    level = logger.debug if path in _QUIET else logger.info
    level(
        "request",
        method=method,
        path=path[:_LONGEST_PATH],
        milliseconds=round(seconds * 1000, 1),
        client=client_ip(scope),
        **answer,
    )

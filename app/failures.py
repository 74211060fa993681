"""Failures that no operation owns: unknown paths, wrong methods, and errors that nobody expected.

Each is told in the shape of the dialect that owns the path; a browser that opens a page gets a page.
"""

from collections.abc import Sequence

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.pages import not_found_response, wants_html
from rest.endpoints import failure
from rest.operations import Dialect
from rest.problems import problem_of

logger = structlog.get_logger(__name__)


class Failures:
    """Renders failures; :meth:`middleware` catches those that nobody expected."""

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        self._dialects = dialects

    def render(self, request: Request, error: Exception) -> Response:
        """The response to any failure of a request."""
        for dialect in self._dialects:
            if dialect.owns(request.url.path):
                return failure(dialect, error)
        if isinstance(error, HTTPException) and error.status_code == 404 and wants_html(request):
            return not_found_response(request)
        problem = problem_of(error)
        body = orjson.dumps({"detail": problem.message})
        return Response(body, problem.status, dict(problem.headers), "application/json")

    async def http_exception(self, request: Request, error: Exception) -> Response:
        """Starlette's handler of its own exceptions (unknown path, wrong method)."""
        return self.render(request, error)


class UnexpectedErrors:
    """ASGI middleware: the last one to see an exception. After it only the log knows what happened."""

    def __init__(self, app: ASGIApp, failures: Failures) -> None:
        self.app = app
        self._failures = failures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False

        async def send_noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception as error:
            if began:
                # Too late for a response: the server cuts the connection, which tells the client that it is not whole.
                raise
            await self._failures.render(Request(scope, receive), error)(scope, receive, send)

"""A company's own server, which takes webhooks as the specification's library checks them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.doubles.http_server import serving


@dataclass
class Receiver:
    """``replies`` are given in turn, then 204. ``received`` holds headers and bodies."""

    url: str = ""
    replies: list[Response] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    otherwise: Callable[[], Response] = lambda: Response(status_code=204)

    async def take(self, request: Request) -> Response:
        self.received.append((dict(request.headers), await request.body()))
        return self.replies.pop(0) if self.replies else self.otherwise()

    def opened(self, secret: str) -> list[Any]:
        """What came, verified by the library. Raises its WebhookVerificationError."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"]), Route("/moved", receiver.take)])
    with serving(app) as address:
        receiver.url = f"{address}/hook"
        yield receiver

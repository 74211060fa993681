"""``opora api``: the ASGI application under uvicorn."""

import importlib
import socket
import time
from types import FrameType

import uvicorn

from app.health import begin_draining
from app.loading import collect_rarely
from app.one_write import OneWriteHttp
from app.socket_lines import LinedWebSocket
from config.settings import Settings, get_settings

_APPLICATION = "app.api"
_LARGEST_FRAME = 1_000_000
_IDLE_S = 75
"""How long a connection may be idle. Longer than the pools of clients (5 s) and of proxies and balancers (60 s) keep
theirs: who lets go first must be the one who sends next, or its request meets a closed connection.
"""


def load_application() -> None:
    """Import everything, before the database is needed."""
    importlib.import_module(_APPLICATION)


def serve() -> None:
    """Serve until SIGTERM or SIGINT, then let open requests end."""
    settings = get_settings()
    load_application()
    collect_rarely()
    Server(configuration(settings), drain_s=settings.http.drain_s).run()


class Server(uvicorn.Server):
    """Ends in order: first ``/ready`` says no while all is served still, for ``drain_s``; then sockets are closed with
    1012 (service restart), event streams end, and open requests have ``timeout_graceful_shutdown`` to be answered.

    A second signal cuts the first part short.
    """

    def __init__(self, config: uvicorn.Config, *, drain_s: float) -> None:
        super().__init__(config)
        self._drain_s = drain_s
        self._stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._drain_s and self._stop_at is None:
            self._stop_at = time.monotonic() + self._drain_s
            begin_draining()
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self._stop_at is not None and time.monotonic() >= self._stop_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        begin_draining()
        await super().shutdown(sockets)


def configuration(settings: Settings) -> uvicorn.Config:
    """Compression of WebSockets is off: it doubles the memory and the time of a fan-out to many sockets."""
    http = settings.http
    return uvicorn.Config(
        f"{_APPLICATION}:create_app",
        factory=True,
        host=http.host,
        port=http.port,
        loop="uvloop",
        http=OneWriteHttp,
        ws=LinedWebSocket,
        ws_max_size=_LARGEST_FRAME,
        ws_per_message_deflate=False,
        proxy_headers=bool(http.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in http.trusted_proxies],
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=http.shutdown_s,
        log_config=None,
        access_log=False,
        server_header=False,
        use_colors=False,
    )

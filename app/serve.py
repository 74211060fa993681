"""``opora api``: the ASGI application under uvicorn."""

import importlib

import uvicorn

from config.settings import Settings, get_settings

_APPLICATION = "app.api"
_LARGEST_FRAME = 1_000_000


def load_application() -> None:
    """Import everything, before the database is needed."""
    importlib.import_module(_APPLICATION)


def serve() -> None:
    """Serve until SIGTERM or SIGINT, then let open requests end."""
    uvicorn.Server(configuration(get_settings())).run()


def configuration(settings: Settings) -> uvicorn.Config:
    """Compression of WebSockets is off: it doubles the memory and the time of a fan-out to many sockets."""
    http = settings.http
    return uvicorn.Config(
        f"{_APPLICATION}:create_app",
        factory=True,
        host=http.host,
        port=http.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=_LARGEST_FRAME,
        ws_per_message_deflate=False,
        proxy_headers=bool(http.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in http.trusted_proxies],
        timeout_graceful_shutdown=http.shutdown_s,
        log_config=None,
        access_log=False,
        server_header=False,
        use_colors=False,
    )

"""The servers that the settings leave to us: those whose address is not set."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.embedded.ownership import DataDirInUse
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.process import ServerFailed
from app.embedded.server import EmbeddedServer
from app.embedded.valkey import EmbeddedValkey
from config.settings import Settings, override_settings

_PATIENCE_S = 20.0


class EmbeddedServers:
    """Start, revive and stop what ``OPORA_DATABASE_URL`` and ``OPORA_REDIS_URL`` do not name."""

    def __init__(self, settings: Settings) -> None:
        self._servers: dict[str, EmbeddedServer] = {}
        if settings.redis.url is None:
            self._servers["OPORA_REDIS_URL"] = EmbeddedValkey(settings.data_dir)
        if settings.database.url is None:
            self._servers["OPORA_DATABASE_URL"] = EmbeddedPostgres(settings.data_dir)

    def start(self) -> dict[str, str]:
        """Start them; returns the variables that tell other processes where they are. Raises ServerFailed."""
        try:
            return {variable: server.start() for variable, server in self._servers.items()}
        except BaseException:
            self.stop()
            raise

    def find_running(self) -> dict[str, str] | None:
        """The same variables for servers that another process runs; None unless it runs all of them."""
        found = {variable: server.find_running() for variable, server in self._servers.items()}
        addresses = {variable: url for variable, url in found.items() if url is not None}
        return addresses if len(addresses) == len(found) else None

    def revive(self) -> dict[str, str]:
        """Start those again that died; returns the variables of these. Raises ServerFailed."""
        revived = {}
        for variable, server in self._servers.items():
            if not server.is_running():
                server.stop()
                revived[variable] = server.start()
        return revived

    def stop(self) -> None:
        for server in self._servers.values():
            server.stop()


@contextmanager
def reachable_servers(settings: Settings) -> Iterator[dict[str, str]]:
    """For a single command: use the servers of a running ``opora up``, else run our own until the block ends.

    Inside the block ``get_settings()`` has their addresses. Raises ServerFailed.
    """
    servers = EmbeddedServers(settings)
    deadline = time.monotonic() + _PATIENCE_S
    while (addresses := servers.find_running()) is None:
        try:
            addresses = servers.start()
            break
        except DataDirInUse:
            # Somebody else is starting them, or stopping them.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    try:
        with override_settings(**addresses):
            yield addresses
    finally:
        servers.stop()


__all__ = ["EmbeddedServers", "ServerFailed", "reachable_servers"]

"""``opora up``: the servers, the API, the workers and the scheduler as one command on one machine."""

import http.client
import os
import shutil
import signal
import sys
import time
from types import FrameType
from urllib.parse import urlsplit

from app.children import Child, Gate, clear_away, remember
from app.embedded.ownership import DataDirInUse, Lock, is_free
from app.embedded.process import ServerFailed
from app.embedded.servers import EmbeddedServers
from app.welcome import welcome
from config.settings import Settings

_TICK_S = 0.05
_PATIENCE_S = 180.0
_FAILED_STARTS = 3


class Supervisor:
    """Runs everything until it is told to stop; :meth:`run` returns the exit code."""

    def __init__(self, settings: Settings, *, demo: bool) -> None:
        self._settings = settings
        self._demo = demo
        self._began = time.monotonic()
        self._run = settings.data_dir / "run"
        self._counters = self._run / "metrics"
        self._lock = Lock(self._run / "opora.lock")
        self._servers = EmbeddedServers(settings)
        self._environment = dict(os.environ)
        self._gate = Gate()
        self._children = [Child("api"), Child("worker"), Child("scheduler")]
        self._preparation = Child("prepare", *(["--demo"] if demo else []))
        self._stopping = False

    def run(self) -> int:
        """Start, serve, stop. Raises ServerFailed or DataDirInUse with a message for people."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_soon)
        self._claim()
        try:
            self._start()
            while not self._stopping:
                self._tick()
        finally:
            self._stop()
        return 0

    def _stop_soon(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    @property
    def _address(self) -> str:
        host = self._settings.http.host
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
        return f"http://{shown}:{self._settings.http.port}"

    def _claim(self) -> None:
        try:
            self._lock.acquire(f"process {os.getpid()} (opora up), which serves {self._address}")
        except DataDirInUse as error:
            raise ServerFailed(f"{error}. Stop that one, or set another OPORA_DATA_DIR and --port") from None
        clear_away(self._run / "children.json")
        host, port = self._settings.http.host, self._settings.http.port
        try:
            free = is_free(host, port)
        except OSError as error:
            raise ServerFailed(f"OPORA_HOST: cannot listen on {host}: {error.strerror}") from None
        if not free:
            raise ServerFailed(f"port {port} on {host} is in use: stop what uses it, or choose another with --port")

    def _start(self) -> None:
        _say(f"Opora starts; data in {self._settings.data_dir}")
        self._environment |= {
            "OPORA_HOST": self._settings.http.host,
            "OPORA_PORT": str(self._settings.http.port),
            "OPORA_DATA_DIR": str(self._settings.data_dir),
        }
        self._share_counters()
        addresses = self._servers.start()
        self._environment |= addresses
        if addresses:
            # The embedded server has no TLS; libpq's default would look for keys in a home that may not be ours.
            self._environment["PGSSLMODE"] = "disable"
        self._preparation.start(self._environment, self._gate.writer)
        self._gate.hand_over()
        self._start_children(self._children[:1])
        self._await_ready()

    def _share_counters(self) -> None:
        """Name a folder in which the processes count together, so that `/metrics` of the API tells of all of them."""
        shutil.rmtree(self._counters, ignore_errors=True)
        self._counters.mkdir(parents=True)
        self._environment["PROMETHEUS_MULTIPROC_DIR"] = str(self._counters)

    def _start_children(self, children: list[Child]) -> None:
        for child in children:
            child.start(self._environment, self._gate.reader)
        self._remember()

    def _await_ready(self) -> None:
        """Until the API says that it is ready and the demo is loaded. Raises ServerFailed when that cannot be."""
        deadline = time.monotonic() + _PATIENCE_S
        ready = prepared = False
        while not (self._stopping or (ready and prepared)):
            self._tick()
            code = self._preparation.ended()
            if code:
                raise ServerFailed("the database could not be prepared; the lines above say why")
            prepared = code == 0
            ready = ready or self._is_ready()
            if (ready or prepared) and self._children[-1].pid is None:
                # Not before: loading four programs at once on two cores would keep the first answer waiting.
                self._start_children(self._children[1:])
            if any(child.failures >= _FAILED_STARTS for child in self._children):
                raise ServerFailed("a process does not start; the lines above say why")
            if time.monotonic() > deadline:
                raise ServerFailed(f"not ready after {_PATIENCE_S:.0f} s; `opora doctor` looks for the cause")
        if not self._stopping:
            _say(welcome(self._settings, self._address, time.monotonic() - self._began, demo=self._demo))

    def _is_ready(self) -> bool:
        host, port = urlsplit(self._address).hostname, self._settings.http.port
        connection = http.client.HTTPConnection(host or "127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _tick(self) -> None:
        time.sleep(_TICK_S)
        self._revive_servers()
        for child in self._children:
            pid = child.pid
            line = child.restart_if_due(self._environment, self._gate.reader)
            if line is not None and not self._stopping:
                _say(line)
            if child.pid != pid:
                self._remember()
                for gauge in self._counters.glob(f"gauge_live*_{pid}.db"):
                    gauge.unlink()

    def _revive_servers(self) -> None:
        addresses = self._servers.revive()
        for variable, address in addresses.items():
            _say(f"The embedded server behind {variable} had ended; it runs again")
            if self._environment[variable] != address:
                # Its port was taken meanwhile: the children learn the new one by starting again.
                self._environment[variable] = address
                for child in self._children:
                    child.send(signal.SIGTERM)

    def _remember(self) -> None:
        remember(self._run / "children.json", [self._preparation, *self._children])

    def _stop(self) -> None:
        _say("Opora stops")
        running = [*self._children, self._preparation]
        for child in running:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + self._settings.http.drain_s + self._settings.http.shutdown_s + 2
        for child in running:
            if not child.finish(deadline):
                _say(f"{child.command} did not stop in time and was killed")
        self._servers.stop()
        self._gate.close()
        (self._run / "children.json").unlink(missing_ok=True)
        self._lock.release()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

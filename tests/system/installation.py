"""An installation: `opora api`, `opora worker`, `opora scheduler` as processes beside the test, on servers of its own.

Its output goes to a file, which is part of the message where it does not become ready.
"""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from app.embedded.process import die_with_parent
from tests.embedded.running import free_port

OPORA = Path(sys.executable).with_name("opora")
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For `verify` of httpx, which would read all certificates for each request: 20 ms, where nothing is encrypted."""
_PATIENCE_S = 40.0
_END_S = 20.0


class Service:
    """One command of the product, in a session of its own. ``kill`` is ``kill -9`` of it alone."""

    def __init__(self, words: Iterable[str], environment: Mapping[str, str], log: Path) -> None:
        self._words = [str(OPORA), *words]
        self._environment = environment
        self.log = log
        self.process = self._spawn()

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        self.process = self._spawn()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, insist after a while; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def children(self) -> list[psutil.Process]:
        children: list[psutil.Process] = psutil.Process(self.pid).children()
        return children

    def text(self) -> str:
        """The end of what it has printed."""
        return self.log.read_text("utf-8", "replace")[-6000:]

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as output:
            return subprocess.Popen(
                self._words,
                # No .env of a developer there.
                cwd=self.log.parent,
                env=clean_environment() | dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )


class Installation:
    """Any number of APIs, a worker and a scheduler that share a database and a Redis."""

    def __init__(self, environment: Mapping[str, str], directory: Path, *, apis: int = 1) -> None:
        self.environment = environment
        self._directory = directory
        self._services: list[Service] = []
        ports = [free_port() for _ in range(apis)]
        self.origins = [f"http://127.0.0.1:{port}" for port in ports]
        self.apis = [self.service("api", OPORA_PORT=str(port)) for port in ports]
        self.worker = self.service("worker")
        self.scheduler = self.service("scheduler")

    @property
    def origin(self) -> str:
        return self.origins[0]

    def service(self, *words: str, **changes: str) -> Service:
        """Start one more command here."""
        service = Service(words, {**self.environment, **changes}, self._directory / f"{words[0]}.log")
        self._services.append(service)
        return service

    def wait_until_ready(self) -> None:
        for origin, api in zip(self.origins, self.apis, strict=True):
            assert eventually(lambda origin=origin: status_of(origin) == 200, _PATIENCE_S), api.text()  # type: ignore[misc]

    def stop(self) -> None:
        for service in self._services:
            if service.process.poll() is None:
                service.process.terminate()
        for service in self._services:
            service.end()


@contextmanager
def installation(environment: Mapping[str, str], directory: Path, *, apis: int = 1) -> Iterator[Installation]:
    """Started with the demo tenant, ready, and stopped with the block. The database has to be migrated."""
    running = Installation(environment, directory, apis=apis)
    try:
        preparation = running.service("prepare", "--demo")
        assert preparation.process.wait(_PATIENCE_S) == 0, preparation.text()
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


def clean_environment() -> dict[str, str]:
    """The environment without settings of a developer's Opora."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OPORA_")}


def status_of(origin: str) -> int:
    """The status of ``/ready``; 0 where nobody answers."""
    try:
        return httpx.get(f"{origin}/ready", timeout=5, verify=PLAIN).status_code
    except httpx.TransportError:
        return 0


def eventually(condition: Callable[[], bool], patience_s: float = _PATIENCE_S) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True

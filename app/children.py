"""The processes that ``opora up`` runs: started at once, let go at a gate, restarted with patience."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from app.embedded.process import alive, die_with_parent

_SHORTEST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_HEALTHY_AFTER_S = 60.0


class Gate:
    """A pipe at whose end the children wait, all their code loaded, until the last writer lets go of it.

    The writer is the process that prepares the database: it closes its end when the tables are there.
    """

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self._is_ours = True

    def hand_over(self) -> None:
        """Leave the writing end to the process that got it."""
        if self._is_ours:
            os.close(self.writer)
            self._is_ours = False

    def close(self) -> None:
        self.hand_over()
        os.close(self.reader)


def wait_at(gate: int | None) -> None:
    """What a child calls when it has loaded its code; returns when the gate is open."""
    if gate is not None:
        os.read(gate, 1)


class Child:
    """One of our commands in a session of its own, so that a Ctrl-C in the terminal reaches its parent alone."""

    def __init__(self, command: str, *arguments: str) -> None:
        self.command = command
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = _SHORTEST_PAUSE_S
        self._started = 0.0
        self._again_at = 0.0
        self.failures = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self, environment: Mapping[str, str], gate: int | None = None) -> None:
        # -P: a folder called `app` where the user stands must not be taken for ours.
        words = [sys.executable, "-P", "-m", "app.cli", self.command, *self._arguments]
        if gate is not None:
            words += ["--gate", str(gate)]
        self._process = subprocess.Popen(
            words,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(gate,) if gate is not None else (),
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        self._started = time.monotonic()
        self._again_at = 0.0

    def ended(self) -> int | None:
        """The exit code, or None while it runs (or was never started)."""
        return self._process.poll() if self._process is not None else None

    def restart_if_due(self, environment: Mapping[str, str], gate: int) -> str | None:
        """Restart it when it ended and its pause is over; returns a line for people when something happened."""
        code = self.ended()
        now = time.monotonic()
        if code is None:
            if now - self._started > _HEALTHY_AFTER_S:
                self._pause, self.failures = _SHORTEST_PAUSE_S, 0
            return None
        if self._again_at == 0.0:
            pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE_S)
            self._again_at = now + pause
            self.failures += 1
            return f"{self.command} ended with code {code}; starting it again in {pause:g} s"
        if now >= self._again_at:
            self.start(environment, gate)
        return None

    def send(self, number: signal.Signals) -> None:
        """To the leader alone: it ends its own workers in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def finish(self, deadline: float) -> bool:
        """Wait until ``deadline`` (monotonic seconds), then kill what is left of its session; False if it had to be."""
        if self._process is None:
            return True
        in_time = True
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            in_time = False
            self._process.kill()
            self._process.wait()
        _kill_group(self._process.pid)
        return in_time


def remember(path: Path, children: list[Child]) -> None:
    """Note who runs, for :func:`clear_away` after a ``kill -9`` of the parent."""
    running = {str(child.pid): _birth(child.pid) for child in children if child.pid is not None}
    path.write_text(json.dumps(running), encoding="ascii")


def clear_away(path: Path) -> None:
    """End the processes that a killed parent left; those that merely got their numbers are left alone."""
    if not path.exists():
        return
    try:
        left: dict[str, str] = json.loads(path.read_text(encoding="ascii"))
    except ValueError:
        left = {}
    for number, birth in left.items():
        pid = int(number)
        # A leader that is gone keeps its number while its group has members, so these are ours as well.
        if not alive(pid) or _birth(pid) == birth:
            _kill_group(pid)
    path.unlink()


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _birth(pid: int) -> str:
    """When the process began, in whatever form the system tells it; empty when unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        told = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
        return told.stdout.strip()

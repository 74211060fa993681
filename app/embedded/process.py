"""Child processes that never outlive their purpose."""

import ctypes
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform.startswith("linux")
# Loaded before any fork: the child between fork and exec must not take the loader's locks.
_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None


class ServerFailed(Exception):
    """An embedded server did not start. The message says why, and where its log is."""


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """A ``preexec_fn`` after which the kernel sends ``death_signal`` to the child when its parent dies.

    Linux forgets the wish when the user changes, so it runs after that (prctl(2)); and it means the parent's *thread*:
    hence only the main thread asks for it. Elsewhere the next start clears away what was left.
    """
    if _libc is None or threading.current_thread() is not threading.main_thread():
        return None
    parent = os.getpid()

    def ask_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def follow_parent(death_signal: signal.Signals = signal.SIGTERM) -> None:
    """Let this very process get ``death_signal`` when its parent dies (Linux; elsewhere nothing happens)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def stop(process: "subprocess.Popen[bytes]", gentle: signal.Signals, timeout: float) -> None:
    """Ask with ``gentle``, wait up to ``timeout`` seconds, then kill."""
    if process.poll() is not None:
        return
    process.send_signal(gentle)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def alive(pid: int) -> bool:
    """Whether a process with this id exists and is not a zombie."""
    if not is_known(pid):
        return False
    if not _LINUX:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_known(pid: int) -> bool:
    """Whether the kernel knows the number: a zombie, whose parent has not asked for it, counts as well (kill(2))."""
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def processes_in(directory: Path) -> set[int]:
    """Processes whose working directory is ``directory``: both servers live in their data (Linux only)."""
    found: set[int] = set()
    if not _LINUX:
        return found
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "cwd") == str(directory):
                    found.add(int(entry.name))
            except OSError:
                continue
    return {pid for pid in found if alive(pid)}


def end_all(find: Callable[[], Iterable[int]], gentle: signal.Signals, timeout: float) -> None:
    """End every process that ``find`` names: ``gentle`` first, after ``timeout`` seconds by force."""
    for pid in find():
        _send(pid, gentle)
    deadline = time.monotonic() + timeout
    while left := list(find()):
        if time.monotonic() > deadline:
            for pid in left:
                _send(pid, signal.SIGKILL)
            deadline += 1.0
        time.sleep(0.02)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def tail(log: Path, start: int, most: int = 1500) -> str:
    """What was written to ``log`` since byte ``start``, at most the last ``most`` bytes."""
    with log.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(start, file.tell() - most))
        return file.read().decode(errors="replace").strip()

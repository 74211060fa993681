"""The machine that this process runs on, as its kernel counts: in a container, the host's figures."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

_FIRST_LOOK_S = 0.1
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Percentages from 0 to 100; ``uptime_s`` is how long the machine has run."""

    host: str
    cpu: float
    memory: float
    disk: float
    uptime_s: int


class Machine:
    """Reads the machine; the processor's load is that since the reading before, of the first one a tenth of a second.

    ``directory`` names the file system whose fullness counts; it need not exist yet.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._busy_before: tuple[float, float] | None = None
        # A thread of its own: a file system that hangs must hold neither the event loop nor anybody else's threads.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="machine")

    async def read(self) -> Reading:
        """Raises TimeoutError where the machine does not answer."""
        async with asyncio.timeout(_PATIENCE_S):
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._read)

    def _read(self) -> Reading:
        return Reading(
            host=host_name(),
            cpu=self._cpu(),
            memory=float(psutil.virtual_memory().percent),
            disk=float(psutil.disk_usage(str(_existing(self._directory))).percent),
            uptime_s=int(time.time() - psutil.boot_time()),
        )

    def _cpu(self) -> float:
        # psutil's own memory of the last call is a thread's, and threads of a pool change.
        if self._busy_before is None:
            self._busy_before = _processor_seconds()
            time.sleep(_FIRST_LOOK_S)
        busy_before, total_before = self._busy_before
        busy, total = self._busy_before = _processor_seconds()
        passed = total - total_before
        return round(min(100.0, max(0.0, (busy - busy_before) / passed * 100)), 1) if passed > 0 else 0.0


def host_name() -> str:
    return socket.gethostname()[:255]


def _processor_seconds() -> tuple[float, float]:
    """Seconds in which any processor worked, and all seconds. Guests' time is part of the users' (proc(5))."""
    times = psutil.cpu_times()
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return total - times.idle - getattr(times, "iowait", 0.0), total


def _existing(directory: Path) -> Path:
    return next(path for path in (directory, *directory.parents) if path.exists())

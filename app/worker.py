"""`opora worker`: a parent that watches over worker processes.

The parent holds no connection and no thread: it forks a worker for each configured process, forks anew when one ends,
and ends them when it is told to. A signal may reach it alone or the whole process group, once or twice: workers treat
the second like the first. Workers die with the parent, whatever ends it.
"""

import gc
import multiprocessing.connection
import os
import signal
import threading
import time
from multiprocessing.context import ForkContext, ForkProcess
from types import FrameType

import structlog

from app.composition import install
from app.embedded.process import follow_parent
from config.logging import configure_logging
from config.settings import Settings, get_settings
from config.tracing import close_tracing, open_tracing
from workers.broker import make_broker, make_worker
from workers.task import TASKS

_STOPPING = (signal.SIGTERM, signal.SIGINT)
_WATCH_S = 0.2
_YOUNG_S = 5.0
_PAUSE_AFTER_EARLY_DEATH_S = 1.0
_KILL_AFTER_S = 5.0
"""Beyond the time that workers have to finish their jobs."""
logger = structlog.get_logger(__name__)


def main() -> int:
    """Run workers until SIGTERM or SIGINT; returns the exit code. Raises SettingsError, Unavailable."""
    settings = get_settings()
    configure_logging(settings, process="worker")
    make_broker(settings, TASKS).close()
    return _Parent(settings).run()


class _Parent:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = ForkContext()
        self._workers: dict[ForkProcess, float] = {}
        self._stopping = False

    def run(self) -> int:
        # What is imported now is shared with the children as long as the collector does not touch it.
        gc.freeze()
        for number in _STOPPING:
            signal.signal(number, self._stop)
        for _ in range(self._settings.jobs.worker_processes):
            self._start()
        while not self._stopping:
            multiprocessing.connection.wait([worker.sentinel for worker in self._workers], timeout=_WATCH_S)
            self._replace_dead()
        self._end()
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _start(self) -> None:
        worker = self._context.Process(target=_work, args=(self._settings, os.getpid()))
        # A signal between fork and the child's own handler would be lost on it.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            worker.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
        self._workers[worker] = time.monotonic()

    def _replace_dead(self) -> None:
        for worker, started in list(self._workers.items()):
            if worker.exitcode is not None and not self._stopping:
                logger.error("worker_died", pid=worker.pid, exit_code=worker.exitcode)
                del self._workers[worker]
                if time.monotonic() - started < _YOUNG_S:
                    time.sleep(_PAUSE_AFTER_EARLY_DEATH_S)
                self._start()

    def _end(self) -> None:
        for worker in self._workers:
            if worker.is_alive():
                worker.terminate()
        deadline = time.monotonic() + self._settings.http.shutdown_s + _KILL_AFTER_S
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
            if worker.is_alive():
                logger.error("worker_killed", pid=worker.pid)
                worker.kill()
                worker.join()


def _work(settings: Settings, parent: int) -> None:
    """The child: carry jobs until told to stop, then give those in hand some time, and back."""
    stop = threading.Event()
    for number in _STOPPING:
        signal.signal(number, lambda _number, _frame: stop.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    follow_parent(signal.SIGTERM)
    if os.getppid() != parent:
        return
    open_tracing(settings, process="worker")
    install(settings)
    broker = make_broker(settings, TASKS)
    worker = make_worker(broker, threads=settings.jobs.worker_threads)
    worker.start()
    logger.info("worker_ready", threads=settings.jobs.worker_threads, tasks=sorted(TASKS))
    # The kernel may give a signal to another thread, which does not interrupt a wait without end.
    while not stop.wait(_WATCH_S):
        continue
    worker.stop(timeout=settings.http.shutdown_s * 1000)
    broker.close()
    close_tracing()


if __name__ == "__main__":
    raise SystemExit(main())

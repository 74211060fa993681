"""Worker and scheduler as processes of their own, which also know the tests' tasks.

``python -m tests.workers.processes worker|scheduler`` is what runs in them.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def running(role: str, environment: dict[str, str], **changes: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of its own group that ends with the block, by force where it does not by itself."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("OPORA_")}
    process = subprocess.Popen(  # noqa: S603  # our own program, no shell
        [sys.executable, "-m", "tests.workers.processes", role],
        cwd=ROOT,
        env={**variables, **environment, **changes},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]", patience_s: float = 15.0) -> int:
    """SIGTERM to the whole group; returns the exit code."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        return process.wait(patience_s)
    except ProcessLookupError:
        return process.wait()
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def workers_of(process: "subprocess.Popen[bytes]") -> list[int]:
    """Ids of the worker processes under ``opora worker``."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def main(role: str) -> int:
    from tests.workers import tasks

    assert tasks.LEASE_S
    if role == "worker":
        from app.worker import main as worker

        return worker()
    from app.scheduler import main as scheduler

    return scheduler()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))

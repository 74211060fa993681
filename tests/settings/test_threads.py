"""One computation takes one thread: several of them at once are what fills the cores."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
# numpy's library starts its threads when it is loaded.
_COUNT = "import os, numpy; print(len(os.listdir('/proc/self/task')))"


def _threads(before: str, **environment: str) -> int:
    inherited = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"{before}; {_COUNT}"],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_a_command_of_ours_computes_on_the_thread_that_asks() -> None:
    command = "from app.cli import cli; cli(['up', '--help'], standalone_mode=False)"
    quiet = f"import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()): {command}\n"
    assert _threads(f"{quiet}pass") == 1


def test_what_the_environment_says_stays() -> None:
    wanted = min(2, os.cpu_count() or 1)
    asked = "from config.threads import one_thread_each; one_thread_each()"
    assert _threads(asked, OPENBLAS_NUM_THREADS=str(wanted)) == wanted

"""The first query of the README, pasted into a shell, does what the README says."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.conftest import Installed
from tests.system.installation import Installation

README = Path(__file__).parents[2] / "README.md"
ADDRESS = "API=http://127.0.0.1:8000\n"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes end with the test by a Linux feature"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="the README's query is sent by curl"),
]


@pytest.fixture(scope="module")
async def system(installed: Installed) -> AsyncIterator[Installation]:
    async with installed() as system:
        yield system


def _first_query() -> tuple[str, str]:
    """The block's commands: all but the last one, and the last one, which reads the reply."""
    block = re.search(r"## First query\n.*?```console\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert block is not None
    commands, separator, reading = block[1].rpartition("\ncurl ")
    assert separator
    return commands, f"curl {reading}"


def test_first_query_is_answered_with_a_source(system: Installation) -> None:
    writing, reading = _first_query()
    assert writing.startswith(ADDRESS)
    writing = writing.replace(ADDRESS, f"API={system.origin}\n")
    # People read the reply when it is there: the shell asks until it is.
    until_there = f"for try in $(seq 200); do\n{reading}\necho; sleep 0.1\ndone | grep -m 1 ASSISTANT"
    done = subprocess.run(
        ["/bin/sh", "-c", f"{writing}\n{until_there}"],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"citations":[{"source":"en/error-codes.md"' in done.stdout
    assert '"status":"open"' in done.stdout.lower()

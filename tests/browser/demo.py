"""`opora up` with the demo tenant, as `make run` starts it, on data of its own."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.embedded.running import free_port
from tests.fixtures.clusters import seed
from tests.fixtures.servers import scratch_directory
from tests.system.installation import Service, eventually

_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Demo:
    """Where it listens, and the folder of its data."""

    origin: str
    data: Path

    def kill_api(self) -> None:
        """As a crash would; `opora up` starts it again."""
        for pid in map(int, json.loads((self.data / "run" / "children.json").read_text("ascii"))):
            if psutil.pid_exists(pid) and "api" in psutil.Process(pid).cmdline():
                os.kill(pid, signal.SIGKILL)


@contextmanager
def demo() -> Iterator[Demo]:
    """Ready to work, and ended with the block. Its database is a copy of a migrated one, see `seed`."""
    port, directory = free_port(), scratch_directory()
    seed(directory / "data")
    environment = {
        "OPORA_DATA_DIR": str(directory / "data"),
        "OPORA_RATE_LIMITS": "off",
        "OPORA_BCRYPT_ROUNDS": "4",
    }
    service = Service(["up", "--port", str(port)], environment, directory / "up.log")
    try:
        assert eventually(lambda: "is ready after" in service.text(), _PATIENCE_S), service.text()
        yield Demo(f"http://127.0.0.1:{port}", directory / "data")
    finally:
        service.end()
        shutil.rmtree(directory, ignore_errors=True)

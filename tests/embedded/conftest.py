import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def scratch() -> Iterator[Path]:
    """A new directory that other users may pass: started by root, the servers run as another user.

    pytest's own `tmp_path` is closed to others, and then the servers' data is kept elsewhere.
    """
    directory = Path(tempfile.mkdtemp(prefix="opora-embedded-"))
    directory.chmod(0o755)
    data_dir = directory / "data"
    yield data_dir
    for link in data_dir.glob("*"):
        if link.is_symlink():
            shutil.rmtree(link.resolve().parent)
    shutil.rmtree(directory)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with scratch() as directory:
        yield directory

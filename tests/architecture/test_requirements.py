"""What the code imports is asked for by name, locked with hashes, and fetched from wherever the machine fetches."""

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import FOLDERS, ROOT, python_files, tree

_FOR_TESTS = ("tests", "benchmarks", "deploy")
_OPTIONAL = ("integrations", "speech")
"""Imports what `make voice` installs, where that has been run."""
_OF_A_PEER = "helpdesk_"
"""Runs in django-helpdesk's environment, which `python -m benchmarks peers` makes."""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _asked_for(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    names = (re.match(r"[A-Za-z0-9][\w.-]*", line) for line in lines)
    return {_normal(name.group()) for name in names if name}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_every_import_is_asked_for() -> None:
    providers = importlib.metadata.packages_distributions()
    runtime = _asked_for("requirements.in")
    development = runtime | _asked_for("requirements-dev.in")
    voice = runtime | _asked_for("requirements-voice.in")
    missing = {
        f"{path} imports {name}"
        for path in python_files()
        if not path.name.startswith(_OF_A_PEER)
        for name in _imported(path)
        if name not in sys.stdlib_module_names and name not in FOLDERS
        for asked in [development if path.parts[0] in _FOR_TESTS else voice if path.parts[:2] == _OPTIONAL else runtime]
        if not {_normal(provider) for provider in providers.get(name, [name])} & asked
    }
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-voice"])
def test_lock_has_what_is_asked_for_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+)==\S+(?: ; .*?)? \\\n    --hash=sha256:", text, re.MULTILINE)
    assert {_normal(pin) for pin in pinned} >= _asked_for(f"{name}.in")
    assert len(pinned) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE))
    assert "://" not in text
    assert "--index" not in text

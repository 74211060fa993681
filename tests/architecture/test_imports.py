"""Who may import whom. The contracts are in pyproject.toml, and held by `make lint`; what they cannot say is here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, python_files, tree


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _siblings_known_by(folder: str) -> list[str]:
    """Imports from one package inside ``folder`` into another one."""
    packages = {path.name for path in (ROOT / folder).iterdir() if (path / "__init__.py").exists()}
    return [
        f"{path} imports {name}"
        for path in python_files()
        if path.parts[0] == folder and path.parts[1] in packages
        for name in _imports(path)
        if name.startswith(f"{folder}.") and name.split(".")[1] in packages - {path.parts[1]}
    ]


@pytest.mark.parametrize("folder", ["rest", "integrations"])
def test_neighbours_do_not_know_each_other(folder: str) -> None:
    known = _siblings_known_by(folder)
    assert not known, "\n".join(known)


def test_only_config_reads_the_environment() -> None:
    # A program is looked up in PATH; supervisor and backup hand the whole environment down;
    # a library is told its threads.
    allowed = {
        Path("app/embedded/account.py"),
        Path("app/supervisor.py"),
        Path("app/backup/tools.py"),
        Path("integrations/embeddings/embedded.py"),
    }
    readers = [
        f"{path}:{node.lineno}"
        for path in python_files()
        if path.parts[0] not in ("config", "tests", "benchmarks", "deploy") and path not in allowed
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and _is_os(node.value)
    ]
    assert not readers, "\n".join(readers)


def _is_os(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "os"


def test_every_package_says_what_it_is_and_holds_no_code() -> None:
    wrong = [
        str(path)
        for path in python_files()
        if path.name == "__init__.py"
        and not (len(body := tree(path).body) == 1 and ast.get_docstring(tree(path)) and body)
    ]
    assert not wrong, "\n".join(wrong)

"""The project's own Python files."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "app", "benchmarks", "config", "core", "deploy", "integrations", "migrations", "models",
    "realtime", "resolvers", "rest", "schema", "services", "tests", "workers",
)  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> Iterator[Path]:
    """Paths from the root, of every folder that holds code of ours."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[tuple[Function, int]]:
    """Each function with its lines, from `def` to its last."""
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node, (node.end_lineno or node.lineno) - node.lineno + 1

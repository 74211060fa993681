"""Functions and files stay within the budget of their folder."""

from pathlib import Path

from tests.architecture.source import ROOT, functions, python_files

# Folder: most lines of a function, p90 of all its functions, most lines of a file.
BUDGETS = {
    "resolvers": (20, 12, 250),
    "rest": (25, 15, 250),
    "schema/types": (15, 10, 250),
    "schema": (20, 12, 250),
    "services": (40, 22, 300),
    "models": (25, 11, 250),
    "workers": (40, 18, 200),
    "realtime": (50, 26, 300),
    "integrations": (50, 26, 300),
    "core": (25, 12, 200),
    "config": (40, 20, 300),
    "app": (40, 20, 300),
    "benchmarks": (40, 20, 300),
    "deploy": (40, 20, 300),
    "tests": (45, 25, 400),
}
# Path or path:function, and why it may be longer.
EXCEPTIONS: dict[str, str] = {}


def _measured() -> list[Path]:
    # Migrations are written by the ORM's generator and never changed again.
    return [path for path in python_files() if path.parts[0] != "migrations"]


def _folder(path: Path) -> str:
    """The folder that has a budget: the first one of the path, or the first two."""
    nested = "/".join(path.parts[:2])
    return nested if nested in BUDGETS else path.parts[0]


def test_no_function_is_longer_than_its_folder_allows() -> None:
    too_long = [
        f"{path}:{function.lineno} {function.name} has {lines} lines, {most} allowed"
        for path in _measured()
        for most in [BUDGETS[_folder(path)][0]]
        for function, lines in functions(path)
        if lines > most and f"{path}:{function.name}" not in EXCEPTIONS
    ]
    assert not too_long, "\n".join(too_long)


def test_nine_of_ten_functions_are_short() -> None:
    by_folder: dict[str, list[int]] = {}
    for path in _measured():
        by_folder.setdefault(_folder(path), []).extend(lines for _, lines in functions(path))
    too_long = [
        f"{folder}: p90 is {p90} lines, {BUDGETS[folder][1]} allowed"
        for folder, lengths in by_folder.items()
        if len(lengths) >= 10 and (p90 := sorted(lengths)[int(len(lengths) * 0.9)]) > BUDGETS[folder][1]
    ]
    assert not too_long, "\n".join(too_long)


def test_no_file_is_longer_than_its_folder_allows() -> None:
    too_long = []
    for path in _measured():
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        most = BUDGETS[_folder(path)][2]
        if lines > most and str(path) not in EXCEPTIONS:
            too_long.append(f"{path} has {lines} lines, {most} allowed")
    assert not too_long, "\n".join(too_long)


def test_every_exception_is_still_needed() -> None:
    gone = [name for name in EXCEPTIONS if not (ROOT / name.split(":")[0]).exists()]
    assert not gone, f"no such file: {gone}"

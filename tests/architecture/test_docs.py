"""What the documents name exists: files, commands, targets, modules, settings, metrics; their queries are valid."""

import importlib.util
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from graphql import build_schema, parse, validate
from prometheus_client import REGISTRY

import app.metrics  # noqa: F401  # registers its metrics
import config.metrics  # noqa: F401
from app.cli import cli
from benchmarks.__main__ import BENCHMARKS
from config.database import APP_ROLE, SYSTEM_ROLE
from config.settings import Settings
from config.variables import Group
from tests.architecture.source import FOLDERS, ROOT

DOCUMENTS = sorted(
    [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)")
_PATH = re.compile(rf"(?:{'|'.join([*FOLDERS, 'docs', 'web'])})/[\w./-]*|[\w-]+\.(?:md|yml|toml|example)")
_ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", re.MULTILINE)

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@cache
def _text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def _code(document: Path) -> list[str]:
    """What stands in a document as code: each block, and each span with its white space made single."""
    text = _text(document)
    spans = [" ".join(span.split()) for span in _SPAN.findall(_FENCE.sub("", text))]
    return [block for _, block in _FENCE.findall(text)] + spans


def _named(document: Path, pattern: str) -> list[str]:
    return [name for code in _code(document) for name in re.findall(pattern, code)]


def _variables() -> dict[str, Any]:
    """Every setting's name, and its default."""
    kinds = [Settings, *(field.annotation for field in Settings.model_fields.values())]
    groups = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Group)]
    fields = [field for group in groups for field in group.model_fields.values()]
    return {str(field.validation_alias): field.default for field in fields if field.validation_alias}


def _shown(default: Any) -> str:
    """A default as one would write it into the environment."""
    if default is None or default == ():
        return ""
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"{default:g}" if isinstance(default, float) else str(default)


def _wrong_command(words: list[str]) -> str | None:
    """What of ``opora <words>`` does not exist; None where all does."""
    group: click.Group = cli
    while words:
        command = group.commands.get(words.pop(0))
        if command is None:
            return "no such command"
        if not isinstance(command, click.Group):
            options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
            missing = {word for word in words if word.startswith("--")} - options
            return f"no such option: {missing}" if missing else None
        group = command
    return None


def test_the_settings_page_has_every_variable_with_its_default() -> None:
    documented = {name: default for name, default, _ in _ROW.findall(_text(ROOT / "docs" / "settings.md"))}
    assert documented == {name: _shown(default) for name, default in _variables().items()}


def test_defaults_are_shown_as_one_writes_them() -> None:
    values = [None, (), True, False, 30.0, 0.5, 8000, Decimal("5.00"), Path("var")]
    assert [_shown(value) for value in values] == ["", "", "on", "off", "30", "0.5", "8000", "5.00", "var"]


@documents
def test_links_lead_to_files(document: Path) -> None:
    targets = [link for link in _LINK.findall(_text(document)) if "://" not in link]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@documents
def test_named_files_exist(document: Path) -> None:
    paths = [path.split(":")[0] for path in _code(document) if _PATH.fullmatch(path.split(":")[0])]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@documents
def test_named_commands_exist(document: Path) -> None:
    commands = _named(document, r"(?<![\w./:-])opora((?: +(?:--)?[\w./@-]+)+)")
    wrong = {command: fault for command in commands if (fault := _wrong_command(command.split()))}
    assert wrong == {}


@documents
def test_named_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(_named(document, r"(?<![\w-])make ([a-z]+)")) <= targets


@documents
def test_named_modules_exist(document: Path) -> None:
    modules = _named(document, r"python3? -m ([\w.]+)")
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


@documents
def test_named_variables_are_settings(document: Path) -> None:
    assert set(_named(document, r"\bOPORA_[A-Z0-9_]*[A-Z0-9]\b")) <= set(_variables())


@documents
def test_named_metrics_are_counted(document: Path) -> None:
    counted = {metric.name for metric in REGISTRY.collect()} | {APP_ROLE, SYSTEM_ROLE}
    named = {name.removesuffix("_total") for name in _named(document, r"\bopora_[a-z_]+")}
    assert named <= counted


def _queries() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for language, block in _FENCE.findall(_text(document)):
            if language == "graphql":
                yield f"{document.name}: {block.splitlines()[0]}", block
    path = ROOT / "web" / "pages" / "first_query.graphql"
    yield path.name, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("query", [query for _, query in _queries()], ids=[name for name, _ in _queries()])
def test_queries_are_valid(query: str) -> None:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))
    assert validate(schema, parse(query)) == []


def test_the_first_query_fits_a_small_screen() -> None:
    lines = (ROOT / "web" / "pages" / "first_query.graphql").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 37
    assert len(lines) <= 20


_STARTED_BY_OTHERS = {"plain_ticket_list", "orm_ticket_list", "plain_broadcast", "socket_readers", "prove"}
"""What a benchmark is compared with, its clients, and the run of all proofs."""


def test_each_benchmark_is_in_the_list() -> None:
    folder = ROOT / "benchmarks"
    programs = {path.stem for path in folder.glob("[!_]*.py") if '"__main__"' in _text(path)}
    programs |= {path.parent.name for path in folder.glob("*/__main__.py")}
    assert programs - _STARTED_BY_OTHERS == set(BENCHMARKS)

"""docs/asvs.md is the official list, each row with a state and tests that exist; and what the source itself shows."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from schema.root import schema
from tests.architecture.source import ROOT, python_files

LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3
4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2
7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1
10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
""".split()  # noqa: SIM905  # as a list it is read by nobody
"""Level 1 of OWASP ASVS 5.0.0: https://github.com/OWASP/ASVS, 5.0/docs_en."""
STATES = ("met", "open", "not applicable")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_FORBIDDEN = re.compile(
    r"(eval|exec|compile|__import__|os\.(system|popen)|pickle\..*|marshal\..*|yaml\.(unsafe_)?load|hashlib\.(md5|sha1)"
    r"|random\.(choice|choices|randint|randrange|random|sample|getrandbits)|asyncio\.create_subprocess_shell)"
)
ALLOWED = {("schema/readers.py", "exec"), ("schema/readers.py", "compile")}
"""Source that is made of names of the schema alone, which tests/graphql/test_executor.py compares with graphql-core."""
BESIDE_THE_PRODUCT = ("tests", "benchmarks", "deploy")


@cache
def rows() -> list[list[str]]:
    text = (ROOT / "docs/asvs.md").read_text("utf-8")
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| V")]


def test_each_requirement_of_level_1_is_listed_once() -> None:
    assert [row[0] for row in rows()] == [f"V{number}" for number in LEVEL_1]
    assert {len(row) for row in rows()} == {5}


def test_each_has_a_state_and_what_is_met_a_proof() -> None:
    unproven = [row[0] for row in rows() if row[2] == "met" and not _TEST.search(row[4])]
    assert {row[2] for row in rows()} <= set(STATES)
    assert (unproven, [row[0] for row in rows() if len(row[3]) < 10]) == ([], [])


def test_each_named_test_exists() -> None:
    named = {(path, name) for row in rows() for path, name in _TEST.findall(row[4])}
    assert [f"{path}::{name}" for path, name in sorted(named) if name not in _functions(path)] == []


@cache
def _functions(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.exists():
        return frozenset()
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_most_of_them_are_met() -> None:
    states = Counter(row[2] for row in rows())
    assert states["open"] <= 9


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    for path in python_files():
        if path.parts[0] not in BESIDE_THE_PRODUCT:
            for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield str(path), ast.unparse(node.func), node


def test_no_text_becomes_code_or_a_command() -> None:
    found = {
        (path, called)
        for path, called, node in _calls()
        if _FORBIDDEN.fullmatch(called) or any(word.arg == "shell" for word in node.keywords)
    }
    assert found == ALLOWED


def test_passwords_are_typed_masked_and_may_be_pasted() -> None:
    console = ROOT / "web/src/console"
    asking = [path for path in console.rglob("*.tsx") if re.search(r'autoComplete="(new|current)-password"', _of(path))]
    assert len(asking) >= 3
    for path in asking:
        fields = re.findall(r"<(\w+)(?:(?!<\w).)*?autoComplete=\"(?:new|current)-password\"", _of(path), re.DOTALL)
        assert set(fields) == {"PasswordInput"}, path
        assert not re.search(r"onPaste|onBeforeInput", _of(path)), path


def _of(path: Path) -> str:
    return path.read_text("utf-8")


def test_nobody_is_asked_a_secret_question() -> None:
    kinds = schema._schema.type_map.values()
    names = [
        name for kind in kinds if isinstance(kind, GraphQLInputObjectType | GraphQLObjectType) for name in kind.fields
    ]
    assert [name for name in names if re.search(r"hint|secret_?question|maiden", name, re.IGNORECASE)] == []


@pytest.mark.parametrize("word", ["**Components.**", "**Guessing.**"])
def test_time_frames_for_components_are_told(word: str) -> None:
    text = _of(ROOT / "docs/security.md")
    assert word in text
    assert re.search(r"\b\d+ days\b", text)

"""Databases to restore into, and the command line."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from app.embedded.valkey import EmbeddedValkey
from tests.fixtures.database import variables
from tests.fixtures.servers import execute, with_database
from tests.system.installation import clean_environment

_numbers = itertools.count(1)
Run = Callable[..., Awaitable[str]]


@dataclass(frozen=True)
class Place:
    """Where an installation may be restored: ``url`` is its owner's, ``seen`` a superuser's of the same database."""

    url: str
    seen: str
    data_dir: Path
    variables: dict[str, Any]


@pytest.fixture
async def place(template_url: str, valkey: EmbeddedValkey, tmp_path: Path) -> AsyncIterator[Place]:
    """An empty database whose owner is no superuser, as at providers of PostgreSQL."""
    server, name = with_database(template_url, "postgres"), f"opora_place_{next(_numbers)}_{id(tmp_path)}"
    await execute(server, f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'of-the-tests'")
    await execute(server, f"GRANT opora_app, opora_system TO {name} WITH ADMIN OPTION")
    await execute(server, f"CREATE DATABASE {name} OWNER {name}")
    seen = with_database(template_url, name)
    await execute(seen, "CREATE EXTENSION vector; CREATE EXTENSION btree_gin; CREATE EXTENSION pg_trgm")
    parts = urlsplit(seen)
    url = urlunsplit(parts._replace(netloc=f"{name}:of-the-tests@{parts.hostname}:{parts.port}"))
    data_dir = tmp_path / "elsewhere"
    try:
        yield Place(url, seen, data_dir, variables(url, valkey.url, data_dir))
    finally:
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)")
        await execute(server, f"DROP ROLE {name}")


@pytest.fixture
def opora() -> Run:
    """`await opora(variables, "restore", path)`: a command in a process of its own; what it printed."""

    async def run(environment: dict[str, Any], *words: str | Path) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "app.cli", *map(str, words),
            env=clean_environment() | environment, cwd="/",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complaint = await process.communicate()
        assert process.returncode == 0, complaint.decode()
        return said.decode()

    return run

"""django-helpdesk of PyPI behind gunicorn: tickets and replies by its REST API, lists and searches as its page asks.

The list of its REST API reads every ticket that there is before it shows 25, so the address that its page of tickets
uses stands in for it. An environment of its own holds it: ``requirements.txt`` beside this file has the versions.
"""

import asyncio
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import orjson

from benchmarks.peers.filling import stage
from benchmarks.peers.peer import PAGE, Database, Request, Running, Texts, free_port, processes

_TOP = Path(__file__).resolve().parent.parent.parent
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_FILL = Path(__file__).with_suffix(".sql").read_text()


class DjangoHelpdesk:
    """See the module. ``workers`` are gunicorn's, 2 a processor and one as its documentation advises."""

    name = "django-helpdesk"

    def __init__(self, workers: int = 5) -> None:
        self._workers = workers
        self._headers: Mapping[str, str] = {}

    def missing(self) -> str | None:
        return None

    def install(self, directory: Path) -> None:
        venv = directory / "venv"
        _run(sys.executable, "-m", "venv", venv)
        self._python = venv / "bin" / "python"
        _run(self._python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", _REQUIREMENTS)

    def prepare(self, database: Database, directory: Path) -> None:
        self._directory = directory
        self._environment = {
            **database.environment,
            "DJANGO_SETTINGS_MODULE": "benchmarks.peers.helpdesk_site",
            "PYTHONPATH": str(_TOP),
        }

    def fill(self, database: Database, texts: Texts) -> None:
        asyncio.run(_create(database))
        _run(self._python, "-m", "django", "migrate", "--verbosity", "0", environment=self._environment)
        told = _run(self._python, "-m", "benchmarks.peers.helpdesk_agent", environment=self._environment)
        session = json.loads(told)
        self._headers = {
            "Cookie": f"sessionid={session['session']}; csrftoken={session['csrf']}",
            "X-CSRFToken": session["csrf"],
        }
        self._queue = session["queue"]
        asyncio.run(_fill(database, texts))

    @contextmanager
    def serving(self, database: Database, texts: Texts) -> Iterator[Running]:
        port = free_port()
        # Threads keep connections open between requests, which gunicorn's plain workers do not.
        command: list[str | Path] = [
            self._python,
            "-m",
            "gunicorn",
            "benchmarks.peers.helpdesk_wsgi",
            "-b",
            f"127.0.0.1:{port}",
        ]
        command += ["-w", str(self._workers), "--threads", "8", "--log-level", "warning"]
        with processes(command, environment=self._environment, log=self._directory / "peers.log") as started:
            running = Running(port, self._headers, started, texts.tickets)
            running.actions = self._actions(texts)
            yield running

    def _actions(self, texts: Texts) -> dict[str, Any]:
        random = Random(1)
        return {
            "create a ticket": lambda: _post(
                "/helpdesk/api/tickets/",
                {
                    "queue": self._queue,
                    "title": texts.sentence(6),
                    "description": texts.sentence(40),
                    "submitter_email": "customer@example.com",
                    "priority": 3,
                },
            ),
            "list 25": lambda: _table({"sorting": "created", "sortreverse": True}),
            "reply": lambda: _post(
                "/helpdesk/api/followups/",
                {
                    "ticket": random.randint(1, texts.tickets),
                    "title": "Comment",
                    "comment": texts.sentence(20),
                    "public": True,
                },
            ),
            "search": lambda: _table({"sorting": "created", "sortreverse": True, "search_string": texts.rare_word()}),
        }


def _post(path: str, body: dict[str, Any]) -> Request:
    return Request("POST", path, orjson.dumps(body), expects=b'"id":')


def _table(query: dict[str, Any]) -> Request:
    """What the table of the page of tickets asks."""
    encoded = b64encode(json.dumps(query).encode()).decode()
    return Request(
        "GET", f"/helpdesk/datatables_ticket_list/{encoded}?start=0&length={PAGE}&draw=1", expects=b'"data": [{'
    )


def _run(*command: str | Path, environment: Mapping[str, str] | None = None) -> str:
    """What it prints. Raises CalledProcessError."""
    done = subprocess.run(  # noqa: S603  # our own commands
        [str(word) for word in command], env={**os.environ, **(environment or {})}, check=True, stdout=subprocess.PIPE
    )
    return done.stdout.decode()


async def _create(database: Database) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute("DROP DATABASE IF EXISTS helpdesk")
        await connection.execute("CREATE DATABASE helpdesk")
    finally:
        await connection.close()


async def _fill(database: Database, texts: Texts) -> None:
    connection = await asyncpg.connect(database.named("helpdesk"))
    try:
        await stage(connection, texts)
        await connection.execute(_FILL)
        await connection.execute(
            "SELECT setval(pg_get_serial_sequence('helpdesk_ticket', 'id'), $1::bigint)", texts.tickets
        )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()

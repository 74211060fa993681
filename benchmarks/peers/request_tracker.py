"""Request Tracker 5 of Debian behind its own server, by its REST API, with its full-text index.

It mails everybody about everything as part of a request; those scrips are off here, as the others send no mail either.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import asyncpg
import orjson

from benchmarks.peers.filling import stage
from benchmarks.peers.peer import PAGE, Database, Request, Running, Texts, free_port, processes

_SETUP = "rt-setup-database-5"
_INDEX = "rt-setup-fulltext-index-5"
_SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
_LIBRARY = "/usr/share/request-tracker5/lib"
_FIELDS = "Subject,Status,Owner,Requestor,Priority,Created,LastUpdated"
_SITE = """
Set($rtname, 'bench.example');
Set($Organization, 'bench.example');
Set($WebDomain, '127.0.0.1');
Set($DatabaseType, 'Pg');
Set($DatabaseHost, '{host}');
Set($DatabasePort, '{port}');
Set($DatabaseName, 'rt');
Set($DatabaseUser, 'rt_user');
Set($DatabasePassword, 'of-a-benchmark');
Set($DatabaseAdmin, '{user}');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'error');
Set(%FullTextSearch, Enable => 1, Indexed => 1, Column => 'ContentIndex', Table => 'AttachmentsIndex');
1;
"""
_AGENT = """
RT::LoadConfig(); RT::Init(); require RT::AuthToken;
my $root = RT::User->new(RT->SystemUser); $root->Load('root');
my $customer = RT::User->new(RT->SystemUser);
$customer->Create(Name => 'customer', EmailAddress => 'customer@example.com');
my ($ok, $message, $token) = RT::AuthToken->new($root)->Create(Owner => $root->id, Description => 'benchmark');
die $message unless $ok; print $token;
"""
_QUIET = """UPDATE scrips SET disabled = 1 WHERE scripaction IN (
    SELECT id FROM scripactions WHERE execmodule LIKE 'Notify%' OR execmodule LIKE 'Autoreply%')"""
_FILL = Path(__file__).with_suffix(".sql").read_text()
_SEQUENCES = ("tickets", "principals", "transactions")


class RequestTracker:
    """See the module. ``workers`` are those of its server."""

    name = "Request Tracker"

    def __init__(self, workers: int = 5) -> None:
        self._workers = workers
        self._token = ""

    def missing(self) -> str | None:
        if shutil.which(_SETUP) and _SERVER.exists():
            return None
        return "Debian: apt-get install --no-install-recommends request-tracker5 rt5-standalone rt5-db-postgresql"

    def install(self, directory: Path) -> None:
        """A package of the operating system: :meth:`missing` says how."""

    def prepare(self, database: Database, directory: Path) -> None:
        self._directory = directory / "rt"
        (self._directory / "site.d").mkdir(parents=True)
        site = self._directory / "site.pm"
        of = database.environment
        site.write_text(_SITE.format(host=of["PGHOST"], port=of["PGPORT"], user=of["PGUSER"]))
        self._environment = {**of, "RT_SITE_CONFIG": str(site), "RT_SITE_CONFIG_DIR": str(self._directory / "site.d")}

    def fill(self, database: Database, texts: Texts) -> None:
        asyncio.run(_drop(database))
        dba = ("--dba", database.environment["PGUSER"], "--dba-password", database.environment["PGPASSWORD"])
        self._run(_SETUP, "--action", "init", *dba)
        names = ("--table", "AttachmentsIndex", "--column", "ContentIndex", "--index-type", "GIN")
        self._run(_INDEX, "--noask", *dba, *names)
        self._token = self._run("perl", f"-I{_LIBRARY}", "-MRT", "-e", _AGENT).strip().splitlines()[-1]
        asyncio.run(_fill(database, texts))

    @contextmanager
    def serving(self, database: Database, texts: Texts) -> Iterator[Running]:
        port = free_port()
        command: list[str | Path] = [
            _SERVER,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--max-workers",
            str(self._workers),
        ]
        command += ["--max-keepalive-reqs", "1000"]
        with processes(command, environment=self._environment, log=self._directory / "peers.log") as started:
            running = Running(port, {"Authorization": f"token {self._token}"}, started, texts.tickets)
            running.actions = _actions(texts)
            yield running

    def _run(self, *command: str | Path) -> str:
        """What it prints. Raises CalledProcessError; its own words are in the log."""
        with (self._directory / "peers.log").open("ab") as log:
            done = subprocess.run(  # noqa: S603  # our own commands
                [str(word) for word in command],
                env={**os.environ, **self._environment},
                check=True,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        return done.stdout.decode()


def _actions(texts: Texts) -> Mapping[str, Any]:
    random = Random(1)
    return {
        "create a ticket": lambda: _post(
            "/REST/2.0/ticket",
            {
                "Queue": "General",
                "Subject": texts.sentence(6),
                "Requestor": "customer@example.com",
                "Content": texts.sentence(40),
            },
            b'"type":"ticket"',
        ),
        "list 25": lambda: _tickets("Queue = 'General'"),
        "reply": lambda: _post(
            f"/REST/2.0/ticket/{random.randint(1, texts.tickets)}/correspond",
            {"Content": texts.sentence(20), "ContentType": "text/plain"},
            b"Correspondence added",
        ),
        "search": lambda: _tickets(f"Content LIKE '{texts.rare_word()}'"),
    }


def _post(path: str, body: dict[str, Any], expects: bytes) -> Request:
    return Request("POST", path, orjson.dumps(body), expects=expects)


def _tickets(query: str) -> Request:
    shown = f"per_page={PAGE}&orderby=id&order=DESC&fields={_FIELDS}&fields[Owner]=Name"
    return Request("GET", f"/REST/2.0/tickets?query={quote(query)}&{shown}", expects=b'"Subject"')


async def _drop(database: Database) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute("DROP DATABASE IF EXISTS rt")
    finally:
        await connection.close()


async def _fill(database: Database, texts: Texts) -> None:
    connection = await asyncpg.connect(database.named("rt"))
    try:
        await connection.execute(_QUIET)
        await stage(connection, texts)
        await connection.execute(_FILL)
        for table in _SEQUENCES:
            await connection.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()

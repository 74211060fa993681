"""Opora as ``opora api`` and ``opora scheduler``, asked by GraphQL as its console asks."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import orjson

from app.embedded.valkey import EmbeddedValkey
from app.migrate import migrate
from benchmarks.peers.filling import stage
from benchmarks.peers.peer import PAGE, Database, Request, Running, Texts, free_port, processes
from config.database import close_database, open_database
from config.logging import configure_logging
from config.settings import get_settings, override_settings
from core.actor import Role, system_actor
from models.users import User
from services import identity, passwords
from services.unit_of_work import unit_of_work

_TENANT = 1
_COMMANDS = [[sys.executable, "-m", "app.cli", name] for name in ("api", "scheduler")]
_PASSWORD = "Benchmark-1234"
_CREATE = "mutation Create($input: CreateTicketInput!) { createTicket(input: $input) { id createdAt } }"
_REPLY = """mutation Reply($ticket: ID!, $input: AddMessageInput!) {
    addMessage(ticketId: $ticket, input: $input) { id createdAt } }"""
_LIST = """query List($first: Int!) { tickets(first: $first) { edges { node {
    id title status priority createdAt updatedAt author { fullName } assignee { fullName }
    lastMessage { createdAt } } } } }"""
_SEARCH = """query Search($first: Int!, $filter: InboxFilter) { inbox(first: $first, filter: $filter) { edges { node {
    ticket { id title status priority createdAt updatedAt author { fullName } assignee { fullName } } } } } }"""
_FILL = Path(__file__).with_suffix(".sql").read_text()


class Opora:
    """See the module."""

    name = "Opora"

    def __init__(self) -> None:
        self._environment: dict[str, str] = {}
        self._token = ""
        self._log = Path()

    def missing(self) -> str | None:
        return None

    def install(self, directory: Path) -> None:
        """It is here."""

    def prepare(self, database: Database, directory: Path) -> None:
        self._directory = directory / "opora"
        self._directory.mkdir()
        self._directory.chmod(0o755)
        self._environment = {
            "OPORA_DATABASE_URL": database.named("opora"),
            "OPORA_DATA_DIR": str(self._directory),
            "OPORA_LOG_LEVEL": "ERROR",
            "OPORA_RATE_LIMITS": "off",
        }
        self._log = self._directory / "peers.log"

    def fill(self, database: Database, texts: Texts) -> None:
        with self._with_valkey(), override_settings(**self._environment, _env_file=None):
            configure_logging(get_settings())
            self._token = asyncio.run(_fill(database, texts))

    @contextmanager
    def serving(self, database: Database, texts: Texts) -> Iterator[Running]:
        with self._with_valkey():
            # Chosen last: whatever starts in between takes a free port too, and it may be this one.
            port = free_port()
            environment = {**self._environment, "OPORA_PORT": str(port)}
            with processes(*_COMMANDS, environment=environment, log=self._log) as started:
                running = Running(port, {"Authorization": f"Bearer {self._token}"}, started, texts.tickets)
                running.actions = _actions(texts)
                yield running

    @contextmanager
    def _with_valkey(self) -> Iterator[None]:
        with EmbeddedValkey(self._directory) as valkey:
            self._environment["OPORA_REDIS_URL"] = valkey.url
            yield


def _actions(texts: Texts) -> dict[str, Any]:
    random = Random(1)
    return {
        "create a ticket": lambda: _graphql(
            _CREATE,
            {"input": {"title": texts.sentence(6), "description": texts.sentence(40), "autoRespond": False}},
            b'"createTicket":{"id"',
        ),
        "list 25": lambda: _graphql(_LIST, {"first": PAGE}, b'"edges":[{'),
        "reply": lambda: _graphql(
            _REPLY,
            {"ticket": str(random.randint(1, texts.tickets)), "input": {"text": texts.sentence(20)}},
            b'"addMessage":{"id"',
        ),
        "search": lambda: _graphql(_SEARCH, {"first": PAGE, "filter": {"search": texts.rare_word()}}, b'"edges":[{'),
    }


def _graphql(query: str, variables: dict[str, Any], expects: bytes) -> Request:
    return Request("POST", "/graphql", orjson.dumps({"query": query, "variables": variables}), expects=expects)


async def _fill(database: Database, texts: Texts) -> str:
    await migrate()
    await open_database()
    try:
        secret = await passwords.hash_password(_PASSWORD, account="agent@example.com")
        async with unit_of_work(system_actor(_TENANT)):
            for role, email in ((Role.AGENT, "agent@example.com"), (Role.USER, "customer@example.com")):
                await User.create(tenant_id=_TENANT, email=email, full_name=email, role=role, password_hash=secret)
        await _fill_tables(database, texts)
        pair = await identity.login(email="agent@example.com", password=_PASSWORD, dialect="graphql")
    finally:
        await close_database()
    return pair.access_token


async def _fill_tables(database: Database, texts: Texts) -> None:
    connection = await asyncpg.connect(database.named("opora"))
    try:
        await stage(connection, texts)
        async with connection.transaction():
            await connection.execute("SELECT set_config('opora.tenant_id', '1', true)")
            await connection.execute(_FILL)
            await connection.execute("SELECT setval('conversations_id_seq', $1)", texts.tickets)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()

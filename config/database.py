"""Connections to PostgreSQL and the transaction that every statement runs in.

Two roles, neither of which owns a table: ``opora_app`` sees the one tenant that its transaction names, by forced
row-level security; ``opora_system`` is allowed past it by policies of its own and serves the few listed cross-tenant
needs. The owner, whose address is the setting, is used by migrations alone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.connection import get_connection, get_connections

from config.connections import ENDED, StatelessConnection, begin, is_lost, patiently, terminate, undo
from config.keys import role_password
from config.settings import Settings, get_settings
from core.errors import DomainError, Unavailable
from core.network import forbidden
from core.refusals.transactions import Overtaken

APP_ROLE = "opora_app"
SYSTEM_ROLE = "opora_system"
MODEL_MODULES = (
    "models.tenants",
    "models.users",
    "models.conversations",
    "models.tickets",
    "models.knowledge",
    "models.event_log",
    "models.jobs",
    "models.categories",
    "models.contacts",
    "models.leads",
    "models.chatbot",
    "models.monitoring",
    "models.telegram",
    "models.billing",
    "models.assistants",
    "models.dialogs",
    "models.handoffs",
    "models.documents",
    "models.ai_tokens",
    "models.payments",
    "models.mail",
    "models.support_requests",
    "models.analytics",
    "models.sign_in",
    "models.unanswered",
    "models.webhooks",
    "models.saved_views",
    "models.idempotency",
)
DEFAULT, SYSTEM, READING = "default", "system", "reading"
"""The pools: for transactions of either role, and :mod:`config.lone_reads`' own, where connections have tenants."""
_ALIAS = {APP_ROLE: DEFAULT, SYSTEM_ROLE: SYSTEM}
_OVERTAKEN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is; ``host`` may be the folder of a Unix socket."""

    host: str
    port: int
    database: str
    user: str
    password: str | None

    @classmethod
    def parse(cls, url: str) -> "DatabaseAddress":
        """From ``postgresql://user:password@host:port/name`` or ``postgresql://user@/name?host=/folder&port=N``."""
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return cls(
            host=query.get("host") or parts.hostname or "127.0.0.1",
            port=int(query.get("port") or parts.port or 5432),
            database=unquote(parts.path.lstrip("/")) or "postgres",
            user=unquote(parts.username or "postgres"),
            password=unquote(parts.password) if parts.password else None,
        )


def owner_address(settings: Settings | None = None) -> DatabaseAddress:
    """Raises Unavailable where no database is configured."""
    url = (settings or get_settings()).database.url
    if url is None:
        raise Unavailable("OPORA_DATABASE_URL is not set; `opora up` starts an embedded database")
    return DatabaseAddress.parse(url.get_secret_value())


# How far a search walks a graph of vectors at first, and that it goes on past the rows of other tenants.
_GRAPHS = {"hnsw.ef_search": "100", "hnsw.iterative_scan": "relaxed_order"}


def tortoise_config(settings: Settings, *, owner: bool = False) -> dict[str, Any]:
    """Tortoise's configuration: as the two application roles, or as the owner for migrations."""
    address = owner_address(settings)

    def connection(user: str, password: str | None, size: int) -> dict[str, Any]:
        return {
            "engine": "tortoise.backends.asyncpg",
            "credentials": {
                "host": address.host,
                "port": address.port,
                "database": address.database,
                "user": user,
                "password": password,
                "minsize": 1,
                "maxsize": size,
                "connection_class": StatelessConnection,
                "timeout": 5,
                "server_settings": {
                    "application_name": "opora",
                    "statement_timeout": "0" if owner else str(settings.database.statement_timeout_s * 1000),
                    "idle_in_transaction_session_timeout": "15000",
                    **_GRAPHS,
                },
            },
        }

    if owner:
        connections = {DEFAULT: connection(address.user, address.password, 2)}
    else:
        size = settings.database.pool_size
        connections = {
            DEFAULT: connection(APP_ROLE, role_password(APP_ROLE, settings), size),
            SYSTEM: connection(SYSTEM_ROLE, role_password(SYSTEM_ROLE, settings), max(2, size // 2)),
            READING: connection(APP_ROLE, role_password(APP_ROLE, settings), max(2, size // 2)),
        }
    return {
        "connections": connections,
        "apps": {"opora": {"models": list(MODEL_MODULES), "default_connection": DEFAULT, "migrations": "migrations"}},
        "use_tz": True,
    }


async def open_database(settings: Settings | None = None) -> None:
    """Prepare the ORM and its pools; connections are made at first use."""
    await Tortoise.init(config=tortoise_config(settings or get_settings()), _enable_global_fallback=True)


async def close_database() -> None:
    await Tortoise.close_connections()


@asynccontextmanager
async def transaction(tenant_id: int | None, *, role: str = APP_ROLE) -> AsyncIterator[TransactionWrapper]:
    """One transaction in which rows of ``tenant_id`` alone exist (None: of no tenant; ``SYSTEM_ROLE``: of all).

    The ORM's models use it for as long as it is open. Waits a few seconds for a database that restarts. Raises
    Unavailable when it stays away or goes away in the middle: nothing was committed then, except where the commit
    itself was cut, which the caller's idempotency has to cover. Raises Overtaken where PostgreSQL undid it for the sake
    of another, as of two that wait for each other. Not to be nested.
    """
    client, release = await patiently(lambda: begin(_ALIAS[role], tenant_id))
    token = get_connections().set(DEFAULT, client)
    try:
        with forbidden():
            yield client
            await client.commit()
    except BaseException as error:
        # A server that ends says so first: the connection is lost although it does not know it yet.
        broken = is_lost(client) or isinstance(error, ENDED)
        if broken:
            terminate(client)
        if broken and isinstance(error, Exception) and not isinstance(error, DomainError):
            raise Unavailable("The database does not answer") from error
        if not broken and not client._finalized:
            await undo(client)
        if isinstance(error, _OVERTAKEN):
            raise Overtaken from error
        raise
    finally:
        get_connections().reset(token)
        await release()


def open_transaction() -> TransactionWrapper | None:
    """The open transaction's client, None outside one."""
    client = get_connection(DEFAULT)
    return client if isinstance(client, TransactionWrapper) else None


def current_connection() -> TransactionWrapper:
    """The open transaction's client. Raises RuntimeError outside one."""
    client = open_transaction()
    if client is None:
        raise RuntimeError("No transaction is open")
    return client


@asynccontextmanager
async def tenant_transaction(tenant_id: int) -> AsyncIterator[TransactionWrapper]:
    """The open transaction where there is one (it must be the tenant's), else one of its own for reading or writing."""
    client = open_transaction()
    if client is not None:
        yield client
    else:
        async with transaction(tenant_id) as client:
            yield client

"""`opora migrate`: roles and tables, brought up to date under an advisory lock."""

import asyncio
from pathlib import Path

import asyncpg
import structlog
from tortoise import Tortoise
from tortoise.exceptions import OperationalError
from tortoise.migrations.api.migrate import migrate as apply_migrations

import migrations
from config.database import APP_ROLE, SYSTEM_ROLE, DatabaseAddress, owner_address, tortoise_config
from config.keys import role_password
from config.settings import Settings, get_settings
from core.errors import Unavailable
from integrations.embeddings.factory import make_embedder
from integrations.vectors.pgvector import index_statements

logger = structlog.get_logger(__name__)

_LOCK = 7_060_100
"""Any number will do that nothing else in this database locks."""
_LOCK_TIMEOUT_MS = "3000"
_IN_THE_WAY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
"""What those who work on the tables meanwhile do to a migration; it is rolled back then, and tried again."""
_TRIES = 30
_PAUSE_S = 2.0
_LOCK_PAUSE_S = 0.2


async def migrate(settings: Settings | None = None) -> None:
    """Create the application's roles and apply what is missing. Any number of processes may call it at once.

    Raises Unavailable when the database does not answer or its owner may not create roles.
    """
    settings = settings or get_settings()
    address = owner_address(settings)
    connection = await connect(address)
    try:
        # Asked for, not waited for: a statement that waits holds a snapshot, for whose end the making of an index
        # beside work would wait, in whoever has the lock.
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110
            await asyncio.sleep(_LOCK_PAUSE_S)
        await ensure_roles(connection, settings)
        await _apply_patiently(settings)
        await _ensure_vector_indexes(connection, settings)
    finally:
        await connection.close()


async def _apply_patiently(settings: Settings) -> None:
    """Apply each migration that is missing. One that gets a table's lock too late is rolled back and tried again.

    A lock that is waited for keeps everybody else waiting behind it, readers too: ``lock_timeout`` bounds that, so a
    long transaction of a running Opora delays the migration, and not its users. Raises Unavailable.
    """
    config = tortoise_config(settings, owner=True)
    config["connections"]["default"]["credentials"]["server_settings"]["lock_timeout"] = _LOCK_TIMEOUT_MS
    for number in range(1, _TRIES + 1):
        try:
            await apply_migrations(config=config)
            return
        except (OperationalError, *_IN_THE_WAY) as error:
            if not isinstance(error.__cause__ or error, _IN_THE_WAY):
                raise
            logger.warning("migration_waits_for_a_table", attempt=number)
        finally:
            await Tortoise.close_connections()
        await asyncio.sleep(_PAUSE_S)
    raise Unavailable("Somebody holds a table for too long; look into pg_stat_activity, then migrate again")


def migration_names() -> list[str]:
    """Those of this release, in their order."""
    return sorted(path.stem for path in Path(migrations.__file__).parent.glob("[0-9]*.py"))


async def _ensure_vector_indexes(connection: asyncpg.Connection, settings: Settings) -> None:
    """The tables' migrations know the embedded model; another's vectors have other dimensions."""
    if settings.embeddings.base_url is not None:
        for statement in index_statements(make_embedder(settings).dimensions):
            await connection.execute(statement)


async def connect(address: DatabaseAddress) -> asyncpg.Connection:
    """Raises Unavailable."""
    try:
        return await asyncpg.connect(
            host=address.host,
            port=address.port,
            database=address.database,
            user=address.user,
            password=address.password,
            timeout=10,
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"PostgreSQL at {address.host}:{address.port} refuses us: {error}") from error


async def ensure_roles(connection: asyncpg.Connection, settings: Settings) -> None:
    """Roles are the cluster's, so another database of it may have made them: their passwords are set each time."""
    try:
        for role in (APP_ROLE, SYSTEM_ROLE):
            if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
                # Migrations hand functions over to a role, which the owner may only do as its member.
                await connection.execute(f"GRANT {role} TO CURRENT_USER")
            # The password is base64url of our own making: no quoting can break it.
            await connection.execute(f"ALTER ROLE {role} PASSWORD '{role_password(role, settings)}'")
    except asyncpg.InsufficientPrivilegeError as error:
        raise Unavailable(
            "The owner named by OPORA_DATABASE_URL may not create roles; as a superuser run:"
            f" ALTER ROLE {(await connection.fetchval('SELECT current_user'))} CREATEROLE"
        ) from error

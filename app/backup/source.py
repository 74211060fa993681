"""What a backup reads of the database beside the dump, all from one snapshot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

import asyncpg

from app.migrate import connect
from config.database import APP_ROLE, SYSTEM_ROLE, owner_address
from config.settings import Settings
from core.errors import Unavailable

_TABLES = """
SELECT c.relname AS name FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
"""
_ROUTINES = """
SELECT pg_get_userbyid(p.proowner) AS role, p.oid::regprocedure::text AS routine FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND pg_get_userbyid(p.proowner) = ANY($1) ORDER BY 2
"""
# Forced isolation binds an owner who is no superuser; as a member of the system's role they see every row.
_SEES_ALL = """
SELECT rolsuper OR rolbypassrls OR pg_has_role(current_user, $1, 'USAGE') FROM pg_roles WHERE rolname = current_user
"""
_KEYS = """
SELECT storage_key AS key, size_bytes AS size FROM attachments
UNION SELECT storage_key, size_bytes FROM documents WHERE storage_key IS NOT NULL
"""
_MIGRATION = "SELECT name FROM tortoise_migrations ORDER BY id DESC LIMIT 1"
_FETCH = 1000


class Snapshot:
    """The database at one moment. ``id`` lets others see the same, as long as the block of :func:`snapshot` lasts."""

    def __init__(self, connection: asyncpg.Connection, snapshot_id: str) -> None:
        self._connection = connection
        self.id = snapshot_id

    async def tables(self) -> dict[str, int]:
        """Rows of every table."""
        return await count_rows(self._connection)

    async def routines(self) -> dict[str, list[str]]:
        """Functions that are an application role's own, for they act with its rights."""
        owned: dict[str, list[str]] = {}
        for row in await self._connection.fetch(_ROUTINES, [APP_ROLE, SYSTEM_ROLE]):
            owned.setdefault(row["role"], []).append(row["routine"])
        return owned

    async def migration(self) -> str:
        return str(await self._connection.fetchval(_MIGRATION))

    async def version(self) -> str:
        return str(await self._connection.fetchval("SHOW server_version"))

    async def list_files(self, into: IO[str]) -> int:
        """Write the key of every upload that a row names, a line each; the bytes of all of them."""
        size = 0
        async for row in self._connection.cursor(_KEYS, prefetch=_FETCH):
            into.write(f"{row['key']}\n")
            size += row["size"]
        return size


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    """Rows of every table of ours. Raises Unavailable where isolation hides some from the owner."""
    if not await connection.fetchval(_SEES_ALL, SYSTEM_ROLE):
        raise Unavailable(f"The database's owner does not see every row; as a superuser, GRANT {SYSTEM_ROLE} TO it")
    names = [row["name"] for row in await connection.fetch(_TABLES)]
    return {name: await connection.fetchval(f'SELECT count(*) FROM public."{name}"') for name in names}  # noqa: S608


@asynccontextmanager
async def snapshot(settings: Settings) -> AsyncIterator[Snapshot]:
    """Raises Unavailable."""
    connection = await connect(owner_address(settings))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield Snapshot(connection, await connection.fetchval("SELECT pg_export_snapshot()"))
    finally:
        await connection.close()

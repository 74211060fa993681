"""Reading by one statement that is a transaction by itself, in one round trip to PostgreSQL instead of three.

A statement has no place to name its tenant in (and is planned for the tenant that is named before it), so connections
for reading have a pool of their own in which each keeps the name, and takes another when a reader of another tenant
gets it. Row-level security holds as in a transaction. Nothing else uses these connections, and :func:`read_in` alone
names and uses them.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from config.connections import StatelessConnection, patiently, pool_of
from config.database import READING, SYSTEM, open_transaction
from config.leases import give_back, take

Records = Sequence[Any]


async def read_in(tenant_id: int, sql: str, *args: object) -> Records:
    """The records of one statement that only reads, among the rows of the tenant.

    Waits a few seconds for a database that restarts. Raises Unavailable when it stays away.
    """

    async def read(connection: Any) -> Records:
        session: StatelessConnection = connection._con
        if session.tenant_id != tenant_id:
            await _name(session, tenant_id)
        found: Records = await connection.fetch(sql, *args)
        return found

    return await _lent(READING, read)


async def read_here(tenant_id: int, sql: str, *args: object) -> Records:
    """As :func:`read_in`; in the open transaction where there is one (it must be the tenant's)."""
    client = open_transaction()
    if client is None:
        return await read_in(tenant_id, sql, *args)
    found: Records = await client.execute_query_dict(sql, list(args))
    return found


async def read_across(sql: str, *args: object) -> Records:
    """As :func:`read_in`, across tenants, by the role ``opora_system``."""

    async def read(connection: Any) -> Records:
        found: Records = await connection.fetch(sql, *args)
        return found

    return await _lent(SYSTEM, read)


async def _name(session: StatelessConnection, tenant_id: int) -> None:
    # While it is not known which name the session has, it has none that anybody asks for.
    session.tenant_id = None
    await session.execute(f"SELECT set_config('opora.tenant_id', '{tenant_id:d}', false)")
    session.tenant_id = tenant_id


async def _lent(alias: str, use: Callable[[Any], Awaitable[Records]]) -> Records:
    async def attempt() -> Records:
        _, pool = await pool_of(alias)
        connection = await take(pool)
        try:
            return await use(connection)
        finally:
            await give_back(connection)

    return await patiently(attempt)

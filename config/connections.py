"""Connections that the pools lend: taken with patience, begun in a tenant, undone, or ended where they broke."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
from asyncpg.transaction import Transaction, TransactionState
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.connection import get_connection

from config.leases import give_back, take
from core.errors import Unavailable

T = TypeVar("T")
_BEGIN_PATIENCE_S = 5.0
ENDED = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""What a server says that ends; the connection is lost although it does not know it yet."""
_GONE = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, *ENDED)


class StatelessConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg's generic base is untyped here
    """Nothing outlives a transaction here (all settings are SET LOCAL), so a released connection needs no reset.

    ``tenant_id`` is of the pool for reading alone: whom the connection's session names.
    """

    tenant_id: int | None = None

    def get_reset_query(self) -> str:
        return ""


class _TenantTransaction(Transaction):  # type: ignore[misc]  # as above
    """Begins and names its tenant in one round trip. Sets what asyncpg's ``start`` sets, which savepoints look at."""

    async def start_in(self, tenant_id: int | None) -> None:
        named = "" if tenant_id is None else f"; SELECT set_config('opora.tenant_id', '{tenant_id:d}', true)"
        self._connection._top_xact = self
        await self._connection.execute(f"BEGIN{named}")
        self._state = TransactionState.STARTED


async def undo(client: TransactionWrapper) -> None:
    """Roll back. A transaction that cannot be, as when its commit was cancelled half-way, ends with its connection:
    back in the pool it would leak into the next one.
    """
    try:
        await client.rollback()
    except asyncpg.InterfaceError:
        terminate(client)
    except BaseException:
        terminate(client)
        raise


def is_lost(client: TransactionWrapper) -> bool:
    try:
        return bool(client._connection.is_closed())
    except asyncpg.InterfaceError:
        # A connection that breaks leaves the pool at once, and its place holder answers nothing any more.
        return True


def terminate(client: TransactionWrapper) -> None:
    if not is_lost(client):
        client._connection.terminate()


async def patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """Begin with patience: nothing has been done yet, so trying again is safe. Raises Unavailable."""
    deadline = asyncio.get_running_loop().time() + _BEGIN_PATIENCE_S
    while True:
        try:
            return await attempt()
        except _GONE as error:
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable("The database does not answer") from error
            await asyncio.sleep(0.1)


async def begin(alias: str, tenant_id: int | None) -> tuple[TransactionWrapper, Callable[[], Awaitable[None]]]:
    parent, pool = await pool_of(alias)
    connection = await take(pool)

    async def release() -> None:
        await give_back(connection)

    client = TransactionWrapper(parent)
    client._connection = connection
    client.transaction = transaction = _TenantTransaction(connection._con, None, False, False)
    try:
        await transaction.start_in(tenant_id)
    except BaseException:
        # Whether it has begun is not known.
        terminate(client)
        await release()
        raise
    return client, release


async def pool_of(alias: str) -> tuple[AsyncpgDBClient, Any]:
    """The client of that name and its pool of connections. Raises RuntimeError where its transaction is open."""
    parent = get_connection(alias)
    if not isinstance(parent, AsyncpgDBClient) or isinstance(parent, TransactionWrapper):
        raise RuntimeError("Transactions do not nest")
    if parent._pool is None:
        async with parent._pool_init_lock:
            if parent._pool is None:
                await parent.create_connection(with_db=True)
    return parent, parent._pool

"""Connections lent by asyncpg's pools, in the usual case without a task: by itself the pool makes one to take a
connection within a time, and one to give it back unharmed by a cancellation, with turns of the loop for each.
"""

from typing import Any

_PATIENCE_S = 10.0


async def take(pool: Any) -> Any:
    """A connection. Raises TimeoutError where none comes free for ten seconds."""
    # One that is idle comes at once: there is nothing to time.
    return await (pool.acquire() if pool.get_idle_size() else pool.acquire(timeout=_PATIENCE_S))


async def give_back(connection: Any) -> None:
    """Back into the pool that it is of; nothing happens to one that was lost and has left it."""
    # The holder waits only for a statement that was cancelled; cancelled once more, it ends the connection.
    if connection._con is not None:
        await connection._holder.release(None)

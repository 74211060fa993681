"""A connection of its own for advisory locks: what it holds is lost with it, as leadership is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from config.database import SYSTEM_ROLE, owner_address
from config.keys import role_password
from config.settings import Settings
from core.errors import Unavailable

_ANSWER_S = 5.0
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, Unavailable)
"""What a connection says that a server's end has cut, or that cannot be made; its holder tries again.

asyncpg tells of a cut in the middle of its answer by InternalClientError.
"""


@asynccontextmanager
async def lock_connection(settings: Settings, name: str) -> AsyncIterator[asyncpg.Connection]:
    """Open as long as the block lasts; ``name`` shows in the database's list. Raises what :data:`LOST` lists."""
    address = owner_address(settings)
    connection = await asyncpg.connect(
        host=address.host,
        port=address.port,
        database=address.database,
        user=SYSTEM_ROLE,
        password=role_password(SYSTEM_ROLE, settings),
        timeout=_ANSWER_S,
        command_timeout=_ANSWER_S,
        server_settings={"application_name": name},
    )
    try:
        yield connection
    finally:
        connection.terminate()

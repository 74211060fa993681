"""The list of tickets as somebody would write it by hand: Starlette, asyncpg, orjson, the product's own statement.

What the GraphQL API is compared with, by ``benchmarks/ticket_list.py``. ``/bare`` trusts its caller; ``/signed`` checks
the token and the session as the product does.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.authentication import actor_of
from config.database import APP_ROLE, close_database, open_database, owner_address
from config.keys import role_password
from config.logging import configure_logging
from config.settings import get_settings
from core.actor import Actor, Role
from services.ticket_list import Include, list_statement

_TENANT = 1


class List:
    """The handlers, with a pool of their own."""

    def __init__(self, size: int) -> None:
        self._statement = list_statement(Actor(_TENANT, Role.AGENT), Include(assignee=False, message_count=False))
        self._size = size

    @contextlib.asynccontextmanager
    async def open(self, _: Starlette) -> AsyncIterator[None]:
        await open_database()
        address = owner_address()
        self._pool = await asyncpg.create_pool(
            host=address.host,
            port=address.port,
            database=address.database,
            user=APP_ROLE,
            password=role_password(APP_ROLE, get_settings()),
            max_size=10,
            reset=_keep,
        )
        yield
        await self._pool.close()
        await close_database()

    async def bare(self, _: Request) -> Response:
        return await self._answer(_TENANT)

    async def signed(self, request: Request) -> Response:
        return await self._answer((await actor_of(request)).tenant_id)

    async def _answer(self, tenant_id: int) -> Response:
        async with self._pool.acquire() as connection:
            # By hand, because asyncpg's own transaction() would take two round trips for it.
            await connection.execute(f"BEGIN; SELECT set_config('opora.tenant_id', '{tenant_id:d}', true)")
            try:
                rows = await connection.fetch(self._statement, tenant_id, self._size + 1)
            finally:
                await connection.execute("COMMIT")
        return Response(orjson.dumps({"tickets": [_shown(row) for row in rows[: self._size]]}))


def create_app() -> Starlette:
    """The application; the size of the page is the benchmark's."""
    handlers = List(50)
    routes = [Route("/bare", handlers.bare), Route("/signed", handlers.signed)]
    return Starlette(routes=routes, lifespan=handlers.open)


def main() -> None:
    settings = get_settings()
    configure_logging(settings)
    configuration = uvicorn.Config(
        create_app(), port=settings.http.port, loop="uvloop", http="httptools", access_log=False, log_config=None
    )
    uvicorn.Server(configuration).run()


async def _keep(_: object) -> None:
    """All settings are local to a transaction, as in the product: nothing to reset."""


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "title": row["title"],
        "status": row["status"].upper(),
        "createdAt": row["created_at"],
        "author": {"fullName": row["author_name"]},
        "category": row["category_id"] and {"name": row["category_name"]},
        "lastMessage": row["message_id"]
        and {"excerpt": row["message_excerpt"], "authorKind": row["message_author_kind"].upper()},
    }


if __name__ == "__main__":
    main()

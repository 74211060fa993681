"""The list of tickets as the manuals of Strawberry and Tortoise show it: types, models, a DataLoader a relation.

What the GraphQL API is compared with, by ``benchmarks/ticket_list.py``: the same query over the same rows, served by
``strawberry.asgi`` and the product's own models. It is spared what the product does besides: it asks nobody who they
are, counts no requests, logs nothing, and its role in the database sees all rows without a policy.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from tortoise import Tortoise
from tortoise.functions import Max

from config.database import tortoise_config
from config.logging import configure_logging
from config.settings import get_settings
from models.categories import Category as CategoryModel
from models.conversations import AuthorKind as MessageAuthor
from models.conversations import Message
from models.tickets import Ticket as TicketModel
from models.tickets import TicketStatus
from models.users import User
from services.ticket_list import EXCERPT

_TENANT = 1
Status = strawberry.enum(TicketStatus, name="TicketStatus")
AuthorKind = strawberry.enum(MessageAuthor, name="AuthorKind")


@strawberry.type
class Person:
    full_name: str


@strawberry.type
class Category:
    name: str


@strawberry.type
class MessagePreview:
    excerpt: str
    author_kind: AuthorKind  # type: ignore[valid-type]  # made by a call


@strawberry.type
class Ticket:
    id: strawberry.ID
    title: str
    status: Status  # type: ignore[valid-type]  # made by a call
    created_at: datetime
    author_id: strawberry.Private[int]
    category_id: strawberry.Private[int | None]

    @strawberry.field
    async def author(self, info: strawberry.Info) -> Person | None:
        user = await info.context["users"].load(self.author_id)
        return user and Person(full_name=user.full_name)

    @strawberry.field
    async def category(self, info: strawberry.Info) -> Category | None:
        found = await info.context["categories"].load(self.category_id) if self.category_id else None
        return found and Category(name=found.name)

    @strawberry.field
    async def last_message(self, info: strawberry.Info) -> MessagePreview | None:
        message = await info.context["last_messages"].load(int(self.id))
        return message and MessagePreview(excerpt=message.text[:EXCERPT], author_kind=message.author_kind)


@strawberry.type
class Edge:
    node: Ticket
    cursor: str


@strawberry.type
class Connection:
    edges: list[Edge]


@strawberry.type
class Query:
    @strawberry.field
    async def tickets(self, first: int = 20) -> Connection:
        """Newest first."""
        rows = await TicketModel.filter(tenant_id=_TENANT).order_by("-id").limit(first + 1)
        return Connection(edges=[Edge(node=_ticket(row), cursor=str(row.id)) for row in rows[:first]])


class Served(GraphQL[dict[str, Any], None]):
    """With loaders for each request."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        return {
            "users": DataLoader(load_fn=_users),
            "categories": DataLoader(load_fn=_categories),
            "last_messages": DataLoader(load_fn=_last_messages),
        }


def create_app() -> Starlette:
    """The application."""
    routes = [Route("/graphql", Served(strawberry.Schema(Query)), methods=["GET", "POST"]), Route("/health", _health)]
    return Starlette(routes=routes, lifespan=_database)


def main() -> None:
    settings = get_settings()
    configure_logging(settings)
    configuration = uvicorn.Config(
        create_app(), port=settings.http.port, loop="uvloop", http="httptools", access_log=False, log_config=None
    )
    uvicorn.Server(configuration).run()


@contextlib.asynccontextmanager
async def _database(_: Starlette) -> AsyncIterator[None]:
    config = tortoise_config(get_settings(), owner=True)
    config["connections"]["default"]["credentials"]["maxsize"] = get_settings().database.pool_size
    await Tortoise.init(config=config, _enable_global_fallback=True)
    yield
    await Tortoise.close_connections()


async def _users(ids: list[int]) -> Sequence[User | None]:
    found = {user.id: user for user in await User.filter(id__in=ids)}
    return [found.get(each) for each in ids]


async def _categories(ids: list[int]) -> Sequence[CategoryModel | None]:
    found = {category.id: category for category in await CategoryModel.filter(id__in=ids)}
    return [found.get(each) for each in ids]


async def _last_messages(ticket_ids: list[int]) -> Sequence[Message | None]:
    """The newest of each ticket, in two statements whatever their number."""
    of_these = Message.filter(tenant_id=_TENANT, conversation_id__in=ticket_ids)
    newest = await of_these.annotate(newest=Max("id")).group_by("conversation_id").values_list("newest", flat=True)
    found = {message.conversation_id: message for message in await Message.filter(id__in=newest)}
    return [found.get(ticket_id) for ticket_id in ticket_ids]


async def _health(_: Request) -> Response:
    return Response()


def _ticket(row: TicketModel) -> Ticket:
    return Ticket(
        id=strawberry.ID(str(row.id)),
        title=row.title,
        status=row.status,
        created_at=row.created_at,
        author_id=row.created_by_id,
        category_id=row.category_id,
    )


if __name__ == "__main__":
    main()

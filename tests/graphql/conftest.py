"""Clients of the GraphQL API, by person."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from app.socket_lines import LinedWebSocket
from core.actor import Role
from models.tenants import Tenant
from models.users import User
from tests.fixtures.people import MakeUser, TokenFor
from tests.graphql.client import GraphQLClient

SignIn = Callable[[User], Awaitable[GraphQLClient]]
Join = Callable[..., Awaitable[GraphQLClient]]


@pytest.fixture
def anonymous(client: httpx.AsyncClient) -> GraphQLClient:
    return GraphQLClient(client)


@pytest.fixture
def sign_in(client: httpx.AsyncClient, token_for: TokenFor) -> SignIn:
    """`await sign_in(user)`: a GraphQL client of that user."""

    async def make(user: User) -> GraphQLClient:
        return GraphQLClient(client, await token_for(user, "graphql"))

    return make


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser, sign_in: SignIn) -> GraphQLClient:
    return await sign_in(await make_user(tenant, Role.USER))


@pytest.fixture
async def agent(tenant: Tenant, make_user: MakeUser, sign_in: SignIn) -> GraphQLClient:
    return await sign_in(await make_user(tenant, Role.AGENT))


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser, sign_in: SignIn) -> GraphQLClient:
    return await sign_in(await make_user(tenant, Role.ADMIN))


@pytest.fixture(scope="session")
async def live(application: Starlette) -> AsyncIterator[str]:
    """The address of the API's WebSocket, served by uvicorn on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None, ws=LinedWebSocket))
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110  # uvicorn tells by an attribute alone
        await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{listening.getsockname()[1]}/graphql"
    server.should_exit = True
    await serving
    listening.close()

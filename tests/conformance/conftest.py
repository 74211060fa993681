"""The API on a port of its own, and people whom others' clients sign in as."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from core.actor import Role
from models.tenants import Tenant
from models.users import User
from tests.conformance.outcomes import node
from tests.fixtures.listening import listening
from tests.fixtures.people import new_tenant, new_user, sign_in


@pytest.fixture(scope="module")
async def address(application: Starlette) -> AsyncIterator[str]:
    """``host:port``."""
    async with listening(application) as address:
        yield address


@pytest.fixture(scope="module")
async def company(database: None) -> Tenant:
    return await new_tenant()


@pytest.fixture(scope="module")
async def agent(company: Tenant) -> User:
    return await new_user(company, Role.AGENT)


@pytest.fixture(scope="module")
async def token(agent: User) -> str:
    return await sign_in(agent)


@pytest.fixture
def clients() -> None:
    """What runs npm's clients is there."""
    if node() is None:
        pytest.skip("needs Node and web/node_modules: run `make web`")

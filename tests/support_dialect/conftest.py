"""Fixtures of the dialect's tests."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from tests.fixtures.application import client_of
from tests.support_dialect.published import hold_to_the_document
from tests.support_dialect.world import World


@pytest.fixture
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is not signed in, and that lets nothing undocumented pass."""
    async with client_of(application, event_hooks={"response": [hold_to_the_document]}) as client:
        yield client


@pytest.fixture
async def world(database: None) -> World:
    """A tenant with something of everything, of this test alone."""
    return await World.make()


@pytest.fixture(scope="session")
async def common_world(database: None) -> World:
    """The same for tests that change nothing."""
    return await World.make()


@pytest.fixture(scope="session")
async def other_world(database: None) -> World:
    """Another tenant, whose ids attackers try."""
    return await World.make()

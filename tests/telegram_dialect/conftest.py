"""Fixtures of the dialect's tests."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from tests.fixtures.application import client_of
from tests.support_dialect.published import hold_to_the_document
from tests.telegram_dialect.desk import Desk


@pytest.fixture
async def desk(database: None) -> Desk:
    """A tenant with staff, customers, a category and a ticket, of this test alone."""
    return await Desk.make()


@pytest.fixture(scope="session")
async def common_desk(database: None) -> Desk:
    """The same for tests that change nothing."""
    return await Desk.make()


@pytest.fixture(scope="session")
async def other_desk(database: None) -> Desk:
    """Another tenant, whose ids attackers try."""
    return await Desk.make()


@pytest.fixture
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is not signed in, and that lets nothing undocumented pass."""
    async with client_of(application, event_hooks={"response": [hold_to_the_document]}) as client:
        yield client

"""Fixtures of the dialect's tests."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from tests.fixtures.application import client_of
from tests.replyx_dialect.world import Account
from tests.support_dialect.published import hold_to_the_document


@pytest.fixture
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is not signed in, and that lets nothing undocumented pass."""
    async with client_of(application, event_hooks={"response": [hold_to_the_document]}) as client:
        yield client


@pytest.fixture
async def account(client: httpx.AsyncClient) -> Account:
    """An account of this test alone, signed in."""
    return await Account.make(client)

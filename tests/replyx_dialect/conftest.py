"""Fixtures of the dialect's tests."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from core.actor import Actor
from models.dialogs import Dialog
from tests.fixtures.application import client_of
from tests.fixtures.dialogs import Site, new_site
from tests.fixtures.listening import listening
from tests.replyx_dialect.live import Live
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


@pytest.fixture(scope="module")
async def live(application: Starlette) -> AsyncIterator[Live]:
    """The API as it is served, for sockets and streams."""
    async with listening(application) as host:
        yield Live(host)


@pytest.fixture
async def site(database: None) -> Site:
    """A company with a page and an assistant on it."""
    return await new_site()


@pytest.fixture
async def guest(site: Site) -> Actor:
    return await site.guest()


@pytest.fixture
async def dialog(site: Site, guest: Actor) -> Dialog:
    return await site.open(guest)

"""Fixtures of the dialect's tests."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from models.tenants import Tenant
from services import identity, registration
from tests.fixtures.application import client_of
from tests.support_dialect.published import hold_to_the_document


@pytest.fixture
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is not signed in, and that lets nothing undocumented pass."""
    async with client_of(application, event_hooks={"response": [hold_to_the_document]}) as client:
        yield client


@pytest.fixture
def default_tenant(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """A tenant of this test alone in the place of the default one: it has no user yet."""
    for module in (identity, registration):
        monkeypatch.setattr(module, "DEFAULT_TENANT_ID", tenant.id)
    return tenant

"""Fixtures of handoffs."""

import pytest

from models.tenants import Tenant
from tests.handoffs.world import World


@pytest.fixture
async def world(tenant: Tenant) -> World:
    return await World.make(tenant)

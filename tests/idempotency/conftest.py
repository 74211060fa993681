"""A customer of each surface, and what there is afterwards."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from core.actor import system_actor
from models.tenants import Tenant
from models.tickets import Ticket
from models.users import User
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeUser

Titles = Callable[[], Awaitable[list[str]]]


@pytest.fixture
async def person(tenant: Tenant, make_user: MakeUser) -> User:
    return await make_user(tenant)


@pytest.fixture
async def customer(person: User, as_user: AsUser) -> httpx.AsyncClient:
    return await as_user(person)


@pytest.fixture
def titles(tenant: Tenant) -> Titles:
    """`await titles()`: of the tenant's tickets, in order."""

    async def read() -> list[str]:
        async with unit_of_work(system_actor(tenant.id)):
            return [ticket.title for ticket in await Ticket.filter(tenant_id=tenant.id).order_by("id")]

    return read


async def age(tenant: Tenant, column: str, hours: int) -> None:
    """Let ``hours`` pass for the tenant's keys, as far as a column tells."""
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        await statements.rows(
            f"UPDATE idempotency_keys SET {column} = {column} - make_interval(hours => $2) WHERE tenant_id = $1",  # noqa: S608
            tenant.id,
            hours,
        )

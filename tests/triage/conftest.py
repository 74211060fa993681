"""People of one tenant, and tickets that wait to be looked at."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.actor import Actor, Role
from models.tenants import Tenant
from models.tickets import Ticket
from services import tickets
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of

Open = Callable[..., Awaitable[Ticket]]


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.USER))


@pytest.fixture
async def agent(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.AGENT))


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.ADMIN))


@pytest.fixture
def opened(customer: Actor) -> Open:
    """`await opened("Title", "Description")`: a ticket of the customer, without the assistant's reply."""

    async def make(title: str, description: str = "", **given: Any) -> Ticket:
        async with unit_of_work(customer) as uow:
            return await tickets.create(uow, title=title, description=description, auto_respond=False, **given)

    return make


async def present(actor: Actor, ticket_id: int) -> Ticket:
    """The ticket as it stands."""
    async with unit_of_work(actor) as uow:
        return await tickets.get(uow, ticket_id)

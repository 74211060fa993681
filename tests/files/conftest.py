"""A ticket with its people, and files of theirs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.actor import Actor, Role
from models.conversations import Attachment
from models.tenants import Tenant
from models.tickets import Ticket
from models.users import User
from services import files, tickets
from services.providers import providers, use_providers
from services.unit_of_work import unit_of_work
from tests.doubles.clamd import ClamdDouble, running_clamd
from tests.files.samples import png
from tests.fixtures.people import MakeUser, actor_of

Upload = Callable[..., Awaitable[Attachment]]


@dataclass(frozen=True)
class Desk:
    """A customer's ticket in a tenant with an agent and another customer."""

    tenant: Tenant
    customer: User
    other: User
    agent: User
    ticket: Ticket

    def actor(self, name: str) -> Actor:
        return actor_of(getattr(self, name))


@pytest.fixture
async def desk(tenant: Tenant, make_user: MakeUser) -> Desk:
    customer, other = await make_user(tenant), await make_user(tenant)
    agent = await make_user(tenant, Role.AGENT)
    async with unit_of_work(actor_of(customer)) as uow:
        ticket = await tickets.create(uow, title="A photo", auto_respond=False)
    return Desk(tenant, customer, other, agent, ticket)


@pytest.fixture
def upload(desk: Desk) -> Upload:
    """`await upload("customer", "a.png", data)`"""

    async def upload(person: str = "customer", name: str = "photo.png", data: bytes | None = None) -> Attachment:
        return await files.upload(desk.actor(person), file_name=name, data=png() if data is None else data)

    return upload


@contextmanager
def using(**parts: Any) -> Iterator[None]:
    """Other providers for as long as the block lasts."""
    present = providers()
    use_providers(replace(present, **parts))
    try:
        yield
    finally:
        use_providers(present)


@pytest.fixture
async def clamd() -> AsyncIterator[ClamdDouble]:
    async with running_clamd() as double:
        yield double

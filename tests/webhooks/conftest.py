"""Fixtures: a company with an endpoint, and the server behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core.actor import Actor, system_actor
from models.tenants import Tenant
from models.webhooks import WebhookDelivery, WebhookEndpoint
from services import tickets, webhooks
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from services.webhooks import EndpointChanges
from tests.fixtures.people import new_user
from tests.fixtures.work import DrainJobs
from tests.webhooks.receiver import Receiver, receiving

HEARD = ("ticket.created", "ticket.message_added")
"""Not what triage does to tickets in the meantime."""
_DUE = "UPDATE jobs SET run_after = now(), lease_until = now() WHERE tenant_id = $1"


@dataclass(frozen=True)
class Company:
    """A tenant whose endpoint hears of new tickets and messages, and what its server got."""

    tenant: Tenant
    endpoint: WebhookEndpoint
    secret: str
    receiver: Receiver
    drain: DrainJobs

    @property
    def admin(self) -> Actor:
        return system_actor(self.tenant.id)

    async def ticket(self, title: str = "No sound") -> int:
        """Somebody opens a ticket; nothing is sent yet."""
        customer = await new_user(self.tenant)
        async with unit_of_work(Actor(self.tenant.id, customer.role, customer.id)) as uow:
            return (await tickets.create(uow, title=title, auto_respond=False)).id

    async def work(self) -> None:
        """Run what is due now."""
        await self.drain(self.tenant)

    async def work_later(self) -> None:
        """Run what is due once every pause has passed."""
        async with system_unit_of_work(SystemReason.SWEEP) as statements:
            await statements.rows(_DUE, self.tenant.id)
        await self.work()

    async def deliveries(self) -> list[WebhookDelivery]:
        async with unit_of_work(self.admin):
            return await WebhookDelivery.filter(tenant_id=self.tenant.id).order_by("id")

    async def present(self) -> WebhookEndpoint:
        async with unit_of_work(self.admin):
            return await WebhookEndpoint.get(id=self.endpoint.id)

    async def change(self, **columns: Any) -> None:
        async with unit_of_work(self.admin):
            await WebhookEndpoint.filter(id=self.endpoint.id).update(**columns)


@pytest.fixture
def receiver(override: Any) -> Iterator[Receiver]:
    """A server of this machine, which the installation allows."""
    with override(OPORA_PRIVATE_NETWORKS="127.0.0.0/8"), receiving() as server:
        yield server


@pytest.fixture
async def company(tenant: Tenant, receiver: Receiver, drain_jobs: DrainJobs) -> Company:
    made = await webhooks.create(system_actor(tenant.id), EndpointChanges(url=receiver.url, events=HEARD))
    return Company(tenant, made.endpoint, made.secret, receiver, drain_jobs)

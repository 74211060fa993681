"""What tests of payments begin with: the banks' settings, a tenant's money, notifications as banks deliver them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from core.actor import Actor, Role, system_actor
from models.payments import Payment, PaymentProvider
from models.tenants import Tenant
from services import billing, payments
from services.payments import NewPayment
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.tbank import TbankDouble
from tests.doubles.yookassa import YookassaDouble
from tests.fixtures.work import DrainJobs

AT_TBANK, AT_YOOKASSA = "91.194.226.10", "185.71.76.5"
WEBHOOK, YOOKASSA_WEBHOOK = "/api/payments/webhook", "/api/payments/webhook/yookassa"
THOUSAND = Decimal("1000.00")


@dataclass(frozen=True)
class Shop:
    """A tenant that pays at both banks."""

    tenant: Tenant
    tbank: TbankDouble
    yookassa: YookassaDouble
    client: httpx.AsyncClient
    drain: DrainJobs

    @property
    def owner(self) -> Actor:
        return Actor(self.tenant.id, Role.ADMIN)

    @property
    def superadmin(self) -> Actor:
        return Actor(1, Role.SUPERADMIN)

    async def create(self, amount: Decimal = THOUSAND, **wanted: Any) -> Payment:
        return await payments.create(self.owner, NewPayment(amount=amount, **wanted))

    async def create_at_yookassa(self, amount: Decimal = THOUSAND) -> Payment:
        return await self.create(amount, provider=PaymentProvider.YOOKASSA)

    async def paid(self, amount: Decimal = THOUSAND) -> Payment:
        """A payment at T-Bank that was paid and credited."""
        payment = await self.create(amount)
        await self.tell(self.tbank.notification(self.tbank.pay(payment.order_id)))
        await self.drain(self.tenant)
        return await self.stored(payment)

    async def paid_at_yookassa(self, amount: Decimal = THOUSAND) -> Payment:
        payment = await self.create_at_yookassa(amount)
        await self.tell_of(self.yookassa.notification(self.yookassa.pay(payment.order_id)))
        await self.drain(self.tenant)
        return await self.stored(payment)

    async def tell(self, body: dict[str, Any], address: str = AT_TBANK) -> httpx.Response:
        """A notification of T-Bank's."""
        return await self.client.post(WEBHOOK, json=body, headers={"x-forwarded-for": address})

    async def tell_of(self, body: dict[str, Any], address: str = AT_YOOKASSA) -> httpx.Response:
        """A notification of YooKassa's."""
        return await self.client.post(YOOKASSA_WEBHOOK, json=body, headers={"x-forwarded-for": address})

    async def stored(self, payment: Payment) -> Payment:
        async with unit_of_work(self.owner):
            return await Payment.get(id=payment.id)

    async def balance(self) -> Decimal:
        async with unit_of_work(self.owner) as uow:
            return (await billing.balance(uow)).balance

    async def ledger(self) -> list[tuple[str, Decimal]]:
        async with unit_of_work(self.owner) as uow:
            rows = await uow.rows("SELECT reference, amount FROM ledger_entries ORDER BY id")
        return [(row["reference"], row["amount"]) for row in rows]

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        async with unit_of_work(system_actor(self.tenant.id)) as uow:
            return await uow.rows(sql, *args)


async def count_of_payments() -> int:
    async with system_unit_of_work(SystemReason.PAYMENTS):
        return await Payment.all().count()

"""Money of the tenant: balance, movements, what happens to them."""

from collections.abc import AsyncGenerator

import strawberry

from core.actor import Actor
from core.facts.payments import billing_topic
from core.paging import CursorPage
from resolvers.feeds import feed
from resolvers.policy import Requires, query, subscription
from schema.types.billing import Balance, BillingEvent, Transaction
from schema.types.context import Info
from schema.types.paging import After, Connection, First, connection
from schema.types.payments import Payment
from schema.types.scalars import BigInt
from services import billing, payments, transactions
from services.events import StoredEvent
from services.transactions import TransactionType
from services.unit_of_work import unit_of_work


@strawberry.type
class BillingQuery:
    @query(Requires.BALANCE_READ)
    async def balance(self, info: Info) -> Balance:
        """What the tenant has and what it spent."""
        async with unit_of_work(info.context.actor) as uow:
            return Balance.of(await billing.balance(uow))

    @query(Requires.BALANCE_READ)
    async def transactions(
        self, info: Info, first: First = 20, after: After = None, type: TransactionType | None = None
    ) -> Connection[Transaction]:
        """How the money moved, newest first."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await transactions.page_transactions(uow, type, page)
        return connection(rows, node=Transaction.of, key=lambda row: row.id, after=after)


@strawberry.type
class BillingSubscription:
    @subscription(Requires.BALANCE_READ)
    def billing_events(self, info: Info, after: BigInt | None = None) -> AsyncGenerator[BillingEvent, None]:
        """Payments as they move, and the balance that runs out. Resumes as `ticketEvents` does."""
        return feed(info, billing_topic(info.context.actor.tenant_id), _shown, after=after)


async def _shown(event: StoredEvent, actor: Actor) -> BillingEvent:
    number = event.payload.get("payment_id")
    async with unit_of_work(actor) as uow:
        row = None if number is None else await payments.by_id(uow, number)
    payment = None if row is None else Payment.of(row)
    return BillingEvent(seq=BigInt(event.seq), at=event.at, kind=event.kind, payment=payment)

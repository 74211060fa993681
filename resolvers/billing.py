"""Money of the tenant."""

import strawberry

from resolvers.policy import Requires, query
from schema.types.billing import Balance
from schema.types.context import Info
from services import billing
from services.unit_of_work import unit_of_work


@strawberry.type
class BillingQuery:
    @query(Requires.BALANCE_READ)
    async def balance(self, info: Info) -> Balance:
        """What the tenant has and what it spent."""
        async with unit_of_work(info.context.actor) as uow:
            return Balance.of(await billing.balance(uow))

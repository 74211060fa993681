"""Money."""

from decimal import Decimal
from typing import Self

import strawberry

from services import billing


@strawberry.type(description="The tenant's money, in roubles.")
class Balance:
    balance: Decimal
    welcome_bonus: Decimal = strawberry.field(description="What the account began with; part of the balance.")
    total_spent: Decimal

    @classmethod
    def of(cls, standing: billing.Balance) -> Self:
        return cls(balance=standing.balance, welcome_bonus=standing.welcome_bonus, total_spent=standing.spent)

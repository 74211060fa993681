"""Money."""

from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry

from models.billing import ServiceType
from schema.types.context import computed
from schema.types.languages import Language
from schema.types.payments import Payment
from schema.types.rows import copier, shown_id
from schema.types.scalars import BigInt, JSONObject
from services import billing, transactions
from services.transactions import TransactionType

strawberry.enum(ServiceType, name="LedgerService", description="What money was received or spent for.")
strawberry.enum(TransactionType, description="Money that came, or went.")

_TRANSACTION = copier("type", "amount", "service_type", "created_at")


@strawberry.type(description="The tenant's money, in roubles.")
class Balance:
    balance: Decimal
    welcome_bonus: Decimal = strawberry.field(description="What the account began with; part of the balance.")
    total_spent: Decimal = strawberry.field(description="What services cost so far; refunds are not among it.")
    pending_transactions: int = strawberry.field(description="Payments and refunds that the bank has not ended.")
    currency: str = strawberry.field(default="RUB", description="By ISO 4217.")

    @classmethod
    def of(cls, standing: billing.Balance) -> Self:
        return cls(
            balance=standing.balance,
            welcome_bonus=standing.welcome_bonus,
            total_spent=standing.spent,
            pending_transactions=standing.pending,
        )


@strawberry.type(description="One movement of the tenant's money.")
class Transaction:
    id: strawberry.ID
    type: TransactionType
    amount: Decimal = strawberry.field(description="In roubles; negative for a debit.")
    service_type: ServiceType
    details: JSONObject = strawberry.field(description="`dialog_id` and `message_count` of an answer, `order_id`.")
    created_at: datetime
    row: strawberry.Private[transactions.Transaction]

    @computed("What it was for, in a few words.")
    async def description(self, language: Language = Language.RUSSIAN) -> str:
        return transactions.description(self.row, language)

    @classmethod
    def of(cls, row: transactions.Transaction) -> Self:
        return cls(id=shown_id(row.id), details=JSONObject(row.details), row=row, **_TRANSACTION(row))


@strawberry.type(description="Money moved, or ran out.")
class BillingEvent:
    seq: BigInt = strawberry.field(description="Rises strictly: give the last one as `after` to go on behind it.")
    at: datetime
    kind: str = strawberry.field(description="`payment.moved`, `payment.refund_uncovered` or `billing.exhausted`.")
    payment: Payment | None = strawberry.field(description="As it is now; null where it is about none.")

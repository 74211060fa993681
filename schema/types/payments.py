"""Payments and refunds."""

from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry

from models.payments import PAID, PaymentProvider, PaymentStatus, RefundStatus
from models.payments import Payment as PaymentRow
from models.payments import Refund as RefundRow
from schema.types.rows import copier, shown_id

strawberry.enum(PaymentProvider, description="Who takes the money.")
strawberry.enum(PaymentStatus, description="Where a payment stands, in T-Bank's words.")
strawberry.enum(RefundStatus, description="Whether the bank has given the money back.")

_PAYMENT = copier(
    "order_id", "provider", "amount", "refunded", "status", "description", "payment_url", "error_code", "created_at",
    "confirmed_at",
)  # fmt: skip
_REFUND = copier("amount", "reason", "status", "error", "created_at", "finished_at")


@strawberry.type(description="A payment by card. Sums are roubles.")
class Payment:
    order_id: str = strawberry.field(description="The number that clients and the bank know it by.")
    provider: PaymentProvider
    amount: Decimal
    refunded: Decimal = strawberry.field(description="What went back so far, with what is on its way.")
    status: PaymentStatus
    paid: bool
    description: str
    payment_url: str | None = strawberry.field(description="Where to pay.")
    card: str | None = strawberry.field(description="The card's number as the bank masks it; null until it is known.")
    error_code: str | None = strawberry.field(description="The bank's, where it was not paid.")
    created_at: datetime
    confirmed_at: datetime | None

    @classmethod
    def of(cls, row: PaymentRow) -> Self:
        return cls(paid=row.status in PAID, card=row.details.get("pan"), **_PAYMENT(row))


@strawberry.type(description="Money on its way back. It left the balance, and returns there where the bank refuses.")
class Refund:
    id: strawberry.ID
    amount: Decimal
    reason: str
    status: RefundStatus
    error: str | None = strawberry.field(description="Why the bank refused.")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: RefundRow) -> Self:
        return cls(id=shown_id(row.id), **_REFUND(row))


@strawberry.type(description="A refund that was asked for, and its payment.")
class RefundPayload:
    payment: Payment
    refund: Refund


@strawberry.input(description="What is to be paid, in roubles: at most two decimals.")
class CreatePaymentInput:
    amount: Decimal
    description: str = ""
    customer_email: str | None = None
    return_url: str | None = strawberry.field(default=None, description="Where the payer comes back to.")
    fail_url: str | None = strawberry.field(default=None, description="Where the payer comes back to without success.")
    provider: PaymentProvider | None = strawberry.field(default=None, description="Null: the one that is configured.")
    idempotency_key: str | None = strawberry.field(default=None, description="The same key is the same payment.")


@strawberry.input(description="What goes back to the payer.")
class RefundPaymentInput:
    amount: Decimal | None = strawberry.field(default=None, description="In roubles; null: all that is left.")
    reason: str = ""

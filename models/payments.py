"""Payments by card: what was asked of a bank, what it told us, and what was given back."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class PaymentProvider(StrEnum):
    TBANK = "tbank"
    YOOKASSA = "yookassa"


class PaymentStatus(StrEnum):
    """In the words of T-Bank, which both dialect and document use; other providers' are told in them."""

    NEW = "NEW"
    FORM_SHOWED = "FORM_SHOWED"
    AUTHORIZED = "AUTHORIZED"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"
    DEADLINE_EXPIRED = "DEADLINE_EXPIRED"
    PARTIAL_REFUNDED = "PARTIAL_REFUNDED"
    REFUNDED = "REFUNDED"


OPEN = frozenset({PaymentStatus.NEW, PaymentStatus.FORM_SHOWED, PaymentStatus.AUTHORIZED})
PAID = frozenset({PaymentStatus.CONFIRMED, PaymentStatus.PARTIAL_REFUNDED, PaymentStatus.REFUNDED})
_ORDER: Mapping[PaymentStatus, int] = {
    PaymentStatus.NEW: 0,
    PaymentStatus.FORM_SHOWED: 1,
    PaymentStatus.AUTHORIZED: 2,
    # A bank may confirm what we had believed lost: money that came is never refused.
    PaymentStatus.DEADLINE_EXPIRED: 3,
    PaymentStatus.REJECTED: 3,
    PaymentStatus.CANCELED: 3,
    PaymentStatus.CONFIRMED: 4,
    PaymentStatus.PARTIAL_REFUNDED: 5,
    PaymentStatus.REFUNDED: 6,
}


class RefundStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Payment(Model):
    """``order_id`` is the number that clients and the bank know it by, ``provider_id`` the bank's own.

    Amounts are roubles. ``credited_at`` is when the ledger got it: once. ``details`` holds the masked card.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    order_id = fields.CharField(max_length=36, unique=True)
    request_key = fields.CharField(max_length=64, null=True)
    """Digest of the client's Idempotency-Key: the same key is the same payment."""
    provider = fields.CharEnumField(PaymentProvider, max_length=16)
    provider_id = fields.CharField(max_length=64, null=True)
    amount: Decimal = fields.DecimalField(max_digits=18, decimal_places=2)
    refunded: Decimal = fields.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    status = fields.CharEnumField(PaymentStatus, max_length=20, default=PaymentStatus.NEW)
    description = fields.CharField(max_length=250, default="")
    customer_email = fields.CharField(max_length=320, null=True)
    return_url = fields.CharField(max_length=2048, null=True)
    fail_url = fields.CharField(max_length=2048, null=True)
    payment_url = fields.CharField(max_length=2048, null=True)
    terminal_key = fields.CharField(max_length=64, default="")
    error_code = fields.CharField(max_length=64, null=True)
    details: dict[str, Any] = fields.JSONField(default=dict)
    created_by_id: int | None = fields.BigIntField(null=True)
    credited_at: datetime | None = fields.DatetimeField(null=True)
    confirmed_at: datetime | None = fields.DatetimeField(null=True)
    checked_at: datetime | None = fields.DatetimeField(null=True)
    """When the provider was last asked about it."""
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "payments"
        unique_together = (("tenant_id", "request_key"),)
        indexes = (Index(fields=["tenant_id", "id"]), Index(fields=["tenant_id", "status", "id"]))

    def advance(self, status: PaymentStatus) -> bool:
        """Move forward; False for what is older than what is known, whatever order notifications come in."""
        if _ORDER[status] <= _ORDER[self.status]:
            return False
        self.status = status
        return True


class PaymentNotification(Model):
    """What a provider told us, stored once under its ``digest`` and handled once."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    payment_id: int = fields.BigIntField()
    digest = fields.CharField(max_length=64)
    payload: dict[str, Any] = fields.JSONField()
    handled_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "payment_notifications"
        unique_together = (("payment_id", "digest"),)


class Refund(Model):
    """Money on its way back. It leaves the balance when it is asked for, and returns there where the bank refuses."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    payment_id: int = fields.BigIntField(db_index=True)
    amount: Decimal = fields.DecimalField(max_digits=18, decimal_places=2)
    reason = fields.CharField(max_length=250, default="")
    status = fields.CharEnumField(RefundStatus, max_length=8, default=RefundStatus.PENDING)
    provider_id = fields.CharField(max_length=64, null=True)
    error = fields.CharField(max_length=250, null=True)
    created_by_id: int | None = fields.BigIntField(null=True)
    checked_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    finished_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        app = "opora"
        table = "refunds"

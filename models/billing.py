"""The ledger of each tenant's money, append-only, and the balance that is its sum."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class ServiceType(StrEnum):
    """What money was received or spent for."""

    WELCOME_BONUS = "welcome_bonus"
    TOP_UP = "top_up"
    REFUND = "refund"
    WIDGET_MESSAGE = "widget_message"
    TELEGRAM_MESSAGE = "telegram_message"


class Account(Model):
    """A tenant's purse. ``balance`` is the sum of its ledger, kept beside it so that a debit locks one row."""

    tenant_id: int = fields.BigIntField(primary_key=True, generated=False)
    balance: Decimal = fields.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    exhausted_at: datetime | None = fields.DatetimeField(null=True)
    """Since when assistants are silent for want of money; its owner was told then, once."""
    spent: Decimal = fields.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0), db_default=Decimal(0))
    """What services cost so far; like the counts of entries it is kept, because a ledger grows without end."""
    debits: int = fields.BigIntField(default=0, db_default=0)
    credits: int = fields.BigIntField(default=0, db_default=0)
    updated_at: datetime = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "accounts"


class LedgerEntry(Model):
    """One movement: ``amount`` is positive for a credit and negative for a debit.

    ``reference`` says what it is for, such as ``message:7``; a tenant's ledger has it once, so nothing counts twice.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    service_type = fields.CharEnumField(ServiceType, max_length=32)
    amount: Decimal = fields.DecimalField(max_digits=18, decimal_places=2)
    balance_after: Decimal = fields.DecimalField(max_digits=18, decimal_places=2)
    reference = fields.CharField(max_length=96)
    details: dict[str, Any] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "ledger_entries"
        unique_together = (("tenant_id", "reference"),)
        indexes = (Index(fields=["tenant_id", "id"]),)

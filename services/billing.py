"""Billing: a ledger for each tenant, whose sum is the balance. Money is decimal, and no balance goes below zero."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from config.settings import get_settings
from core.errors import InsufficientBalance
from core.money import checked_money
from models.billing import Account, ServiceType
from services.unit_of_work import UnitOfWork

# The lock on the account's row puts the movements of a tenant in a row: what `balance_after` says was true.
_MOVE = """
WITH known AS (
    SELECT amount FROM ledger_entries WHERE tenant_id = $1 AND reference = $4
), moved AS (
    UPDATE accounts SET balance = balance + $3, updated_at = clock_timestamp()
    WHERE tenant_id = $1 AND balance + $3 >= 0 AND NOT EXISTS (SELECT FROM known)
    RETURNING balance
), entered AS (
    INSERT INTO ledger_entries
        (tenant_id, service_type, amount, balance_after, reference, details, created_at)
    SELECT $1, $2, $3, balance, $4, $5::jsonb, clock_timestamp() FROM moved
    RETURNING id
)
SELECT EXISTS (SELECT FROM entered) AS entered, EXISTS (SELECT FROM known) AS known
"""
_OPEN = """
INSERT INTO accounts (tenant_id, balance, updated_at) VALUES ($1, 0, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_SUMMARY = """
SELECT coalesce(sum(amount), 0) AS balance,
    coalesce(sum(amount) FILTER (WHERE service_type = 'welcome_bonus'), 0) AS welcome_bonus,
    coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS spent
FROM ledger_entries WHERE tenant_id = $1
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """``balance`` is the ledger's sum; ``spent`` the sum of its debits, as a positive number. In roubles."""

    balance: Decimal
    welcome_bonus: Decimal
    spent: Decimal


async def balance(uow: UnitOfWork) -> Balance:
    """The present balance of the actor's tenant, from the ledger itself."""
    row = await uow.row(_SUMMARY, uow.tenant_id)
    assert row is not None  # noqa: S101  # an aggregate has one row
    return Balance(**row)


async def welcome(uow: UnitOfWork) -> None:
    """The bonus that a new account begins with, once, of the size that the settings say."""
    bonus = get_settings().billing.welcome_bonus
    if bonus:
        await credit(uow, bonus, ServiceType.WELCOME_BONUS, reference="welcome")


async def credit(
    uow: UnitOfWork, amount: Decimal, service: ServiceType, *, reference: str, details: dict[str, Any] | None = None
) -> bool:
    """Put money in; False where ``reference`` is in the ledger already. Raises InvalidInput."""
    return await _move(uow, checked_money(amount), service, reference, details or {})


async def debit(
    uow: UnitOfWork, amount: Decimal, service: ServiceType, *, reference: str, details: dict[str, Any] | None = None
) -> bool:
    """Take money out; False where ``reference`` is in the ledger already. Raises InvalidInput, InsufficientBalance."""
    return await _move(uow, -checked_money(amount), service, reference, details or {})


async def _move(
    uow: UnitOfWork, amount: Decimal, service: ServiceType, reference: str, details: dict[str, Any]
) -> bool:
    await uow.rows(_OPEN, uow.tenant_id)
    # Taken before the statement that decides, whose snapshot then holds what the last holder of the lock wrote.
    await Account.filter(tenant_id=uow.tenant_id).select_for_update().get()
    row = await uow.row(_MOVE, uow.tenant_id, service, amount, reference, orjson.dumps(details).decode())
    if row is not None and row["entered"]:
        return True
    if row is not None and row["known"]:
        return False
    raise InsufficientBalance

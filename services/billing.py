"""Billing: a ledger for each tenant, whose sum is the balance. Money is decimal, and no balance goes below zero."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from config.settings import get_settings
from core.errors import Forbidden, InsufficientBalance
from core.money import checked_money
from models.billing import Account, ServiceType
from services.unit_of_work import Statements, UnitOfWork

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
_PURSE = """
SELECT coalesce((SELECT balance FROM accounts WHERE tenant_id = $1), 0) AS balance,
    coalesce((SELECT amount FROM ledger_entries WHERE tenant_id = $1 AND reference = 'welcome'), 0) AS welcome_bonus
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """``balance`` is the ledger's sum; ``spent`` the sum of its debits, as a positive number. In roubles."""

    balance: Decimal
    welcome_bonus: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Purse:
    """What an account shows of its money beside a name, in roubles."""

    balance: Decimal = Decimal(0)
    welcome_bonus: Decimal = Decimal(0)


async def balance(uow: UnitOfWork) -> Balance:
    """The present balance of the actor's tenant, from the ledger itself. Raises Forbidden below admin."""
    if not uow.actor.is_admin:
        raise Forbidden
    row = await uow.row(_SUMMARY, uow.tenant_id)
    assert row is not None  # noqa: S101  # an aggregate has one row
    return Balance(**row)


async def own_purse(uow: UnitOfWork) -> Purse:
    """The tenant's money where the actor is its admin, and none of anybody else: two rows, however long the ledger."""
    row = await uow.row(_PURSE, uow.tenant_id) if uow.actor.is_admin else None
    return Purse() if row is None else Purse(**row)


async def welcome(statements: Statements, tenant_id: int) -> None:
    """The bonus that a new account begins with, once, of the size that the settings say."""
    bonus = get_settings().billing.welcome_bonus
    if bonus:
        await _move(statements, tenant_id, bonus, ServiceType.WELCOME_BONUS, "welcome", {})


async def credit(
    uow: UnitOfWork, amount: Decimal, service: ServiceType, *, reference: str, details: dict[str, Any] | None = None
) -> bool:
    """Put money in; False where ``reference`` is in the ledger already. Raises InvalidInput."""
    return await _move(uow, uow.tenant_id, checked_money(amount), service, reference, details or {})


async def debit(
    uow: UnitOfWork, amount: Decimal, service: ServiceType, *, reference: str, details: dict[str, Any] | None = None
) -> bool:
    """Take money out; False where ``reference`` is in the ledger already. Raises InvalidInput, InsufficientBalance."""
    return await _move(uow, uow.tenant_id, -checked_money(amount), service, reference, details or {})


async def _move(
    statements: Statements,
    tenant_id: int,
    amount: Decimal,
    service: ServiceType,
    reference: str,
    details: dict[str, Any],
) -> bool:
    await statements.rows(_OPEN, tenant_id)
    # Taken before the statement that decides, whose snapshot then holds what the last holder of the lock wrote.
    await Account.filter(tenant_id=tenant_id).select_for_update().get()
    row = await statements.row(_MOVE, tenant_id, service, amount, reference, orjson.dumps(details).decode())
    if row is not None and row["entered"]:
        return True
    if row is not None and row["known"]:
        return False
    raise InsufficientBalance

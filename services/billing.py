"""Billing: a ledger for each tenant, whose sum is the balance. Money is decimal, and no balance goes below zero."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from config.settings import get_settings
from core.errors import Forbidden, InsufficientBalance
from core.facts.payments import BalanceRestored
from core.money import checked_money
from models.billing import Account, ServiceType
from services.unit_of_work import Statements, UnitOfWork

# The lock on the account's row puts the movements of a tenant in a row: what `balance_after` says was true.
_MOVE = """
WITH known AS (
    SELECT amount FROM ledger_entries WHERE tenant_id = $1 AND reference = $4
), moved AS (
    UPDATE accounts SET balance = balance + $3, updated_at = clock_timestamp(),
        spent = spent + CASE WHEN $3 < 0 AND $2::text <> 'refund' THEN -$3 ELSE 0 END,
        debits = debits + ($3 < 0)::int, credits = credits + ($3 > 0)::int,
        exhausted_at = CASE WHEN $3 < 0 THEN exhausted_at END
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
INSERT INTO accounts (tenant_id, balance, spent, debits, credits, updated_at)
VALUES ($1, 0, 0, 0, 0, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_SUMMARY = """
SELECT balance, spent,
    coalesce((SELECT amount FROM ledger_entries WHERE tenant_id = $1 AND reference = 'welcome'), 0) AS welcome_bonus,
    (SELECT count(*) FROM payments WHERE tenant_id = $1 AND status IN ('NEW', 'FORM_SHOWED', 'AUTHORIZED'))
        + (SELECT count(*) FROM refunds WHERE tenant_id = $1 AND status = 'pending') AS pending
FROM (VALUES (1)) AS one LEFT JOIN accounts ON tenant_id = $1
"""
_PURSE = """
SELECT coalesce((SELECT balance FROM accounts WHERE tenant_id = $1), 0) AS balance,
    coalesce((SELECT amount FROM ledger_entries WHERE tenant_id = $1 AND reference = 'welcome'), 0) AS welcome_bonus
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """``balance`` is the ledger's sum; ``spent`` what services cost, as a positive number. In roubles.

    ``pending`` counts payments that the bank has not ended, and refunds that it has not answered.
    """

    balance: Decimal
    welcome_bonus: Decimal
    spent: Decimal
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Purse:
    """What an account shows of its money beside a name, in roubles."""

    balance: Decimal = Decimal(0)
    welcome_bonus: Decimal = Decimal(0)


async def balance(uow: UnitOfWork) -> Balance:
    """The money of the actor's tenant, in a few rows however long its ledger is. Raises Forbidden below admin."""
    if not uow.actor.is_admin:
        raise Forbidden
    row = await uow.row(_SUMMARY, uow.tenant_id)
    assert row is not None  # noqa: S101  # the outer join has one
    return Balance(row["balance"] or Decimal(0), row["welcome_bonus"], row["spent"] or Decimal(0), row["pending"])


async def own_purse(uow: UnitOfWork) -> Purse:
    """The tenant's money where the actor is its admin, and none of anybody else: two rows, however long the ledger."""
    row = await uow.row(_PURSE, uow.tenant_id) if uow.actor.is_admin else None
    return Purse() if row is None else Purse(**row)


async def welcome(statements: Statements, tenant_id: int) -> None:
    """The bonus that a new account begins with, once, of the size that the settings say."""
    bonus = get_settings().billing.welcome_bonus
    if bonus:
        await _move(statements, tenant_id, bonus, ServiceType.WELCOME_BONUS, "welcome", {})


async def open_account(statements: Statements, tenant_id: int) -> None:
    """See to it that the tenant has an account; a new one is empty."""
    await statements.rows(_OPEN, tenant_id)


async def credit(
    uow: UnitOfWork, amount: Decimal, service: ServiceType, *, reference: str, details: dict[str, Any] | None = None
) -> bool:
    """Put money in; False where ``reference`` is in the ledger already. Raises InvalidInput."""
    await open_account(uow, uow.tenant_id)
    account = await Account.filter(tenant_id=uow.tenant_id).select_for_update().get()
    entered = await _move(uow, uow.tenant_id, checked_money(amount), service, reference, details or {})
    if entered and account.exhausted_at is not None:
        uow.emit(BalanceRestored())
    return entered


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
    await open_account(statements, tenant_id)
    # Taken before the statement that decides, whose snapshot then holds what the last holder of the lock wrote.
    await Account.filter(tenant_id=tenant_id).select_for_update().get()
    row = await statements.row(_MOVE, tenant_id, service, amount, reference, orjson.dumps(details).decode())
    if row is not None and row["entered"]:
        return True
    if row is not None and row["known"]:
        return False
    raise InsufficientBalance

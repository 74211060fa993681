"""The ledger as people read it: newest first, each movement with its sign and its words."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson

from core.errors import Forbidden
from core.languages import Language
from core.paging import CursorPage, OffsetPage, Slice
from models.billing import ServiceType
from services.unit_of_work import Row, UnitOfWork
from services.wording.texts import wording

_KINDS = {None: "", "debit": "AND amount < 0", "credit": "AND amount > 0"}
# The account counts its entries as they are made: a ledger of a million is not counted for each page.
_PAGE = {
    kind: f"""
WITH page AS (
    SELECT id, amount, service_type, details, created_at FROM ledger_entries
    WHERE tenant_id = $1 {condition} ORDER BY id DESC LIMIT $2 OFFSET $3
)
SELECT counted.total, page.* FROM (
    SELECT coalesce(sum({counts}), 0)::bigint AS total FROM accounts WHERE tenant_id = $1
) AS counted LEFT JOIN page ON true ORDER BY id DESC
"""  # noqa: S608  # the pieces are ours
    for (kind, condition), counts in zip(_KINDS.items(), ("debits + credits", "debits", "credits"), strict=True)
}
_AFTER = {
    kind: f"""
SELECT id, amount, service_type, details, created_at FROM ledger_entries
WHERE tenant_id = $1 AND id < $3 {condition} ORDER BY id DESC LIMIT $2
"""  # noqa: S608  # the pieces are ours
    for kind, condition in _KINDS.items()
}
_FIRST = 2**63 - 1


class TransactionType(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One movement; ``amount`` in roubles is negative for a debit. ``details`` of an answer name its dialog."""

    id: int
    amount: Decimal
    service_type: ServiceType
    details: dict[str, Any]
    created_at: datetime

    @property
    def type(self) -> TransactionType:
        return TransactionType.DEBIT if self.amount < 0 else TransactionType.CREDIT


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """Some movements, and how many there are of that type in all."""

    transactions: list[Transaction]
    total: int


async def list_transactions(uow: UnitOfWork, type_: TransactionType | None, page: OffsetPage) -> TransactionPage:
    """Movements of the tenant's money, newest first. Raises Forbidden below admin."""
    _require_admin(uow)
    rows = await uow.rows(_PAGE[type_], uow.tenant_id, page.limit, page.skip)
    return TransactionPage([_transaction(row) for row in rows if row["id"] is not None], rows[0]["total"])


async def page_transactions(uow: UnitOfWork, type_: TransactionType | None, page: CursorPage) -> Slice[Transaction]:
    """As :func:`list_transactions`, from the one after the cursor on. Raises Forbidden below admin."""
    _require_admin(uow)
    rows = await uow.rows(_AFTER[type_], uow.tenant_id, page.size + 1, page.after or _FIRST)
    return Slice([_transaction(row) for row in rows[: page.size]], has_more=len(rows) > page.size)


def description(transaction: Transaction, language: Language) -> str:
    """What the money moved for, in a few words."""
    returned = transaction.service_type is ServiceType.REFUND and transaction.amount > 0
    key = "ledger_refund_returned" if returned else f"ledger_{transaction.service_type}"
    return wording(language).render(key)


def _transaction(row: Row) -> Transaction:
    details = row["details"]
    return Transaction(
        id=row["id"],
        amount=row["amount"],
        service_type=ServiceType(row["service_type"]),
        details=orjson.loads(details) if isinstance(details, str) else details,
        created_at=row["created_at"],
    )


def _require_admin(uow: UnitOfWork) -> None:
    if not uow.actor.is_admin:
        raise Forbidden

"""💰 Биллинг: the balance, its movements, and topping it up."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from starlette.datastructures import Headers

from core.actor import Actor, Role
from core.languages import Language
from core.paging import OffsetPage
from models.billing import ServiceType
from models.payments import PaymentProvider
from rest.operations import Examples, Group
from rest.replyx import payments_examples as examples
from rest.replyx.payments import IDEMPOTENCY_KEY, CreatedPaymentView
from rest.replyx.words import moment, money
from rest.shapes import Money
from services import billing, payments, transactions
from services.payments import NewPayment
from services.rate_limits import Bucket
from services.transactions import Transaction, TransactionType
from services.unit_of_work import unit_of_work

group = Group("Биллинг", Bucket.OTHER)

_TOP_UP = "Пополнение баланса"
_PROVIDERS = {"tbank": PaymentProvider.TBANK, "yookassa": PaymentProvider.YOOKASSA}
"""Any other method is the configured bank's, on whose page the payer chooses."""


class BalanceView(msgspec.Struct):
    balance: float
    welcome_bonus: float
    total_spent: float
    pending_transactions: int
    currency: Literal["RUB"] = "RUB"


class TransactionView(msgspec.Struct):
    id: int
    type: TransactionType
    amount: float
    description: str
    created_at: datetime
    service_type: ServiceType | None = None
    details: dict[str, Any] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, transaction: Transaction) -> "TransactionView":
        return cls(
            id=transaction.id,
            type=transaction.type,
            amount=money(transaction.amount),
            description=transactions.description(transaction, Language.RUSSIAN),
            service_type=transaction.service_type,
            details=transaction.details,
            created_at=moment(transaction.created_at),
        )


class TransactionsView(msgspec.Struct):
    transactions: list[TransactionView]
    total: int


class TransactionsQuery(msgspec.Struct):
    limit: Annotated[int, msgspec.Meta(ge=1, le=100, description="Лимит записей (1-100)")] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="Смещение")] = 0
    type: Annotated[TransactionType, msgspec.Meta(description="Тип транзакции")] | UnsetType = UNSET


class TopUp(msgspec.Struct):
    amount: Money
    payment_method: Literal["card", "tbank", "yookassa"] = "card"
    return_url: str | None = None


@group.get("/balance", "Баланс пользователя", role=Role.ADMIN, examples=Examples(response=examples.BALANCE))
async def balance(actor: Actor) -> BalanceView:
    async with unit_of_work(actor) as uow:
        standing = await billing.balance(uow)
    return BalanceView(money(standing.balance), money(standing.welcome_bonus), money(standing.spent), standing.pending)


@group.get(
    "/balance/transactions", "История транзакций", role=Role.ADMIN,
    examples=Examples(response=examples.TRANSACTIONS),
)  # fmt: skip
async def balance_transactions(actor: Actor, query: TransactionsQuery) -> TransactionsView:
    chosen = None if query.type is UNSET else query.type
    async with unit_of_work(actor) as uow:
        page = await transactions.list_transactions(uow, chosen, OffsetPage(query.offset, query.limit))
    return TransactionsView([TransactionView.of(one) for one in page.transactions], page.total)


@group.post(
    "/balance/top-up", "Пополнение баланса", role=Role.ADMIN, bucket=Bucket.TOP_UP, status=201,
    errors=(409,), resumes=True,
    examples=Examples(examples.TOP_UP, examples.CREATED),
)  # fmt: skip
async def top_up_balance(actor: Actor, body: TopUp, headers: Headers) -> CreatedPaymentView:
    """Создаёт платёж, как `/payments/create`; баланс пополнится, когда банк его подтвердит."""
    wanted = NewPayment(
        amount=body.amount,
        description=_TOP_UP,
        return_url=body.return_url,
        provider=_PROVIDERS.get(body.payment_method),
        request_key=headers.get(IDEMPOTENCY_KEY),
    )
    return CreatedPaymentView.of(await payments.top_up(actor, wanted))

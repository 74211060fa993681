"""💳 Платежи (Tinkoff): created, watched, notified, refunded. `provider`, which the document does not have, is ours."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from core.actor import Actor, Role
from core.paging import OffsetPage
from models.payments import PAID, Payment, PaymentProvider, PaymentStatus
from rest.operations import Examples, Group, Origin
from rest.replyx import payments_examples as examples
from rest.replyx.words import moment, money
from rest.shapes import Money
from services import payment_notifications, payments, refunds
from services.payments import NewPayment
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Платежи (Tinkoff)", Bucket.OTHER)

IDEMPOTENCY_KEY = "idempotency-key"
_NOTIFICATION_LIMIT = 64 * 1024
"""A bank's notification is a kilobyte or two."""
_OK = "OK"
"""What T-Bank wants to hear; YooKassa reads the status alone."""


class PaymentCreation(msgspec.Struct):
    amount: Money
    description: str = ""
    return_url: str | None = None
    fail_url: str | None = None
    customer_email: str | None = None
    provider: PaymentProvider | None = None


class CreatedPaymentView(msgspec.Struct):
    payment_id: str
    payment_url: str | None
    amount: float
    status: PaymentStatus
    terminal_key: str
    created_at: datetime

    @classmethod
    def of(cls, payment: Payment) -> "CreatedPaymentView":
        return cls(
            payment_id=payment.order_id,
            payment_url=payment.payment_url,
            amount=money(payment.amount),
            status=payment.status,
            terminal_key=payment.terminal_key,
            created_at=moment(payment.created_at),
        )


class CardView(msgspec.Struct):
    """The card as the bank masks it; nulls until it is known."""

    pan: str | None
    exp_date: str | None
    card_id: str | None


class PaymentStatusView(msgspec.Struct):
    """``refunded`` is what went back so far, with what is on its way."""

    payment_id: str
    status: PaymentStatus
    amount: float
    success: bool
    error_code: str | None
    details: CardView
    confirmed_at: datetime | None
    refunded: float = 0.0

    @classmethod
    def of(cls, payment: Payment) -> "PaymentStatusView":
        card = payment.details
        return cls(
            payment_id=payment.order_id,
            status=payment.status,
            amount=money(payment.amount),
            success=payment.status in PAID,
            error_code=payment.error_code,
            details=CardView(card.get("pan"), card.get("exp_date"), card.get("card_id")),
            confirmed_at=moment(payment.confirmed_at) if payment.confirmed_at else None,
            refunded=money(payment.refunded),
        )


class PaymentView(msgspec.Struct):
    payment_id: str
    amount: float
    status: PaymentStatus
    description: str
    created_at: datetime
    confirmed_at: datetime | None

    @classmethod
    def of(cls, payment: Payment) -> "PaymentView":
        return cls(
            payment_id=payment.order_id,
            amount=money(payment.amount),
            status=payment.status,
            description=payment.description,
            created_at=moment(payment.created_at),
            confirmed_at=moment(payment.confirmed_at) if payment.confirmed_at else None,
        )


class PaymentsView(msgspec.Struct):
    payments: list[PaymentView]
    total: int
    has_more: bool


class HistoryQuery(msgspec.Struct):
    limit: Annotated[int, msgspec.Meta(ge=1, le=100, description="Лимит записей (1-100)")] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="Смещение для пагинации")] = 0
    status: Annotated[PaymentStatus, msgspec.Meta(description="Фильтр по статусу")] | UnsetType = UNSET


class RefundRequest(msgspec.Struct):
    """Without ``amount`` all that is left of the payment goes back."""

    amount: Money | None = None
    reason: str = ""


@group.post(
    "/payments/create", "Создание платежа в системе Т-Банк", role=Role.ADMIN, status=201, errors=(409,), resumes=True,
    examples=Examples(examples.NEW, examples.CREATED),
)  # fmt: skip
async def create_payment(actor: Actor, body: PaymentCreation, headers: Headers) -> CreatedPaymentView:
    """Один и тот же заголовок `Idempotency-Key` - один и тот же платёж. `provider`: `tbank` или `yookassa`."""
    wanted = NewPayment(
        amount=body.amount,
        description=body.description,
        customer_email=body.customer_email,
        return_url=body.return_url,
        fail_url=body.fail_url,
        provider=body.provider,
        request_key=headers.get(IDEMPOTENCY_KEY),
    )
    return CreatedPaymentView.of(await payments.create(actor, wanted))


@group.get(
    "/payments/history", "История платежей пользователя", role=Role.ADMIN,
    examples=Examples(response=examples.HISTORY),
)  # fmt: skip
async def payment_history(actor: Actor, query: HistoryQuery) -> PaymentsView:
    status = None if query.status is UNSET else query.status
    async with unit_of_work(actor) as uow:
        page = await payments.list_payments(uow, status, OffsetPage(query.offset, query.limit))
    return PaymentsView([PaymentView.of(payment) for payment in page.payments], page.total, page.has_more)


@group.get(
    "/payments/{payment_id}/status", "Получение статуса платежа", role=Role.ADMIN, errors=(404,),
    examples=Examples(response=examples.STATUS),
)  # fmt: skip
async def payment_status(actor: Actor, payment_id: str) -> PaymentStatusView:
    return PaymentStatusView.of(await payments.status(actor, payment_id))


@group.post(
    "/payments/{payment_id}/refund", "Возврат платежа (только для админов)", role=Role.SUPERADMIN,
    errors=(402, 404, 409), examples=Examples(examples.REFUND, examples.STATUS),
)  # fmt: skip
async def refund_payment(actor: Actor, payment_id: str, body: RefundRequest) -> PaymentStatusView:
    """Сумма сразу списывается с баланса; если банк откажет, она вернётся на баланс."""
    payment, _ = await refunds.request(actor, payment_id, amount=body.amount, reason=body.reason)
    return PaymentStatusView.of(payment)


@group.post(
    "/payments/webhook", "Обработка уведомлений от Т-Банк", role=None, bucket=Bucket.WEBHOOK,
    errors=(400, 403, 404, 413), body_limit=_NOTIFICATION_LIMIT, examples=Examples(examples.NOTIFICATION),
)  # fmt: skip
async def tbank_webhook(raw: bytes, origin: Origin) -> PlainTextResponse:
    """Проверяются сеть отправителя, подпись, терминал, заказ и сумма; ответ - `OK`."""
    await payment_notifications.accept(PaymentProvider.TBANK, raw, origin.address)
    return PlainTextResponse(_OK)


@group.post(
    "/payments/webhook/yookassa", "Обработка уведомлений от ЮKassa", role=None, bucket=Bucket.WEBHOOK,
    errors=(400, 403, 404, 413), body_limit=_NOTIFICATION_LIMIT,
)  # fmt: skip
async def yookassa_webhook(raw: bytes, origin: Origin) -> PlainTextResponse:
    """Проверяется сеть отправителя; верят только ответу API ЮKassa."""
    await payment_notifications.accept(PaymentProvider.YOOKASSA, raw, origin.address)
    return PlainTextResponse(_OK)

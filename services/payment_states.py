"""What a bank says of a payment, brought to our books: credited once, whatever is told in whatever order."""

from decimal import Decimal

import structlog

from core import clock
from core.facts.payments import PaymentMoved, RefundUncovered
from integrations.payments.port import BankState
from models.billing import Account, ServiceType
from models.payments import PAID, Payment, PaymentStatus, Refund, RefundStatus
from models.tenants import Tenant
from services import billing, charges, mail
from services.mail_templates import Template
from services.unit_of_work import UnitOfWork

_GIVEN_BACK = frozenset({PaymentStatus.PARTIAL_REFUNDED, PaymentStatus.REFUNDED})
_LOST = frozenset({PaymentStatus.REJECTED, PaymentStatus.CANCELED, PaymentStatus.DEADLINE_EXPIRED})
IN_THE_BANK = "refunded by the bank"
"""The reason of a refund that somebody made in the bank's own cabinet."""
logger = structlog.get_logger(__name__)


async def locked(payment_id: int) -> Payment:
    """The payment, held until the unit of work ends: whoever changes one holds it."""
    return await Payment.filter(id=payment_id).select_for_update().get()


async def settle(uow: UnitOfWork, payment: Payment, state: BankState) -> bool:
    """Bring a locked payment to what its bank says; False where that is not about it, and nothing is believed.

    Money that was paid is credited under ``payment:<order>``; money that went back without us is debited as far as
    there is a balance.
    """
    status = PaymentStatus(state.status)
    if not _is_about(state, payment, status):
        logger.error("payment_differs", order=payment.order_id, status=status, amount=str(state.amount))
        return False
    if _is_of_another_try(state, payment, status):
        logger.info("payment_of_another_try", order=payment.order_id, status=status)
        return False
    moved = payment.advance(status)
    if payment.provider_id is None or status in PAID:
        payment.provider_id = state.provider_id
    if moved:
        payment.error_code = state.error_code if status in _LOST else None
    payment.details = {**payment.details, **state.card}
    if status in PAID:
        await _credit(uow, payment)
    if status in _GIVEN_BACK:
        await _account(uow, payment, await _refunded_in_all(payment, status, state))
    await payment.save()
    if moved:
        uow.emit(PaymentMoved(payment.id, status=payment.status))
    return True


async def take_back(uow: UnitOfWork, refund: Refund, payment: Payment, error: str) -> None:
    """The bank refused a refund: its money returns to the balance. Both rows are locked; the payment is not saved."""
    refund.status, refund.error, refund.finished_at = RefundStatus.FAILED, error[:250], clock.now()
    await refund.save()
    await billing.credit(
        uow,
        refund.amount,
        ServiceType.REFUND,
        reference=f"refund:{refund.id}:returned",
        details={"order_id": payment.order_id},
    )
    payment.refunded -= refund.amount


async def tell_owner(uow: UnitOfWork, template: Template, payment: Payment, amount: Decimal) -> None:
    """An e-mail about money that came or went, to whom the account is."""
    owner = await charges.owner_of(uow.tenant_id)
    if owner is None or owner.email is None:
        return
    tenant, account = await Tenant.get(id=uow.tenant_id), await Account.get(tenant_id=uow.tenant_id)
    values = {"amount": f"{amount:.2f}", "balance": f"{account.balance:.2f}", "order": payment.order_id}
    await mail.queue(uow, template=template, recipient=owner.email, language=tenant.language, values=values)


def _is_of_another_try(state: BankState, payment: Payment, status: PaymentStatus) -> bool:
    """A bank that was asked twice, for its first answer got lost, has two payments of an order. Nobody can pay the
    other one, and its end is not the end of ours; money is money, whichever it came by.
    """
    return status not in PAID and payment.provider_id not in (None, state.provider_id)


def _is_about(state: BankState, payment: Payment, status: PaymentStatus) -> bool:
    """What went back may have left a smaller sum; everything else has the sum that was asked for."""
    amount_fits = 0 <= state.amount <= payment.amount if status in _GIVEN_BACK else state.amount == payment.amount
    return amount_fits and state.order_id in (None, payment.order_id)


async def _credit(uow: UnitOfWork, payment: Payment) -> None:
    if payment.credited_at is not None:
        return
    payment.credited_at = payment.confirmed_at = clock.now()
    credited = await billing.credit(
        uow,
        payment.amount,
        ServiceType.TOP_UP,
        reference=f"payment:{payment.order_id}",
        details={"order_id": payment.order_id},
    )
    if credited:
        await tell_owner(uow, Template.PAYMENT_RECEIVED, payment, payment.amount)


async def _refunded_in_all(payment: Payment, status: PaymentStatus, state: BankState) -> Decimal:
    """What went back so far, by the bank's word."""
    if state.refunded is not None:
        return min(state.refunded, payment.amount)
    if status is PaymentStatus.REFUNDED:
        return payment.amount
    # T-Bank tells "the present amount of the transaction", which terminals have been seen to fill with the refund's.
    gone = payment.amount - state.amount
    asked = Refund.filter(payment_id=payment.id).exclude(status=RefundStatus.FAILED)
    ours = [refund.amount for refund in await asked]
    return payment.refunded if state.amount in (payment.refunded, *ours) else gone


async def _account(uow: UnitOfWork, payment: Payment, gone: Decimal) -> None:
    """Account for what went back without our asking. A debt has no place in the ledger: people are told of it."""
    foreign = gone - payment.refunded
    if foreign <= 0:
        return
    account = await Account.filter(tenant_id=uow.tenant_id).select_for_update().get()
    covered = min(account.balance, foreign)
    missing = foreign - covered
    refund = await Refund.create(
        tenant_id=uow.tenant_id,
        payment_id=payment.id,
        amount=foreign,
        reason=IN_THE_BANK,
        status=RefundStatus.DONE,
        error=f"The balance did not cover {missing:.2f}" if missing else None,
        finished_at=clock.now(),
    )
    payment.refunded += foreign
    if covered:
        details = {"order_id": payment.order_id}
        await billing.debit(uow, covered, ServiceType.REFUND, reference=f"refund:{refund.id}", details=details)
    if missing:
        logger.error("refund_uncovered", order=payment.order_id, missing=str(missing))
        uow.emit(RefundUncovered(payment.id, missing=f"{missing:.2f}"))

"""Refunds: the money leaves the balance first, then the bank is asked to give it back, and what it refuses returns."""

from dataclasses import dataclass
from decimal import Decimal

from core import clock
from core.actor import Actor, Role, system_actor
from core.errors import Forbidden
from core.facts.payments import PaymentMoved, RefundRequested
from core.refusals.payments import InvalidPaymentAmount, PaymentAlreadyProcessed, PaymentNotFound
from core.text import checked_text, is_storable
from integrations.payments.port import BankRefused, BankState, RefundAnswer
from models.billing import ServiceType
from models.payments import PAID, Payment, PaymentStatus, Refund, RefundStatus
from services import billing, jobs, payment_states
from services.jobs import RunningJob
from services.mail_templates import Template
from services.payments import checked_amount
from services.providers import providers
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work, unit_of_work

_MOST_REASON = 250
_TENANT = "SELECT tenant_id FROM payments WHERE order_id = $1"


async def request(
    actor: Actor, order_id: str, *, amount: Decimal | int | str | None = None, reason: str = ""
) -> tuple[Payment, Refund]:
    """Give back ``amount`` roubles of a payment of any tenant, or what is left of it; a job asks the bank.

    Raises Forbidden below superadmin, PaymentNotFound, InvalidInput, InvalidPaymentAmount for more than is left,
    PaymentAlreadyProcessed where nothing was paid or nothing is left, InsufficientBalance.
    """
    if not actor.is_superadmin:
        raise Forbidden
    text = checked_text(reason, field="reason", most=_MOST_REASON)
    asked = None if amount is None else checked_amount(amount)
    there = Actor(await _tenant_of(order_id), Role.SUPERADMIN, actor.user_id)
    async with unit_of_work(there) as uow:
        payment = await Payment.filter(order_id=order_id).select_for_update().get()
        left = payment.amount - payment.refunded
        if payment.status not in PAID or left <= 0:
            raise PaymentAlreadyProcessed("The payment was not paid, or is refunded already")
        if asked is not None and asked > left:
            raise InvalidPaymentAmount(f"amount must be at most {left}, which is left of the payment", field="amount")
        return payment, await _reserve(uow, payment, asked or left, text)


async def _tenant_of(order_id: str) -> int:
    if not is_storable(order_id):
        raise PaymentNotFound
    async with system_unit_of_work(SystemReason.PAYMENTS) as statements:
        row = await statements.row(_TENANT, order_id)
    if row is None:
        raise PaymentNotFound(order_id)
    return int(row["tenant_id"])


async def _reserve(uow: UnitOfWork, payment: Payment, amount: Decimal, reason: str) -> Refund:
    refund = await Refund.create(
        tenant_id=uow.tenant_id,
        payment_id=payment.id,
        amount=amount,
        reason=reason,
        created_by_id=uow.actor.user_id,
    )
    details = {"order_id": payment.order_id}
    await billing.debit(uow, amount, ServiceType.REFUND, reference=f"refund:{refund.id}", details=details)
    payment.refunded += amount
    await payment.save(update_fields=["refunded", "updated_at"])
    uow.emit(RefundRequested(refund.id))
    return refund


@dataclass(frozen=True, slots=True)
class Asking:
    """A refund that the bank is to be asked for; ``again`` where that was begun before."""

    refund: Refund
    payment: Payment
    again: bool


async def pending(refund_id: int) -> Asking | None:
    """A refund that is to be carried out; noted as begun. None where it is over."""
    refund = await Refund.filter(id=refund_id).select_for_update().get()
    if refund.status is not RefundStatus.PENDING:
        return None
    again, refund.checked_at = refund.checked_at is not None, clock.now()
    await refund.save(update_fields=["checked_at"])
    return Asking(refund, await Payment.get(id=refund.payment_id), again)


async def carry_out(job: RunningJob, asking: Asking) -> None:
    """Ask the bank for a refund and end the job. One that the bank is still at stays pending, to be asked about later.

    Raises Unavailable, for another attempt.
    """
    refund, payment = asking.refund, asking.payment
    gateway = providers().payments.gateway(payment.provider.value)
    number = payment.provider_id or ""
    try:
        answer = await gateway.refund(number, refund.amount, key=f"refund-{refund.id}", again=asking.again)
    except BankRefused as refused:
        # A refusal may mean that the money went back before, or does so now: what the bank says of the payment decides.
        state = await gateway.state(payment.order_id, number)
        if state is None or not state.refunding:
            await _fail(job, refund.id, refused, state)
            return
        answer = RefundAnswer(done=False)
    await _end(job, refund.id, answer)


async def _end(job: RunningJob, refund_id: int, answer: RefundAnswer) -> None:
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        payment, refund = await _locked(refund_id)
        refund.provider_id = answer.provider_id
        if answer.done and refund.status is RefundStatus.PENDING:
            refund.status, refund.finished_at = RefundStatus.DONE, clock.now()
            whole = payment.refunded == payment.amount and not await _others_pending(refund)
            if payment.advance(PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIAL_REFUNDED):
                uow.emit(PaymentMoved(payment.id, status=payment.status))
            await payment.save()
            await payment_states.tell_owner(uow, Template.REFUND_DONE, payment, refund.amount)
        await refund.save()
        await jobs.finish(uow, job)


async def _fail(job: RunningJob, refund_id: int, refused: BankRefused, state: BankState | None) -> None:
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        payment, refund = await _locked(refund_id)
        if refund.status is RefundStatus.PENDING:
            await payment_states.take_back(uow, refund, payment, refused.message)
            await payment.save()
            uow.emit(PaymentMoved(payment.id, status=payment.status))
            if state is not None:
                await payment_states.settle(uow, payment, state)
        await jobs.finish(uow, job)


async def _locked(refund_id: int) -> tuple[Payment, Refund]:
    """The payment first, as everywhere."""
    payment_id = (await Refund.get(id=refund_id)).payment_id
    payment = await payment_states.locked(payment_id)
    return payment, await Refund.filter(id=refund_id).select_for_update().get()


async def _others_pending(refund: Refund) -> bool:
    others = Refund.filter(payment_id=refund.payment_id, status=RefundStatus.PENDING)
    return await others.exclude(id=refund.id).exists()

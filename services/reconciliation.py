"""Payments and refunds that stay open: whoever forgot to tell us is asked, rarer as they grow old."""

from datetime import timedelta

import structlog

from core import clock
from core.actor import system_actor
from core.errors import Unavailable
from core.facts.payments import PaymentCheckDue, PaymentMoved, RefundRequested
from integrations.payments.port import BankRefused
from models.payments import OPEN, Payment, PaymentStatus
from services import jobs, payment_states, payments
from services.jobs import RunningJob
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work

EVERY_S = 15.0
_MOST = 50
"""Payments, and refunds, of one run."""
_UNKNOWN_FOR = timedelta(hours=1)
"""A payment that the bank does not know by then never reached it: nobody can pay it."""
_UNPAID_FOR = timedelta(days=7)
# First after a minute, then after a sixth of the age at the time, once an hour in the end.
_OPEN_PAYMENTS = """
SELECT id, tenant_id FROM payments
WHERE status IN ('NEW', 'FORM_SHOWED', 'AUTHORIZED') AND created_at < clock_timestamp() - interval '1 min'
    AND (checked_at IS NULL OR clock_timestamp() - checked_at
        > least(greatest((clock_timestamp() - created_at) / 6, interval '30 s'), interval '1 h'))
ORDER BY checked_at NULLS FIRST, id LIMIT $1
"""
_PENDING_REFUNDS = """
SELECT id, tenant_id FROM refunds
WHERE status = 'pending' AND coalesce(checked_at, created_at) < clock_timestamp() - interval '10 min'
ORDER BY checked_at NULLS FIRST, id LIMIT $1
"""
_MARK_PAYMENT = "UPDATE payments SET checked_at = clock_timestamp() WHERE id = $1 AND status = ANY($2) RETURNING id"
_MARK_REFUND = """
UPDATE refunds SET checked_at = clock_timestamp() WHERE id = $1 AND status = 'pending' RETURNING id
"""
logger = structlog.get_logger(__name__)


async def ask_about_open() -> int:
    """Have jobs ask the banks about what is due; returns about how many."""
    async with system_unit_of_work(SystemReason.PAYMENTS) as statements:
        due = await statements.rows(_OPEN_PAYMENTS, _MOST)
        pending = await statements.rows(_PENDING_REFUNDS, _MOST)
    for row in due:
        async with unit_of_work(system_actor(row["tenant_id"])) as uow:
            if await uow.row(_MARK_PAYMENT, row["id"], [status.value for status in OPEN]):
                uow.emit(PaymentCheckDue(row["id"]))
    for row in pending:
        async with unit_of_work(system_actor(row["tenant_id"])) as uow:
            if await uow.row(_MARK_REFUND, row["id"]):
                uow.emit(RefundRequested(row["id"]))
    return len(due) + len(pending)


async def still_open(payment_id: int) -> Payment | None:
    """None where there is nothing to ask about it any more."""
    payment = await Payment.get(id=payment_id)
    return payment if payment.status in OPEN else None


async def check(job: RunningJob, payment: Payment) -> None:
    """Ask the bank about an open payment, and end the job: a bank that does not answer is asked by the next run."""
    actor, answered = system_actor(job.tenant_id), True
    try:
        payment = await payments.ask(actor, payment)
    except (BankRefused, Unavailable) as error:
        answered = False
        logger.warning("payment_not_asked", order=payment.order_id, error=error.message)
    async with unit_of_work(actor) as uow:
        if answered and _is_over(payment):
            present = await payment_states.locked(payment.id)
            if _is_over(present) and present.advance(PaymentStatus.DEADLINE_EXPIRED):
                await present.save()
                uow.emit(PaymentMoved(present.id, status=present.status))
        await jobs.finish(uow, job)


def _is_over(payment: Payment) -> bool:
    """Whether nobody will pay it any more, as far as its bank has just said. Authorised money is never given up."""
    age = clock.now() - payment.created_at
    waits = payment.status in (PaymentStatus.NEW, PaymentStatus.FORM_SHOWED)
    return waits and age > (_UNKNOWN_FOR if payment.provider_id is None else _UNPAID_FOR)

"""What follows from banks' notifications, refunds and payments that stay open."""

from models.payments import Payment
from services import payment_notifications, reconciliation, refunds
from services.jobs import RunningJob
from services.payment_notifications import Told
from services.refunds import Asking
from services.unit_of_work import UnitOfWork
from workers.task import two_step_task

NOTIFIED = "payments.notified"
REFUND = "payments.refund"
CHECK = "payments.check"
_LEASE_S = 60.0
_LIMIT_S = 120.0


async def _told(_uow: UnitOfWork, job: RunningJob) -> Told | None:
    payment_id, notification_id = int(job.args["payment_id"]), int(job.args["notification_id"])
    return await payment_notifications.unhandled(payment_id, notification_id)


@two_step_task(NOTIFIED, _told, max_attempts=20, lease_s=_LEASE_S, time_limit_s=_LIMIT_S)
async def notified(job: RunningJob, told: Told) -> None:
    """Bring a payment to what its bank told."""
    await payment_notifications.handle(job, told)


async def _pending(_uow: UnitOfWork, job: RunningJob) -> Asking | None:
    return await refunds.pending(int(job.args["refund_id"]))


@two_step_task(REFUND, _pending, lease_s=_LEASE_S, time_limit_s=_LIMIT_S)
async def refund(job: RunningJob, asking: Asking) -> None:
    """Ask the bank to give money back. What gets no answer in time stays pending, and is asked about later."""
    await refunds.carry_out(job, asking)


async def _still_open(_uow: UnitOfWork, job: RunningJob) -> Payment | None:
    return await reconciliation.still_open(int(job.args["payment_id"]))


@two_step_task(CHECK, _still_open, lease_s=_LEASE_S, time_limit_s=_LIMIT_S)
async def check(job: RunningJob, payment: Payment) -> None:
    """Ask the bank about a payment that stays open."""
    await reconciliation.check(job, payment)

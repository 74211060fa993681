"""What follows from banks' notifications, refunds and payments that stay open."""

from services import payment_notifications, reconciliation, refunds
from services.jobs import RunningJob
from workers.task import task

NOTIFIED = "payments.notified"
REFUND = "payments.refund"
CHECK = "payments.check"
_LEASE_S = 60.0
_LIMIT_S = 120.0


@task(NOTIFIED, max_attempts=20, lease_s=_LEASE_S, time_limit_s=_LIMIT_S)
async def notified(job: RunningJob) -> None:
    """Bring a payment to what its bank told."""
    await payment_notifications.handle(
        job, payment_id=int(job.args["payment_id"]), notification_id=int(job.args["notification_id"])
    )


@task(REFUND, lease_s=_LEASE_S, time_limit_s=_LIMIT_S)
async def refund(job: RunningJob) -> None:
    """Ask the bank to give money back. What gets no answer in time stays pending, and is asked about later."""
    await refunds.carry_out(job, refund_id=int(job.args["refund_id"]))


@task(CHECK, lease_s=_LEASE_S, time_limit_s=_LIMIT_S)
async def check(job: RunningJob) -> None:
    """Ask the bank about a payment that stays open."""
    await reconciliation.check(job, payment_id=int(job.args["payment_id"]))

"""Telling companies' own servers of what happens."""

from services import webhook_sending
from services.jobs import RunningJob
from services.unit_of_work import PUBLISH, UnitOfWork
from workers.lots import rows_task
from workers.task import task

DELIVER = "webhooks.deliver"

# The row of a delivery counts its attempts; these are more, for a worker that dies in the middle of one.
_ATTEMPTS = 40


@rows_task(PUBLISH)
async def publish(uow: UnitOfWork, job: RunningJob) -> None:
    """Write an event down for the endpoints that want it."""
    await webhook_sending.publish(uow, event=str(job.args["event"]), fact=job.args["fact"], at=str(job.args["at"]))


@task(DELIVER, max_attempts=_ATTEMPTS, time_limit_s=60.0)
async def deliver(job: RunningJob) -> None:
    """Send one event to one endpoint."""
    await webhook_sending.deliver(job, delivery_id=int(job.args["delivery_id"]), in_round=int(job.args["round"]))

"""Telling companies' own servers of what happens."""

from integrations.webhooks import Outgoing
from services import webhook_sending
from services.jobs import RunningJob
from services.unit_of_work import PUBLISH, UnitOfWork
from workers.lots import rows_task
from workers.task import two_step_task

DELIVER = "webhooks.deliver"

# The row of a delivery counts its attempts; these are more, for a worker that dies in the middle of one.
_ATTEMPTS = 40


@rows_task(PUBLISH)
async def publish(uow: UnitOfWork, job: RunningJob) -> None:
    """Write an event down for the endpoints that want it."""
    await webhook_sending.publish(uow, event=str(job.args["event"]), fact=job.args["fact"], at=str(job.args["at"]))


async def _due(_uow: UnitOfWork, job: RunningJob) -> Outgoing | None:
    return await webhook_sending.due(*_delivery(job))


@two_step_task(DELIVER, _due, max_attempts=_ATTEMPTS, time_limit_s=60.0)
async def deliver(job: RunningJob, outgoing: Outgoing) -> None:
    """Send one event to one endpoint."""
    delivery_id, in_round = _delivery(job)
    await webhook_sending.deliver(job, outgoing, delivery_id=delivery_id, in_round=in_round)


def _delivery(job: RunningJob) -> tuple[int, int]:
    return int(job.args["delivery_id"]), int(job.args["round"])

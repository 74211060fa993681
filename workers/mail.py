"""Sending e-mail."""

from models.mail import Mail
from services import mail
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from workers.task import two_step_task

SEND = "mail.send"

# Greylisting servers take an e-mail after minutes: these attempts go on for more than an hour.
_ATTEMPTS = 24


async def _unsent(_uow: UnitOfWork, job: RunningJob) -> Mail | None:
    return await mail.unsent(int(job.args["mail_id"]))


@two_step_task(SEND, _unsent, max_attempts=_ATTEMPTS)
async def send(job: RunningJob, found: Mail) -> None:
    """Hand one e-mail to the mail server."""
    await mail.send(job, found)

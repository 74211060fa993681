"""Sending e-mail."""

from services import mail
from services.jobs import RunningJob
from workers.task import task

SEND = "mail.send"

# Greylisting servers take an e-mail after minutes: these attempts go on for more than an hour.
_ATTEMPTS = 24


@task(SEND, max_attempts=_ATTEMPTS)
async def send(job: RunningJob) -> None:
    """Hand one e-mail to the mail server."""
    await mail.send(job, mail_id=int(job.args["mail_id"]))

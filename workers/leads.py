"""What follows a new lead."""

from services import lead_notices
from services.jobs import RunningJob
from workers.task import task

NOTIFY = "leads.notify"


@task(NOTIFY)
async def notify(job: RunningJob) -> None:
    """Tell the company's Telegram chat, where it has set one."""
    await lead_notices.notify(job, lead_id=int(job.args["lead_id"]))

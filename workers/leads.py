"""What follows a new lead."""

from services import lead_notices
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from workers.lots import rows_task

NOTIFY = "leads.notify"


@rows_task(NOTIFY)
async def notify(uow: UnitOfWork, job: RunningJob) -> None:
    """Tell the company's Telegram chat, where it has set one."""
    await lead_notices.notify(uow, lead_id=int(job.args["lead_id"]))

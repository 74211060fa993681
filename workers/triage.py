"""New tickets are looked at, and the classifiers follow what people decide."""

from services import classifiers, triaging
from services.jobs import RunningJob
from workers.task import task

TICKET = "triage.ticket"
FIT = "triage.fit"


@task(TICKET, time_limit_s=120.0)
async def look_at(job: RunningJob) -> None:
    """Category, tone and language of a new ticket."""
    await triaging.look_at(job, int(job.args["ticket_id"]))


@task(FIT, time_limit_s=600.0)
async def fit(job: RunningJob) -> None:
    """The tenant's classifier, from the shipped examples, its own categories and what people corrected."""
    await classifiers.fit(job)

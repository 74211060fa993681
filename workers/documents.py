"""Uploaded documents become knowledge."""

from services import document_reading
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from workers.lots import rows_task
from workers.task import task

READ = "documents.read"
GIVE_UP = "documents.give_up"
FORGET = "documents.forget_file"


@task(READ, time_limit_s=1800.0, amends=GIVE_UP)
async def read(job: RunningJob) -> None:
    """Read, cut and embed a document."""
    await document_reading.read(job, int(job.args["document_id"]))


@rows_task(GIVE_UP)
async def give_up(uow: UnitOfWork, job: RunningJob) -> None:
    """Tell that a document could not be read."""
    await document_reading.refuse(uow, int(job.args["document_id"]), document_reading.GAVE_UP)


@task(FORGET)
async def forget_file(job: RunningJob) -> None:
    """Remove the stored file of a document that was read or is gone."""
    await document_reading.forget_file(job, str(job.args["storage_key"]))

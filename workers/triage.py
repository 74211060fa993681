"""New tickets are looked at, and the classifiers follow what people decide."""

from models.tickets import Ticket
from services import classifiers, triaging
from services.classifiers import Material
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from workers.task import two_step_task

TICKET = "triage.ticket"
FIT = "triage.fit"


async def _find(_uow: UnitOfWork, job: RunningJob) -> Ticket | None:
    return await triaging.find(int(job.args["ticket_id"]))


@two_step_task(TICKET, _find, time_limit_s=120.0)
async def look_at(job: RunningJob, ticket: Ticket) -> None:
    """Category, tone and language of a new ticket."""
    await triaging.look_at(job, ticket)


@two_step_task(FIT, classifiers.gather, time_limit_s=600.0)
async def fit(job: RunningJob, material: Material) -> None:
    """The tenant's classifier, from the shipped examples, its own categories and what people corrected."""
    await classifiers.fit(job, material)

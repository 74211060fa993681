"""Questions that no knowledge answered are put with those that ask the same."""

from models.unanswered import UnansweredQuestion
from services import unanswered
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from workers.task import two_step_task

GROUP = "unanswered.group"


async def _find(_uow: UnitOfWork, job: RunningJob) -> UnansweredQuestion | None:
    return await unanswered.ungrouped(int(job.args["question_id"]))


@two_step_task(GROUP, _find, time_limit_s=120.0)
async def group(job: RunningJob, question: UnansweredQuestion) -> None:
    """Find the group of a question, or begin one."""
    await unanswered.group(job, question)

"""What follows a request for an operator."""

from services import handoff_priorities
from services.handoff_priorities import Asked
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from workers.task import two_step_task

PRIORITISE = "handoffs.prioritise"


async def _look_at(_uow: UnitOfWork, job: RunningJob) -> Asked | None:
    return None if job.args["priority_given"] else await handoff_priorities.look_at(int(job.args["handoff_id"]))


@two_step_task(PRIORITISE, _look_at, time_limit_s=120.0, max_attempts=3)
async def prioritise(job: RunningJob, asked: Asked) -> None:
    """The priority of a new handoff, where nobody gave it one."""
    await handoff_priorities.prioritise(job, asked)

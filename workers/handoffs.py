"""What follows a request for an operator."""

from services import handoff_priorities
from services.jobs import RunningJob
from workers.task import task

PRIORITISE = "handoffs.prioritise"


@task(PRIORITISE, time_limit_s=120.0, max_attempts=3)
async def prioritise(job: RunningJob) -> None:
    """The priority of a new handoff, where nobody gave it one."""
    if not job.args["priority_given"]:
        await handoff_priorities.look_at(job, int(job.args["handoff_id"]))

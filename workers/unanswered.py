"""Questions that no knowledge answered are put with those that ask the same."""

from services import unanswered
from services.jobs import RunningJob
from workers.task import task

GROUP = "unanswered.group"


@task(GROUP, time_limit_s=120.0)
async def group(job: RunningJob) -> None:
    """Find the group of a question, or begin one."""
    await unanswered.group(job, int(job.args["question_id"]))

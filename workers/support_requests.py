"""What follows an answer to a company's request."""

from services import support_notices
from services.jobs import RunningJob
from workers.task import task

TELL = "support_requests.tell"


@task(TELL)
async def tell(job: RunningJob) -> None:
    """Tell the request's author by e-mail."""
    await support_notices.tell_author(job, ticket_id=int(job.args["ticket_id"]), message_id=int(job.args["message_id"]))

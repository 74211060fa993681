"""The assistant's reply to a customer's turn."""

from realtime.answer_stream import AnswerStream
from services import answering
from services.jobs import RunningJob
from workers.task import task

REPLY = "answering.reply"


@task(REPLY, queue="answers", max_attempts=6, time_limit_s=180.0)
async def reply(job: RunningJob) -> None:
    """Answer the turn or escalate it, streaming the words to whoever watches the ticket."""
    ticket_id, message_id = int(job.args["ticket_id"]), job.args["message_id"]
    stream = AnswerStream(job.tenant_id, ticket_id, turn=message_id or 0, attempt=job.attempt)
    async with stream:
        draft = await answering.reply(job, ticket_id=ticket_id, message_id=message_id, tell=stream.send)
        if draft is not None and draft.needs_escalation:
            stream.withdraw()

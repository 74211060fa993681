"""The assistant's reply to a customer's turn."""

from core.events import ticket_topic
from realtime.answer_stream import AnswerStream
from services import answering
from services.jobs import RunningJob
from workers.task import task

REPLY = "answering.reply"
GIVE_UP = "answering.give_up"


@task(REPLY, queue="answers", max_attempts=6, time_limit_s=180.0, amends=GIVE_UP)
async def reply(job: RunningJob) -> None:
    """Answer the turn or escalate it, streaming the words to whoever watches the ticket."""
    ticket_id, message_id = int(job.args["ticket_id"]), job.args["message_id"]
    stream = AnswerStream(job.tenant_id, ticket_topic(ticket_id), turn=message_id or 0, attempt=job.attempt)
    async with stream:
        draft = await answering.reply(job, ticket_id=ticket_id, message_id=message_id, tell=stream.send)
        if draft is None or draft.needs_escalation:
            stream.withdraw()


@task(GIVE_UP)
async def give_up(job: RunningJob) -> None:
    """Call a person where every attempt at a reply failed: no customer is left without a word."""
    await answering.give_up(job, ticket_id=int(job.args["ticket_id"]), message_id=job.args["message_id"])

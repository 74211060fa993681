"""The assistant's reply to a customer's turn."""

from core.events import ticket_topic
from realtime.answer_stream import AnswerStream
from services import answering, turns
from services.jobs import RunningJob
from services.turns import OpenTurn
from services.unit_of_work import UnitOfWork
from workers.lots import rows_task
from workers.task import two_step_task

REPLY = "answering.reply"
GIVE_UP = "answering.give_up"


async def _take(uow: UnitOfWork, job: RunningJob) -> OpenTurn | None:
    return await turns.take(uow, int(job.args["ticket_id"]), job.args["message_id"])


@two_step_task(REPLY, _take, queue="answers", max_attempts=6, time_limit_s=180.0, amends=GIVE_UP)
async def reply(job: RunningJob, turn: OpenTurn) -> None:
    """Answer the turn or escalate it, streaming the words to whoever watches the ticket."""
    ticket_id = int(job.args["ticket_id"])
    stream = AnswerStream(job.tenant_id, ticket_topic(ticket_id), turn=turn.id, attempt=job.attempt)
    async with stream:
        draft = await answering.reply(job, turn, ticket_id=ticket_id, tell=stream.send)
        if draft is None or draft.needs_escalation:
            stream.withdraw()


@rows_task(GIVE_UP)
async def give_up(uow: UnitOfWork, job: RunningJob) -> None:
    """Call a person where every attempt at a reply failed: no customer is left without a word."""
    await turns.abandon(uow, int(job.args["ticket_id"]), job.args["message_id"])

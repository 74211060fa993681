"""The assistant's answer to a customer's message in a dialog."""

from core.facts.dialogs import dialog_topic
from realtime.answer_stream import AnswerStream
from services import dialog_answering
from services.dialog_answering import Asked
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from workers.lots import rows_task
from workers.task import two_step_task

REPLY = "dialogs.reply"
GIVE_UP = "dialogs.give_up"
CATCH_UP = "dialogs.catch_up"


async def _take(uow: UnitOfWork, job: RunningJob) -> Asked | None:
    return await dialog_answering.take(uow, int(job.args["dialog_id"]), int(job.args["message_id"]))


@two_step_task(REPLY, _take, queue="answers", max_attempts=6, time_limit_s=180.0, amends=GIVE_UP)
async def reply(job: RunningJob, asked: Asked) -> None:
    """Answer the message or call a person, streaming the words to whoever watches the dialog."""
    topic = dialog_topic(asked.dialog.id)
    async with AnswerStream(job.tenant_id, topic, turn=asked.message.id, attempt=job.attempt) as stream:
        draft = await dialog_answering.reply(job, asked, tell=stream.send)
        if draft is None or draft.needs_escalation:
            stream.withdraw()


@rows_task(GIVE_UP)
async def give_up(uow: UnitOfWork, job: RunningJob) -> None:
    """Call a person where every attempt at an answer failed: no customer is left without a word."""
    await dialog_answering.give_up(uow, int(job.args["dialog_id"]), int(job.args["message_id"]))


@rows_task(CATCH_UP)
async def catch_up(uow: UnitOfWork, _job: RunningJob) -> None:
    """Have answered what the assistants of the tenant were silent to for want of money."""
    await dialog_answering.catch_up(uow)

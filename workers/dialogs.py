"""The assistant's answer to a customer's message in a dialog."""

from core.facts.dialogs import dialog_topic
from realtime.answer_stream import AnswerStream
from services import dialog_answering
from services.jobs import RunningJob
from workers.task import task

REPLY = "dialogs.reply"
GIVE_UP = "dialogs.give_up"
CATCH_UP = "dialogs.catch_up"


@task(REPLY, queue="answers", max_attempts=6, time_limit_s=180.0, amends=GIVE_UP)
async def reply(job: RunningJob) -> None:
    """Answer the message or call a person, streaming the words to whoever watches the dialog."""
    dialog_id, message_id = int(job.args["dialog_id"]), int(job.args["message_id"])
    stream = AnswerStream(job.tenant_id, dialog_topic(dialog_id), turn=message_id, attempt=job.attempt)
    async with stream:
        draft = await dialog_answering.reply(job, dialog_id=dialog_id, message_id=message_id, tell=stream.send)
        if draft is None or draft.needs_escalation:
            stream.withdraw()


@task(GIVE_UP)
async def give_up(job: RunningJob) -> None:
    """Call a person where every attempt at an answer failed: no customer is left without a word."""
    await dialog_answering.give_up(job, dialog_id=int(job.args["dialog_id"]), message_id=int(job.args["message_id"]))


@task(CATCH_UP)
async def catch_up(job: RunningJob) -> None:
    """Have answered what the assistants of the tenant were silent to for want of money."""
    await dialog_answering.catch_up(job)

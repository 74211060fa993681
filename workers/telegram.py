"""Telegram: updates that wait to be handled, and words that wait to be said."""

from models.telegram import TelegramBot
from services import telegram_bots, telegram_handling, telegram_notices, telegram_registration, telegram_sending
from services.jobs import RunningJob
from services.telegram_handling import Visit
from services.telegram_sending import Saying
from services.telegram_words import Word
from services.unit_of_work import UnitOfWork
from workers.lots import rows_task
from workers.task import task, two_step_task

REGISTER = "telegram.register"
RELEASE = "telegram.release"
HANDLE = "telegram.handle"
SKIP = "telegram.skip"
SEND = telegram_sending.TASK
ACKNOWLEDGE = "telegram.acknowledge"
NOTIFY = "telegram.notify"
BOTS_S = 600.0
_PATIENT = 500
"""Attempts of what waits its turn behind earlier words, or for a Telegram that does not answer for hours."""


class Keeper:
    """Sees to the bots by the clock: to all of them at first, then to those with whom something went wrong."""

    def __init__(self) -> None:
        self._first = True

    async def look_after(self) -> int:
        """Returns how many bots are told again where their updates go."""
        await telegram_bots.ensure_default()
        bots = await telegram_registration.look_after(all_bots=self._first)
        self._first = False
        return bots


KEEPER = Keeper()


async def _bot(_uow: UnitOfWork, job: RunningJob) -> TelegramBot | None:
    return await telegram_registration.known(int(job.args["bot_id"]))


@two_step_task(REGISTER, _bot, max_attempts=12)
async def register(job: RunningJob, bot: TelegramBot) -> None:
    """Tell Telegram where a bot's updates go."""
    await telegram_registration.register(job, bot)


@task(RELEASE, max_attempts=12)
async def release(job: RunningJob) -> None:
    """Have Telegram send nothing more of a bot that was let go."""
    await telegram_registration.release(job, int(job.args["bot_id"]), job.args["sealed_token"])


async def _arrive(uow: UnitOfWork, job: RunningJob) -> Visit | None:
    places = (int(job.args[name]) for name in ("bot_id", "chat_id", "update_id"))
    return await telegram_handling.arrive(uow, job, *places)


@two_step_task(HANDLE, _arrive, max_attempts=60, amends=SKIP)
async def handle(_job: RunningJob, visit: Visit) -> None:
    """Handle what waits in a chat up to an update."""
    await telegram_handling.handle(visit)


@rows_task(SKIP)
async def skip(uow: UnitOfWork, job: RunningJob) -> None:
    """Pass over an update that every attempt failed at."""
    await telegram_handling.skip(uow, int(job.args["bot_id"]), int(job.args["update_id"]))


async def _due(uow: UnitOfWork, job: RunningJob) -> Saying | None:
    return await telegram_sending.prepare(uow, job, Word(**job.args))


@two_step_task(SEND, _due, max_attempts=_PATIENT)
async def send(job: RunningJob, saying: Saying) -> None:
    """Say what is due in a chat."""
    await telegram_sending.send(job, saying)


async def _speaker(_uow: UnitOfWork, job: RunningJob) -> TelegramBot | None:
    return await telegram_sending.speaker(int(job.args["bot_id"]))


@two_step_task(ACKNOWLEDGE, _speaker, max_attempts=4)
async def acknowledge(job: RunningJob, bot: TelegramBot) -> None:
    """Answer a button's press."""
    await telegram_sending.acknowledge(bot, **{name: value for name, value in job.args.items() if name != "bot_id"})


@task(NOTIFY, max_attempts=30)
async def notify(job: RunningJob) -> None:
    """Send a notice."""
    await telegram_notices.notify_chat(job, chat_id=int(job.args["chat_id"]), text=job.args["text"])

"""Telegram is told where updates of bots go: when they come, when they change, when they are let go."""

import structlog

from core.actor import system_actor
from core.errors import Unavailable
from core.facts.telegram import TelegramBotChanged
from integrations.telegram.port import BotInfo, InvalidTelegramToken, TelegramRefused
from models.telegram import TelegramBot
from services import jobs, telegram_bots
from services.jobs import RunningJob
from services.unit_of_work import unit_of_work

logger = structlog.get_logger(__name__)


async def look_after(*, all_bots: bool) -> int:
    """Have bots told again where their updates go: all of them, or those with whom it failed. Returns how many."""
    bots = [bot for bot in await telegram_bots.active() if all_bots or bot.last_error is not None]
    for bot in bots:
        async with unit_of_work(system_actor(bot.tenant_id)) as uow:
            uow.emit(TelegramBotChanged(bot.id))
    return len(bots)


async def known(bot_id: int) -> TelegramBot | None:
    """The bot, if it is still there."""
    return await TelegramBot.get_or_none(id=bot_id)


async def register(job: RunningJob, bot: TelegramBot) -> None:
    """Learn the bot's name and tell Telegram where its updates go. Raises Unavailable; a refusal is noted."""
    try:
        info = await _announce(bot)
    except (InvalidTelegramToken, TelegramRefused, Unavailable) as error:
        await telegram_bots.note_error(job.tenant_id, bot.id, error.message)
        raise
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await TelegramBot.filter(id=bot.id).update(username=info.username, last_error=None)
        await jobs.finish(uow, job)


async def _announce(bot: TelegramBot) -> BotInfo:
    client = await telegram_bots.client_of(bot.sealed_token)
    info = await client.get_me()
    if bot.is_active:
        await telegram_bots.tell_address(client, bot.id)
    else:
        await client.delete_webhook()
    return info


async def release(job: RunningJob, bot_id: int, sealed_token: str) -> None:
    """Have Telegram send nothing more of a bot that was let go, unless it was connected again meanwhile.

    Raises Unavailable, TelegramFlood; a refusal leaves nothing to do.
    """
    if await telegram_bots.tenant_of(bot_id) is None:
        try:
            await (await telegram_bots.client_of(sealed_token)).delete_webhook()
        except (InvalidTelegramToken, TelegramRefused) as error:
            logger.info("webhook_not_deleted", bot=bot_id, reason=error.message)
    # Somebody who connected it just now set the address that was deleted here.
    again = await telegram_bots.tenant_of(bot_id)
    if again is not None:
        async with unit_of_work(system_actor(again)) as uow:
            uow.emit(TelegramBotChanged(bot_id))
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await jobs.finish(uow, job)

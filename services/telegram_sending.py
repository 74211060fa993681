"""What is said in chats: each word once, as far as Telegram allows, and in the order in which it was due.

A row of ``telegram_deliveries`` is written before a part is sent and marked after it. Telegram takes no idempotency
key, so a process that dies between the two leaves a part that its job sends again.
"""

from dataclasses import dataclass

import structlog

from core.actor import system_actor
from core.errors import NotFound
from integrations.telegram.port import BotClient, ChatGone, OutgoingFile, TelegramRefused
from models.telegram import TelegramBot, TelegramChat, TelegramDelivery
from services import files, jobs, telegram_bots, telegram_chats
from services.jobs import NotYet, RunningJob
from services.telegram_words import FilePart, Part, TextPart, Word, parts_of
from services.unit_of_work import UnitOfWork, unit_of_work

_SHORTEST_WAIT_S = 0.2
_LONGEST_WAIT_S = 60.0
TASK = "telegram.send"
_BEFORE = f"""
SELECT extract(epoch FROM run_after - clock_timestamp())::float8 AS due_in FROM jobs
WHERE task = '{TASK}' AND state IN ('pending', 'sent', 'running') AND args ->> 'chat' = $1 AND id < $2
ORDER BY id DESC LIMIT 1
"""  # noqa: S608
_CLAIM = """
INSERT INTO telegram_deliveries (tenant_id, chat_id, key, created_at)
SELECT $1, $2, key, clock_timestamp() FROM unnest($3::text[]) AS t (key)
ON CONFLICT (tenant_id, chat_id, key) DO NOTHING
"""
_SENT = """
UPDATE telegram_deliveries SET sent_at = clock_timestamp(), message_id = $4
WHERE tenant_id = $1 AND chat_id = $2 AND key = $3
"""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Saying:
    """What is left to be said in a chat, by keys, and the bot that says it."""

    chat: TelegramChat
    bot: TelegramBot
    left: list[tuple[str, Part]]


async def prepare(uow: UnitOfWork, job: RunningJob, word: Word) -> Saying | None:
    """What is to be sent; None where there is nobody to say it to, or nothing is left.

    Raises NotYet while something earlier waits to be said there.
    """
    chat = await TelegramChat.get_or_none(id=word.chat, blocked_at=None)
    bot = None if chat is None else await TelegramBot.get_or_none(id=chat.bot_id, is_active=True)
    parts = [] if chat is None else await parts_of(uow, chat, word)
    if chat is None or bot is None or not parts:
        return None
    await _wait_for_earlier(uow, job, word.chat)
    left = await _claim(uow, chat, word.key or f"job:{job.id}", parts)
    return Saying(chat, bot, left) if left else None


async def send(job: RunningJob, saying: Saying) -> None:
    """Send what is due in a chat, and end the job. A chat whose person left is noted and not tried again.

    Raises TelegramFlood, Unavailable, InvalidTelegramToken.
    """
    chat, left = saying.chat, saying.left
    client = await telegram_bots.client_of(saying.bot.sealed_token)
    for place, (name, part) in enumerate(left, start=1):
        try:
            number = await _send_part(client, chat, part)
        except ChatGone as error:
            logger.info("chat_gone", chat=chat.id, reason=error.message)
            async with unit_of_work(system_actor(job.tenant_id)) as uow:
                await telegram_chats.left(uow, chat.bot_id, chat.chat_id)
                await jobs.finish(uow, job)
            return
        async with unit_of_work(system_actor(job.tenant_id)) as uow:
            await uow.rows(_SENT, chat.tenant_id, chat.chat_id, name, number)
            if place == len(left):
                await jobs.finish(uow, job)


async def speaker(bot_id: int) -> TelegramBot | None:
    """The bot, if it still serves."""
    return await TelegramBot.get_or_none(id=bot_id, is_active=True)


async def acknowledge(bot: TelegramBot, *, chat_id: int, callback_id: str, message_id: int | None, text: str) -> None:
    """Answer a button's press and take the buttons away; for a press too old to be answered that is fine.

    Raises TelegramFlood, Unavailable, InvalidTelegramToken.
    """
    client = await telegram_bots.client_of(bot.sealed_token)
    try:
        await client.answer_callback(callback_id, text)
        if message_id is not None:
            await client.remove_keyboard(chat_id, message_id)
    except (TelegramRefused, ChatGone) as error:
        logger.info("press_not_answered", reason=error.message)


async def _wait_for_earlier(uow: UnitOfWork, job: RunningJob, chat_row: int) -> None:
    before = await uow.row(_BEFORE, str(chat_row), job.id)
    if before is not None:
        raise NotYet(min(max(_SHORTEST_WAIT_S, before["due_in"] + _SHORTEST_WAIT_S), _LONGEST_WAIT_S))


async def _claim(uow: UnitOfWork, chat: TelegramChat, key: str, parts: list[Part]) -> list[tuple[str, Part]]:
    """The parts that were not sent yet, by their keys; from now on they have rows."""
    named = {f"{key}:{number}": part for number, part in enumerate(parts)}
    await uow.rows(_CLAIM, chat.tenant_id, chat.chat_id, list(named))
    sent = await TelegramDelivery.filter(chat_id=chat.chat_id, key__in=list(named), sent_at__not_isnull=True)
    gone = {delivery.key for delivery in sent}
    return [(name, part) for name, part in named.items() if name not in gone]


async def _send_part(client: BotClient, chat: TelegramChat, part: Part) -> int | None:
    match part:
        case TextPart():
            return await client.send_text(chat.chat_id, part.text, part.keyboard)
        case FilePart():
            try:
                data = b"".join([piece async for piece in files.content(part.attachment)])
            except NotFound:
                logger.warning("attachment_missing", attachment=part.attachment.id)
                return None
            file = OutgoingFile(part.attachment.file_name, part.attachment.mime_type, data)
            return await client.send_file(chat.chat_id, file)

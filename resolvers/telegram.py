"""The tenant's Telegram bot."""

import strawberry

from resolvers.policy import Requires, mutation, query
from schema.types.context import Info
from schema.types.scalars import BigInt
from schema.types.telegram import NoticeChat, TelegramBot, TelegramBotDisconnected
from services import telegram_bots, telegram_notices
from services.unit_of_work import unit_of_work


@strawberry.type
class TelegramQuery:
    @query(Requires.TELEGRAM_MANAGE)
    async def telegram_bot(self, info: Info) -> TelegramBot | None:
        """The bot that answers for the tenant; null where none is connected."""
        async with unit_of_work(info.context.actor) as uow:
            bot = await telegram_bots.status(uow)
        return None if bot is None else TelegramBot.of(bot)

    @query(Requires.TELEGRAM_MANAGE)
    async def notice_chat(self, info: Info) -> NoticeChat:
        """The chat that hears of new leads."""
        async with unit_of_work(info.context.actor) as uow:
            return NoticeChat.of(await telegram_notices.chat_of(uow))


@strawberry.type
class TelegramMutation:
    @mutation(Requires.TELEGRAM_MANAGE)
    async def connect_telegram_bot(self, info: Info, token: str) -> TelegramBot:
        """Let a bot answer for the tenant, in the place of the one that did. Customers then write to it.

        Errors: INVALID_TELEGRAM_TOKEN, BOT_ALREADY_EXISTS where it answers for another tenant.
        """
        return TelegramBot.of(await telegram_bots.connect(info.context.actor, token))

    @mutation(Requires.TELEGRAM_MANAGE)
    async def disconnect_telegram_bot(self, info: Info) -> TelegramBotDisconnected:
        """Let the tenant's bot go; the tickets that came by it stay."""
        await telegram_bots.disconnect(info.context.actor)
        return TelegramBotDisconnected()

    @mutation(Requires.TELEGRAM_MANAGE, names={"chat_id": "chatId"})
    async def set_notice_chat(self, info: Info, chat_id: BigInt | None = None) -> NoticeChat:
        """Choose the chat that hears of new leads; the bot tells its number for /id. Null for none."""
        async with unit_of_work(info.context.actor) as uow:
            tenant = await telegram_notices.set_chat(uow, chat_id)
        return NoticeChat.of(tenant.telegram_chat_id)

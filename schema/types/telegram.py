"""Telegram bots."""

from datetime import datetime
from enum import StrEnum
from typing import Self

import strawberry

from models.telegram import TelegramBot as TelegramBotRow
from schema.types.rows import copier, shown_id
from schema.types.scalars import BigInt
from services import telegram_bots

_BOT = copier("username", "is_active", "last_error", "created_at")


@strawberry.enum(description="How a bot's updates reach us.")
class TelegramDelivery(StrEnum):
    WEBHOOK = "webhook"
    POLLING = "polling"


@strawberry.type(description="The bot that answers for the tenant. Its token is shown to nobody.")
class TelegramBot:
    id: strawberry.ID = strawberry.field(description="The number that Telegram gave the bot.")
    username: str = strawberry.field(description="Empty until Telegram has told it.")
    is_active: bool
    receives_by: TelegramDelivery
    last_error: str | None = strawberry.field(description="Why it does not work, where it does not.")
    created_at: datetime

    @classmethod
    def of(cls, row: TelegramBotRow) -> Self:
        return cls(id=shown_id(row.id), receives_by=TelegramDelivery(telegram_bots.receives_by()), **_BOT(row))


@strawberry.type(description="The chat that hears of new leads.")
class NoticeChat:
    chat_id: BigInt | None = strawberry.field(description="As the bot tells it for /id; null for none.")

    @classmethod
    def of(cls, number: int | None) -> Self:
        return cls(chat_id=None if number is None else BigInt(number))


@strawberry.type(description="The bot answers for the tenant no more.")
class TelegramBotDisconnected:
    ok: bool = True

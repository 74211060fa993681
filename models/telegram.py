"""Telegram: a tenant's bots, what Telegram told us, the chats, and what was sent to them."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.fields import Field
from tortoise.indexes import Index
from tortoise.models import Model

from core.languages import Language


class TelegramBot(Model):
    """``id`` is the number that Telegram gave the bot, the first part of its token. ``sealed_token`` is encrypted.

    ``next_update`` is the first update that long polling has not stored yet.
    """

    id: int = fields.BigIntField(primary_key=True, generated=False)
    tenant_id: int = fields.BigIntField(db_index=True)
    assistant_id: int | None = fields.BigIntField(null=True)
    """The assistant that answers in its chats; None for the tenant's own bot, which files tickets."""
    username = fields.CharField(max_length=64, default="")
    sealed_token = fields.TextField()
    is_active = fields.BooleanField(default=True)
    next_update: int = fields.BigIntField(default=0)
    last_error: str | None = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "telegram_bots"


class TelegramUpdate(Model):
    """What Telegram told us, stored once under (bot, update id) and handled once, in order for each chat."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    bot_id: int = fields.BigIntField()
    update_id: int = fields.BigIntField()
    chat_id: int | None = fields.BigIntField(null=True)
    payload: dict[str, Any] = fields.JSONField()
    handled_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "telegram_updates"
        unique_together = (("bot_id", "update_id"),)
        indexes = (Index(fields=["bot_id", "chat_id", "update_id"]),)


class TelegramChat(Model):
    """A private chat of a person with a bot. ``ticket_id`` is what they write to now, ``dialog_id`` that
    with the bot's assistant; ``blocked_at`` says when they left."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    bot_id: int = fields.BigIntField()
    chat_id: int = fields.BigIntField()
    user_id: int = fields.BigIntField(db_index=True)
    language: Field[Language | None] = fields.CharEnumField(  # type: ignore[assignment]  # null=True
        Language, max_length=2, null=True
    )
    ticket_id: int | None = fields.BigIntField(null=True, db_index=True)
    dialog_id: int | None = fields.BigIntField(null=True, db_index=True)
    blocked_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "telegram_chats"
        unique_together = (("bot_id", "chat_id"),)


class TelegramDelivery(Model):
    """Something sent to a chat, by the ``key`` of what it tells: it is sent once."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    chat_id: int = fields.BigIntField()
    key = fields.CharField(max_length=96)
    message_id: int | None = fields.BigIntField(null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "telegram_deliveries"
        unique_together = (("tenant_id", "chat_id", "key"),)

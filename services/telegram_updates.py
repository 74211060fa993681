"""What Telegram tells us: read, stored once under (bot, update), handed to a job."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
import structlog
from tortoise.exceptions import IntegrityError

from core.actor import system_actor
from core.bounded_cache import BoundedCache
from core.errors import BadRequest, Forbidden, NotFound
from core.facts.telegram import TelegramUpdateStored
from integrations.telegram.port import Payload
from services import telegram_bots
from services.unit_of_work import UnitOfWork, unit_of_work

_STORE = """
INSERT INTO telegram_updates (tenant_id, bot_id, update_id, chat_id, payload, handled_at, created_at)
SELECT $1, $2, update_id, chat_id, payload, CASE WHEN chat_id IS NULL THEN clock_timestamp() END, clock_timestamp()
FROM jsonb_to_recordset($3::text::jsonb) AS t (update_id bigint, chat_id bigint, payload jsonb)
ON CONFLICT (bot_id, update_id) DO NOTHING
RETURNING update_id, chat_id
"""
_MOVE_ON = """
UPDATE telegram_bots SET next_update = greatest(next_update, $2), last_error = NULL
WHERE id = $1 AND is_active RETURNING id
"""
_tenants: BoundedCache[int, int] = BoundedCache(10_000)
logger = structlog.get_logger(__name__)


class Person(msgspec.Struct):
    id: int
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False


class Chat(msgspec.Struct):
    id: int
    type: str = "private"


class Media(msgspec.Struct):
    """A photo's size, a document, a voice message, ...: what they have in common."""

    file_id: str
    file_size: int | None = None
    file_name: str | None = None
    mime_type: str | None = None


class Message(msgspec.Struct):
    message_id: int
    chat: Chat
    sender: Person | None = msgspec.field(default=None, name="from")
    text: str | None = None
    caption: str | None = None
    photo: list[Media] = []
    document: Media | None = None
    voice: Media | None = None
    audio: Media | None = None
    video: Media | None = None


class Press(msgspec.Struct):
    """A press of a button. ``message`` is missing where it is too old."""

    id: str
    sender: Person = msgspec.field(name="from")
    message: Message | None = None
    data: str | None = None


class Member(msgspec.Struct):
    status: str


class Membership(msgspec.Struct):
    """The bot came to a chat, or was thrown out of it."""

    chat: Chat
    new_chat_member: Member


class Update(msgspec.Struct):
    """https://core.telegram.org/bots/api#update, as far as the product reads it."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None

    @property
    def chat(self) -> Chat | None:
        """Where it happened; a press without its message happened in the private chat with whoever pressed."""
        if self.callback_query is not None:
            pressed = self.callback_query
            return pressed.message.chat if pressed.message else Chat(pressed.sender.id)
        told = self.message or self.edited_message or self.my_chat_member
        return None if told is None else told.chat

    @property
    def sender(self) -> Person | None:
        if self.callback_query is not None:
            return self.callback_query.sender
        return self.message.sender if self.message else None


@dataclass(frozen=True, slots=True)
class _Row:
    update_id: int
    chat_id: int | None
    payload: Payload


def parse(payload: Payload) -> Update:
    """Raises BadRequest for what is no update."""
    try:
        return msgspec.convert(payload, Update, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(f"Not an update: {error}") from None


async def accept(bot_id: int, secret: str, body: bytes) -> None:
    """Store what came to a bot's webhook; what came before is left as it is.

    Raises Forbidden for a wrong secret, BadRequest, NotFound for a bot that is not connected (any more).
    """
    if not telegram_bots.is_webhook_secret(bot_id, secret):
        raise Forbidden("Wrong secret token")
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("The body is not JSON") from None
    if not isinstance(payload, dict) or not isinstance(payload.get("update_id"), int):
        raise BadRequest("Not an update")
    tenant_id = await _tenant_of(bot_id)
    try:
        async with unit_of_work(system_actor(tenant_id)) as uow:
            await _store(uow, bot_id, [payload])
    except IntegrityError:
        # It was disconnected, or is another tenant's now.
        _tenants.clear()
        raise NotFound("bot", bot_id) from None


async def store_batch(tenant_id: int, bot_id: int, payloads: Sequence[Payload], next_update: int) -> bool:
    """Store what polling brought together with the place where it goes on; False where the bot is gone or silent:
    Telegram keeps what it was not told to forget.
    """
    async with unit_of_work(system_actor(tenant_id)) as uow:
        if await uow.row(_MOVE_ON, bot_id, next_update) is None:
            return False
        await _store(uow, bot_id, payloads)
    return True


async def _store(uow: UnitOfWork, bot_id: int, payloads: Sequence[Payload]) -> None:
    rows = [_row(payload) for payload in payloads]
    # PostgreSQL's JSON holds no NUL.
    told = orjson.dumps(rows).decode().replace("\\u0000", "")
    for row in await uow.rows(_STORE, uow.tenant_id, bot_id, told):
        if row["chat_id"] is not None:
            uow.emit(TelegramUpdateStored(bot_id, chat_id=row["chat_id"], update_id=row["update_id"]))


def _row(payload: Payload) -> _Row:
    chat_id: int | None = None
    try:
        chat = parse(payload).chat
        chat_id = None if chat is None else chat.id
    except BadRequest as error:
        # Kept for whoever looks into it; nothing follows from it.
        logger.warning("update_not_understood", update=payload.get("update_id"), reason=error.message)
    return _Row(int(payload["update_id"]), chat_id, payload)


async def _tenant_of(bot_id: int) -> int:
    known = _tenants.get(bot_id)
    if known is None:
        known = await telegram_bots.tenant_of(bot_id)
        if known is None:
            raise NotFound("bot", bot_id)
        _tenants.put(bot_id, known)
    return known


def stored(row: dict[str, Any]) -> Update:
    """An update from its row."""
    payload = row["payload"]
    return parse(orjson.loads(payload) if isinstance(payload, str) else payload)

"""The Bot API through aiogram. The only module that imports it."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from aiogram import Bot, exceptions, methods
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from core.errors import DomainError, TooLarge, Unavailable
from core.network import assert_allowed
from integrations.telegram.port import (
    ALLOWED_UPDATES,
    MOST_DOWNLOAD,
    MOST_PHOTO,
    BotInfo,
    ChatGone,
    FileGone,
    InvalidTelegramToken,
    Keyboard,
    OutgoingFile,
    Payload,
    TelegramFlood,
    TelegramRefused,
    UpdatesTakenElsewhere,
)

_CONNECT_S = 5
_ANSWER_S = 15
_QUESTION_S = 8
"""Both attempts together: somebody may look at the screen meanwhile."""
_UPLOAD_S = 60
_DOWNLOAD_S = 60
_RETRY_PAUSE_S = 0.5
_PHOTOS = ("image/jpeg", "image/png", "image/webp")
_VOICES = ("audio/ogg", "audio/opus")
_TOKEN = re.compile(r"[0-9]{1,19}:[A-Za-z0-9._-]{1,128}")
# The Bot API has no codes for these: https://core.telegram.org/bots/api#making-requests tells descriptions may change.
_GONE = re.compile(r"chat not found|user is deactivated|peer_id_invalid|not enough rights|group chat was (de|up)", re.I)
_TROUBLE = (exceptions.AiogramError, aiohttp.ClientError, TimeoutError, OSError)
Reply = TypeVar("Reply")


class _GetUpdates(TelegramMethod[list[Payload]]):
    """``getUpdates`` as plain JSON: one update of an unknown shape must not hold back the others."""

    __returning__ = list[Payload]
    __api_method__ = "getUpdates"

    offset: int
    timeout: int
    allowed_updates: list[str]


class BotApi:
    """A :class:`integrations.telegram.port.Telegram`; its bots share connections. For one event loop."""

    def __init__(self, api_url: str) -> None:
        self._session = AiohttpSession(api=TelegramAPIServer.from_base(api_url), timeout=_ANSWER_S)
        self._host = urlsplit(api_url).hostname or "?"

    async def bot(self, token: str) -> "AiogramBot":
        """See the port."""
        # The token stands in the path of every call: nothing in it may end a part of the path.
        if not _TOKEN.fullmatch(token):
            raise InvalidTelegramToken
        return AiogramBot(Bot(token, session=self._session), self._host)

    async def close(self) -> None:
        await self._session.close()


class AiogramBot:
    """A :class:`integrations.telegram.port.BotClient`."""

    def __init__(self, bot: Bot, host: str) -> None:
        self._bot = bot
        self._host = host

    async def get_me(self) -> BotInfo:
        """See the port."""
        me = await self._ask(methods.GetMe())
        return BotInfo(me.id, me.username or "")

    async def set_webhook(self, url: str, *, secret: str) -> None:
        """See the port."""
        await self._ask(methods.SetWebhook(url=url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES)))

    async def delete_webhook(self) -> None:
        """See the port."""
        await self._ask(methods.DeleteWebhook())

    async def get_updates(self, *, offset: int, wait_s: int) -> list[Payload]:
        """See the port."""
        call = _GetUpdates(offset=offset, timeout=wait_s, allowed_updates=list(ALLOWED_UPDATES))
        return await self._call(call, answer_s=wait_s + _ANSWER_S)

    async def send_text(self, chat_id: int, text: str, keyboard: Keyboard = ()) -> int:
        """See the port."""
        sent = await self._call(
            methods.SendMessage(
                chat_id=chat_id,
                text=text,
                parse_mode=None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=_markup(keyboard),
            )
        )
        return sent.message_id

    async def send_file(self, chat_id: int, file: OutgoingFile) -> int:
        """See the port. A picture that Telegram will not show as a photo goes as a document."""
        content = BufferedInputFile(file.data, re.sub(r'["\r\n\\]', "_", file.name))
        if file.mime_type in _PHOTOS and len(file.data) <= MOST_PHOTO:
            # A picture whose sides are too long or too uneven is no photo.
            with suppress(TelegramRefused):
                return await self._upload(methods.SendPhoto(chat_id=chat_id, photo=content))
        elif file.mime_type in _VOICES:
            return await self._upload(methods.SendVoice(chat_id=chat_id, voice=content))
        return await self._upload(methods.SendDocument(chat_id=chat_id, document=content))

    async def remove_keyboard(self, chat_id: int, message_id: int) -> None:
        """See the port."""
        await self._call(methods.EditMessageReplyMarkup(chat_id=chat_id, message_id=message_id, reply_markup=None))

    async def answer_callback(self, callback_id: str, text: str) -> None:
        """See the port."""
        await self._call(methods.AnswerCallbackQuery(callback_query_id=callback_id, text=text))

    async def download(self, file_id: str) -> bytes:
        """See the port."""
        try:
            found = await self._ask(methods.GetFile(file_id=file_id))
        except TelegramRefused as refused:
            if "too big" in refused.message:
                raise _too_large() from None
            raise FileGone from None
        if found.file_path is None:
            raise FileGone
        if (found.file_size or 0) > MOST_DOWNLOAD:
            raise _too_large()
        return await self._read(found.file_path)

    async def _read(self, path: str) -> bytes:
        assert_allowed("telegram")
        url = self._bot.session.api.file_url(self._bot.token, path)
        data = bytearray()
        failure: DomainError | None = None
        try:
            async with aclosing(self._bot.session.stream_content(url, timeout=_DOWNLOAD_S)) as pieces:
                async for piece in pieces:
                    data += piece
                    if len(data) > MOST_DOWNLOAD:
                        raise _too_large()
        except aiohttp.ClientResponseError as error:
            failure = FileGone() if error.status in (400, 404) else self._unavailable()
        except _TROUBLE:
            failure = self._unavailable()
        if failure is not None:
            # Raised outside the handler: the library's error quotes the address, which holds the token.
            raise failure
        return bytes(data)

    async def _upload(self, call: TelegramMethod[Any]) -> int:
        sent = await self._call(call, answer_s=_UPLOAD_S)
        return int(sent.message_id)

    async def _ask(self, call: TelegramMethod[Reply]) -> Reply:
        """A call that may be made twice, and is, where Telegram does not answer it; the others are their job's."""
        try:
            async with asyncio.timeout(_QUESTION_S):
                try:
                    return await self._call(call)
                except Unavailable:
                    await asyncio.sleep(_RETRY_PAUSE_S)
                return await self._call(call)
        except TimeoutError:
            failure = self._unavailable()
        raise failure

    async def _call(self, call: TelegramMethod[Reply], *, answer_s: int = _ANSWER_S) -> Reply:
        assert_allowed("telegram")
        limit: Any = aiohttp.ClientTimeout(total=answer_s, connect=_CONNECT_S)
        try:
            return await self._bot(call, request_timeout=limit)
        except _TROUBLE as error:
            failure = self._failure(error)
        raise failure

    def _failure(self, error: Exception) -> DomainError:
        """The library's error in the product's words; what it says of the transport is not repeated."""
        match error:
            case exceptions.TelegramRetryAfter():
                return TelegramFlood(max(1, error.retry_after))
            case exceptions.TelegramUnauthorizedError() | exceptions.TelegramNotFound():
                return InvalidTelegramToken()
            case exceptions.TelegramForbiddenError() | exceptions.TelegramMigrateToChat():
                return ChatGone(error.message.splitlines()[0])
            case exceptions.TelegramConflictError():
                return UpdatesTakenElsewhere(error.message)
            case exceptions.TelegramEntityTooLarge():
                return _too_large()
            case exceptions.TelegramBadRequest():
                return ChatGone(error.message) if _GONE.search(error.message) else TelegramRefused(error.message)
        return self._unavailable()

    def _unavailable(self) -> Unavailable:
        return Unavailable(f"Telegram ({self._host}) does not answer; check OPORA_TELEGRAM_API_URL and the network")


def _too_large() -> TooLarge:
    return TooLarge(f"Telegram hands out files of at most {MOST_DOWNLOAD // 1024**2} MB")


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    def row(buttons: Sequence[Any]) -> list[InlineKeyboardButton]:
        return [InlineKeyboardButton(text=button.text, callback_data=button.data) for button in buttons]

    return InlineKeyboardMarkup(inline_keyboard=[row(buttons) for buttons in keyboard]) if keyboard else None

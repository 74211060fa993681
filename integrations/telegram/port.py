"""What the product asks of Telegram, in words of its own. Follows the Bot API, https://core.telegram.org/bots/api."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from core.errors import BadRequest, Conflict, NotFound, RateLimited, Unavailable

MOST_DOWNLOAD = 20 * 1024 * 1024
"""Bytes that the Bot API lets a bot download (``getFile``)."""
MOST_PHOTO = 10 * 1024 * 1024
MOST_TEXT = 4096
"""UTF-16 units of one message."""
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

Payload = dict[str, Any]


class InvalidTelegramToken(BadRequest):
    """Telegram does not know the token (any more)."""

    code = "INVALID_TELEGRAM_TOKEN"

    def __init__(self) -> None:
        super().__init__("Telegram does not accept this bot token", field="token")


class BotAlreadyExists(Conflict):
    """The bot answers for another tenant, or for another assistant."""

    code = "BOT_ALREADY_EXISTS"

    def __init__(self) -> None:
        super().__init__("This bot is connected already", field="token")


class BotStartupFailed(Unavailable):
    """The token is good, but Telegram does not let the bot serve: the message says why."""

    code = "BOT_STARTUP_FAILED"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The bot could not be started: {reason}", field="token")


class TelegramFlood(RateLimited):
    """Telegram asks to wait ``retry_after`` seconds."""


class ChatGone(Conflict):
    """The person blocked the bot or left, or the chat is no more: no use to try again."""

    code: ClassVar[str] = "CHAT_GONE"


class TelegramRefused(BadRequest):
    """Telegram understood the request and will not do it; the message is its own."""


class UpdatesTakenElsewhere(Conflict):
    """Updates go elsewhere: to a webhook, or to somebody else who polls with this token."""


class FileGone(NotFound):
    """Telegram does not hand the file out (any more)."""

    def __init__(self) -> None:
        super().__init__("file")


@dataclass(frozen=True, slots=True)
class BotInfo:
    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Button:
    """``data``, at most 64 bytes, comes back when somebody presses it."""

    text: str
    data: str


Keyboard = Sequence[Sequence[Button]]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    name: str
    mime_type: str
    data: bytes


class BotClient(Protocol):
    """One bot. Every call raises InvalidTelegramToken, TelegramFlood and Unavailable beside what it names itself."""

    async def get_me(self) -> BotInfo: ...

    async def set_webhook(self, url: str, *, secret: str) -> None:
        """``secret`` comes back in the header ``X-Telegram-Bot-Api-Secret-Token``. Raises TelegramRefused."""
        ...

    async def delete_webhook(self) -> None:
        """Updates that wait stay."""
        ...

    async def get_updates(self, *, offset: int, wait_s: int) -> list[Payload]:
        """Updates from ``offset`` on, as JSON; what is before it is forgotten. Raises UpdatesTakenElsewhere."""
        ...

    async def send_text(self, chat_id: int, text: str, keyboard: Keyboard = ()) -> int:
        """Plain text of at most MOST_TEXT units; the message's id in the chat. Raises ChatGone, TelegramRefused."""
        ...

    async def send_file(self, chat_id: int, file: OutgoingFile) -> int:
        """A photo, a voice message or a document, by its type. Raises ChatGone, TelegramRefused."""
        ...

    async def remove_keyboard(self, chat_id: int, message_id: int) -> None:
        """Take the buttons off a message. Raises TelegramRefused."""
        ...

    async def answer_callback(self, callback_id: str, text: str) -> None:
        """Stop the button's clock and show a short text. Raises TelegramRefused where it took too long."""
        ...

    async def download(self, file_id: str) -> bytes:
        """Raises FileGone, TooLarge beyond MOST_DOWNLOAD."""
        ...


class Telegram(Protocol):
    """The Bot API server that the settings name."""

    async def bot(self, token: str) -> BotClient:
        """A client for one bot, without asking Telegram anything. Raises InvalidTelegramToken for a malformed token."""
        ...

    async def close(self) -> None: ...

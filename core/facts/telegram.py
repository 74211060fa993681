"""What happens around Telegram bots. None of it is an event of a topic: each is a reason for a job."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class TelegramBotChanged(Event):
    """A bot was connected, or has to be looked at again: Telegram has to learn where its updates go."""

    kind = "telegram.bot_changed"
    bot_id: int


@dataclass(frozen=True)
class TelegramBotReleased(Event):
    """A bot was let go: Telegram must not send its updates here. The row with the token is gone."""

    kind = "telegram.bot_released"
    bot_id: int
    sealed_token: str


@dataclass(frozen=True)
class TelegramUpdateStored(Event):
    """Telegram told something of a chat, for the first time. ``chat_id`` is Telegram's."""

    kind = "telegram.update_stored"
    bot_id: int
    chat_id: int
    update_id: int


@dataclass(frozen=True)
class TelegramWordDue(Event):
    """Something is to be said in a chat: a message of a ticket or of a dialog, or else ``text``.

    ``chat`` is the id of our row. ``buttons`` names a keyboard: ``languages``, or none. ``once`` is a key under which
    it is said a single time ever; ``ticket_id`` or ``dialog_id`` names what the text is about.
    """

    kind = "telegram.word_due"
    chat: int
    text: str = ""
    message_id: int | None = None
    ticket_id: int | None = None
    buttons: str | None = None
    once: str | None = None
    dialog_id: int | None = None


@dataclass(frozen=True)
class TelegramButtonPressed(Event):
    """A button's press waits for its answer. ``message_id`` is Telegram's number of the message that it stood under."""

    kind = "telegram.button_pressed"
    bot_id: int
    chat_id: int
    callback_id: str
    message_id: int | None
    text: str


@dataclass(frozen=True)
class TelegramNotice(Event):
    """A notice to a chat that the tenant chose, by the tenant's bot or the default tenant's."""

    kind = "telegram.notice"
    chat_id: int
    text: str

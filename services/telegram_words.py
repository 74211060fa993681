"""How something that is due in a chat reads there: in parts that Telegram takes, as plain text."""

from dataclasses import dataclass

from core.events import Visibility
from core.languages import Language
from integrations.telegram.port import MOST_TEXT, Button, Keyboard
from models.conversations import Attachment, AuthorKind, Message
from models.dialogs import Dialog
from models.knowledge import Citation
from models.telegram import TelegramChat
from models.tickets import FINISHED, Ticket
from services import messages, telegram_chats
from services.telegram_conversation import LANGUAGES
from services.unit_of_work import UnitOfWork
from services.wording.texts import Wording, wording

_MOST_FILE = 50 * 1024 * 1024
"""Bytes that a bot may send: https://core.telegram.org/bots/api#sending-files."""
_SHORT_TITLE = 60
_NAMES = {Language.RUSSIAN: "Русский", Language.KAZAKH: "Қазақша", Language.ENGLISH: "English"}


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class FilePart:
    attachment: Attachment


Part = TextPart | FilePart


@dataclass(frozen=True, slots=True)
class Word:
    """What is due, as :class:`core.facts.telegram.TelegramWordDue` says it."""

    chat: int
    text: str = ""
    message_id: int | None = None
    ticket_id: int | None = None
    buttons: str | None = None
    once: str | None = None
    dialog_id: int | None = None

    @property
    def key(self) -> str | None:
        """Under which it is sent once; None where its job alone tells it from others."""
        return self.once or (None if self.message_id is None else f"message:{self.message_id}")


async def parts_of(uow: UnitOfWork, chat: TelegramChat, word: Word) -> list[Part]:
    """What to send, in order; nothing for a message that is gone or was made internal since."""
    words = wording(await telegram_chats.language_of(chat))
    about = await _about(word)
    head = _head(words, chat, about)
    if word.message_id is None:
        return _text_parts(head + word.text, _languages() if word.buttons == LANGUAGES else ())
    view = (await messages.views(uow, [word.message_id])).get(word.message_id)
    if view is None or about is None or view.message.visibility is not Visibility.PUBLIC:
        return []
    text = view.message.text + _sources(words, view.message.text, view.citations)
    keyboard = _judgement(words, view.message, about)
    texts = _text_parts(head + text, keyboard) if text.strip() else []
    return [*texts, *(_file_part(words, attachment) for attachment in view.attachments)]


async def _about(word: Word) -> Ticket | Dialog | None:
    if word.dialog_id is not None:
        return await Dialog.get_or_none(id=word.dialog_id)
    return None if word.ticket_id is None else await Ticket.get_or_none(id=word.ticket_id)


def split(text: str, most: int = MOST_TEXT) -> list[str]:
    """Pieces of at most ``most`` UTF-16 units, cut between lines or words where there are any."""
    pieces = []
    while _units(text) > most:
        end = _fitting(text, most)
        cut = max(text.rfind("\n", end // 2, end), text.rfind(" ", end // 2, end)) if end > 1 else -1
        cut = end if cut <= 0 else cut
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [piece for piece in (*pieces, text.strip()) if piece]


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _fitting(text: str, most: int) -> int:
    """How many characters of ``text`` take at most ``most`` units."""
    units = 0
    for place, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > most:
            return place
    return len(text)


def _text_parts(text: str, keyboard: Keyboard) -> list[Part]:
    pieces = split(text)
    return [TextPart(piece, keyboard if number == len(pieces) else ()) for number, piece in enumerate(pieces, start=1)]


def _head(words: Wording, chat: TelegramChat, ticket: Ticket | Dialog | None) -> str:
    """Names the ticket where the chat writes to another one now."""
    if not isinstance(ticket, Ticket) or chat.ticket_id in (ticket.id, None):
        return ""
    title = ticket.title if len(ticket.title) <= _SHORT_TITLE else ticket.title[: _SHORT_TITLE - 1] + "…"
    return words.render("telegram_about", title=title) + "\n"


def _sources(words: Wording, text: str, citations: tuple[Citation, ...]) -> str:
    """The cited sources in a line of their own, but for those that the text names itself."""
    unnamed = [citation for citation in citations if citation.source not in text]
    if not unnamed:
        return ""
    shown = dict.fromkeys(f"[{citation.position}] {citation.source}" for citation in unnamed)
    return "\n\n" + words.render("telegram_sources", sources=", ".join(shown))


def _judgement(words: Wording, message: Message, about: Ticket | Dialog) -> Keyboard:
    """Buttons under an answer of the assistant, as long as there is something to judge."""
    settled = about.with_a_person if isinstance(about, Dialog) else about.status in FINISHED
    if message.author_kind is not AuthorKind.ASSISTANT or settled:
        return ()
    return (
        (Button(words.render("telegram_button_helped"), f"helped:{message.id}"),),
        (Button(words.render("telegram_button_operator"), f"operator:{message.id}"),),
    )


def _languages() -> Keyboard:
    return (tuple(Button(name, f"lang:{language.value}") for language, name in _NAMES.items()),)


def _file_part(words: Wording, attachment: Attachment) -> Part:
    if attachment.size_bytes > _MOST_FILE:
        return TextPart(words.render("telegram_file_unsendable", name=attachment.file_name))
    return FilePart(attachment)

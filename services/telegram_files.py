"""What customers send beside words: fetched from Telegram, stored like any upload, heard where it is voice."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog

from core.actor import Actor
from core.errors import DomainError, QuotaExceeded, TooLarge, Unavailable
from core.languages import Language
from integrations.telegram.port import MOST_DOWNLOAD, BotClient, FileGone
from services import files, transcription
from services.providers import providers
from services.telegram_updates import Media, Message, Update

logger = structlog.get_logger(__name__)
_PATIENT_ATTEMPTS = 4


class FileKind(StrEnum):
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that an update carries."""

    kind: FileKind
    media: Media

    @property
    def name(self) -> str:
        return self.media.file_name or {FileKind.PHOTO: "photo.jpg", FileKind.VOICE: "voice.ogg"}.get(self.kind, "file")


@dataclass(frozen=True, slots=True)
class Received:
    """``words`` is what was said in a voice message. ``problem`` names the text that tells why there is no file."""

    name: str
    kind: FileKind
    attachment: UUID | None = None
    words: str = ""
    problem: str | None = None


def file_of(update: Update) -> SentFile | None:
    """The file of an update's message: the largest size of a photo, a document, a recording."""
    message = update.message
    return None if message is None else _file_of(message)


async def receive(actor: Actor, client: BotClient, sent: SentFile, language: Language, *, attempt: int) -> Received:
    """Fetch, store and, where speech is set up, hear a file. What cannot be taken is told by ``problem``.

    Raises Unavailable and TelegramFlood while trying again may help; after some attempts the file counts as lost, so
    that it holds back nothing that was written after it.
    """
    if (sent.media.file_size or 0) > MOST_DOWNLOAD:
        return Received(sent.name, sent.kind, problem="file_too_large")
    try:
        data = await client.download(sent.media.file_id)
        attachment = await files.upload(actor, file_name=sent.name, data=data)
    except (QuotaExceeded, TooLarge) as error:
        over_quota = isinstance(error, QuotaExceeded)
        return Received(sent.name, sent.kind, problem="file_quota" if over_quota else "file_too_large")
    except FileGone:
        return Received(sent.name, sent.kind, problem="file_lost")
    except Unavailable:
        if attempt < _PATIENT_ATTEMPTS:
            raise
        return Received(sent.name, sent.kind, problem="file_lost")
    except DomainError as error:
        if error.status >= 500 or error.status == 429:
            raise
        logger.info("file_refused", code=error.code)
        return Received(sent.name, sent.kind, problem="file_refused")
    words = await _heard(actor, data, language) if sent.kind is FileKind.VOICE else ""
    return Received(attachment.file_name, sent.kind, attachment.public_id, words)


async def _heard(actor: Actor, data: bytes, language: Language) -> str:
    """The words of a voice message; none where speech is not set up or does not answer: people can listen."""
    if providers().speech is None:
        return ""
    try:
        transcript = await transcription.transcribe(actor, data, language)
    except DomainError as error:
        logger.warning("voice_not_heard", code=error.code, reason=error.message)
        return ""
    return transcript.text.strip()


def _file_of(message: Message) -> SentFile | None:
    if message.photo:
        return SentFile(FileKind.PHOTO, max(message.photo, key=lambda size: size.file_size or 0))
    if message.voice is not None:
        return SentFile(FileKind.VOICE, message.voice)
    other = message.document or message.audio or message.video
    return None if other is None else SentFile(FileKind.DOCUMENT, other)

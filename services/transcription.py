"""What was said in a recording."""

import asyncio
import time
from dataclasses import replace

import structlog

from core.actor import Actor
from core.errors import DomainError, TooLarge, Unavailable, UnreadableDocument, UnsupportedFormat
from core.languages import Language
from core.text import is_storable
from integrations.speech.port import Transcript
from services.file_types import AUDIO, recognise
from services.providers import providers

__all__ = ["MOST_BYTES", "Transcript", "transcribe"]

MOST_BYTES = 25 * 1024 * 1024
ACCEPTED = "Ogg (Opus), MP3, WAV, WebM, M4A"
logger = structlog.get_logger(__name__)
_AUDIO_TYPES = frozenset(kind.mime_type for kind in AUDIO)
_NOT_SET_UP = (
    "Voice is not set up: set OPORA_STT_BASE_URL (and OPORA_STT_API_KEY, OPORA_STT_MODEL),"
    " or run `make voice` and set OPORA_STT_EMBEDDED=on"
)


async def transcribe(actor: Actor | None, data: bytes, language: Language | None = None) -> Transcript:
    """The words of a recording of at most 25 MiB, in the speaker's language where it is known.

    ``actor`` is who asks, None where it is a guest. The text is empty where nobody speaks. Raises TooLarge,
    UnsupportedFormat for what is no recording, UnreadableDocument, Unavailable, which says what to set.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(f"The recording is larger than {MOST_BYTES // (1024 * 1024)} MB", field="file")
    speech = providers().speech
    if speech is None:
        raise Unavailable(_NOT_SET_UP)
    mime_type = await asyncio.to_thread(_audio_type, data)
    started = time.monotonic()
    transcript = await speech.transcribe(data, mime_type=mime_type, language=language)
    transcript = replace(transcript, text="".join(filter(is_storable, transcript.text)))
    seconds, user_id = round(time.monotonic() - started, 3), actor.user_id if actor else None
    logger.info("voice_transcribed", bytes=len(data), seconds=seconds, user_id=user_id)
    return transcript


def _audio_type(data: bytes) -> str:
    try:
        kind = recognise("", data)
    except UnreadableDocument:
        raise
    except DomainError:
        kind = None
    if kind is None or kind.mime_type not in _AUDIO_TYPES:
        raise UnsupportedFormat(f"The file is no recording. Accepted: {ACCEPTED}", field="file")
    return kind.mime_type

"""What the product asks of speech recognition."""

from dataclasses import dataclass
from typing import Protocol

from core.languages import Language


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said. ``language`` is None where it is not known; ``confidence`` (0 to 1) where nobody tells it.

    ``text`` is empty for a recording without speech.
    """

    text: str
    language: Language | None = None
    confidence: float | None = None


class SpeechToText(Protocol):
    async def transcribe(self, data: bytes, *, mime_type: str, language: Language | None) -> Transcript:
        """The words of a recording; ``language`` is that of the speaker where it is known.

        Raises Unavailable, and UnreadableDocument for a recording that cannot be decoded or understood.
        """
        ...

    async def close(self) -> None: ...

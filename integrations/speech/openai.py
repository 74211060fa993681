"""Speech recognition of OpenAI and of whatever speaks its protocol: ``POST /audio/transcriptions``."""

import httpx2
from openai import omit

from core.languages import Language
from integrations.model_endpoint import (
    Budget,
    EndpointOptions,
    MalformedReply,
    ModelEndpoint,
    documented_shape,
)
from integrations.speech.port import Transcript

# The API reference: the format is told from the file's name.
_EXTENSIONS = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/mp4": "m4a",
}


class OpenAISpeech:
    """A :class:`integrations.speech.port.SpeechToText`. Use one object within one event loop.

    ``budget_s`` bounds all attempts at one recording together.
    """

    def __init__(self, options: EndpointOptions, *, model: str, budget_s: float) -> None:
        self._endpoint = ModelEndpoint(options)
        self._model = model
        self._budget_s = budget_s

    async def transcribe(self, data: bytes, *, mime_type: str, language: Language | None) -> Transcript:
        """The endpoint's text; it tells no confidence in the format that all servers have. Raises EndpointFailed."""
        name = f"voice.{_EXTENSIONS.get(mime_type, 'bin')}"

        async def attempt(timeouts: httpx2.Timeout) -> str:
            reply = await self._endpoint.client.audio.transcriptions.create(
                model=self._model,
                file=(name, data, mime_type),
                language=language.value if language else omit,
                response_format="json",
                timeout=timeouts,
            )
            with documented_shape():
                text = reply.text
            if not isinstance(text, str):
                raise MalformedReply("a transcription without text")
            return text

        text = await self._endpoint.call(attempt, Budget(self._budget_s))
        return Transcript(text.strip(), language)

    async def close(self) -> None:
        await self._endpoint.close()

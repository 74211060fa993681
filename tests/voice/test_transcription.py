"""What is taken for a recording, and what is said where voice is not set up."""

from typing import Any

import pytest

from core.errors import TooLarge, Unavailable, UnreadableDocument, UnsupportedFormat
from core.languages import Language
from integrations.speech.port import Transcript
from services import transcription
from tests.files.conftest import using
from tests.files.samples import mp3, mp4, ogg, png, wav, webm

pytestmark = pytest.mark.usefixtures("database")


class Recorder:
    """Speech recognition that remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, Any]] = []

    async def transcribe(self, data: bytes, *, mime_type: str, language: Language | None) -> Transcript:
        self.given.append((mime_type, language))
        return Transcript("слова", language)


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (ogg(), "audio/ogg"),
        (mp3(), "audio/mpeg"),
        (wav(), "audio/wav"),
        (webm(), "audio/webm"),
        (mp4(b"soun"), "audio/mp4"),
    ],
    ids=["ogg", "mp3", "wav", "webm", "m4a"],
)
async def test_recordings_are_told_by_their_content(data: bytes, mime_type: str) -> None:
    recorder = Recorder()
    with using(speech=recorder):
        assert (await transcription.transcribe(None, data, Language.KAZAKH)).text == "слова"
    assert recorder.given == [(mime_type, Language.KAZAKH)]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"just words", UnsupportedFormat),
        (png(), UnsupportedFormat),
        (mp4(b"vide", b"soun"), UnsupportedFormat),
        (b"MZ\x90\x00" + b"\0" * 99, UnsupportedFormat),
        (b"", UnreadableDocument),
        (wav(b"\0\0" * (13 * 1024 * 1024)), TooLarge),
    ],
    ids=["text", "picture", "film", "program", "empty", "26 MB"],
)
async def test_what_is_no_recording_reaches_nobody(data: bytes, error: type[Exception]) -> None:
    recorder = Recorder()
    with using(speech=recorder), pytest.raises(error):
        await transcription.transcribe(None, data)
    assert recorder.given == []


@pytest.mark.parametrize("data", [wav(), b"OggS"], ids=["recording", "beginning of one"])
async def test_without_a_model_it_says_what_to_set(data: bytes) -> None:
    with using(speech=None), pytest.raises(Unavailable, match=r"OPORA_STT_BASE_URL.*make voice"):
        await transcription.transcribe(None, data)

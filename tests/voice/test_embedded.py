"""The embedded speech model, where its packages are installed (`make voice`). No recording of a person is at hand."""

import asyncio
import math
import random
import shutil
import struct
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from config.settings import load_settings
from core.errors import TooLarge, Unavailable, UnreadableDocument
from core.languages import Language
from integrations.speech import whisper_files
from integrations.speech.embedded import EmbeddedSpeech
from integrations.speech.factory import make_speech_to_text
from tests.files.samples import ogg, wav
from tests.fixtures.database import variables

needs_packages = pytest.mark.skipif(not whisper_files.installed(), reason="needs `make voice`")
_ESPEAK = shutil.which("espeak-ng")


@pytest.fixture(scope="module")
async def speech(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedSpeech]:
    model = EmbeddedSpeech(tmp_path_factory.mktemp("whisper"))
    yield model
    await model.close()


def sound(sample: Callable[[int], float], seconds: float = 2.0) -> bytes:
    count = int(16_000 * seconds)
    return wav(struct.pack(f"<{count}h", *(int(sample(number)) for number in range(count))))


_DICE = random.Random(7)
SOUNDS = {
    "silence": sound(lambda _: 0),
    "tone": sound(lambda number: 8000 * math.sin(number * 0.17)),
    "noise": sound(lambda _: _DICE.randint(-8000, 8000)),
    "nothing": wav(b""),
}


@needs_packages
@pytest.mark.parametrize("kind", SOUNDS)
@pytest.mark.parametrize("language", [None, Language.RUSSIAN])
async def test_where_nobody_speaks_there_are_no_words(
    speech: EmbeddedSpeech, kind: str, language: Language | None
) -> None:
    transcript = await speech.transcribe(SOUNDS[kind], mime_type="audio/wav", language=language)
    assert transcript.text == ""


@needs_packages
@pytest.mark.skipif(_ESPEAK is None, reason="needs espeak-ng")
async def test_spoken_english_is_understood(speech: EmbeddedSpeech, tmp_path: Path) -> None:
    said = tmp_path / "said.wav"
    subprocess.run([str(_ESPEAK), "-v", "en", "-w", said, "My order has not arrived yet"], check=True)  # noqa: S603, ASYNC221
    transcript = await speech.transcribe(said.read_bytes(), mime_type="audio/wav", language=Language.ENGLISH)
    assert "order" in transcript.text.lower()
    assert transcript.language is Language.ENGLISH


@needs_packages
async def test_kazakh_is_refused_rather_than_misheard(speech: EmbeddedSpeech) -> None:
    with pytest.raises(UnreadableDocument, match="Russian and English"):
        await speech.transcribe(SOUNDS["tone"], mime_type="audio/wav", language=Language.KAZAKH)


@needs_packages
@pytest.mark.parametrize("data", [ogg(), b"RIFF\x10\0\0\0WAVEfmt ", b"ID3" + b"\0" * 99])
async def test_a_damaged_recording_is_told_so(speech: EmbeddedSpeech, data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        await speech.transcribe(data, mime_type="audio/ogg", language=None)


@needs_packages
async def test_more_than_three_minutes_are_refused(speech: EmbeddedSpeech) -> None:
    with pytest.raises(TooLarge):
        await speech.transcribe(wav(b"\0\0" * 16_000 * 181), mime_type="audio/wav", language=None)


@needs_packages
async def test_a_queue_that_is_full_takes_no_more(speech: EmbeddedSpeech) -> None:
    calls = [speech.transcribe(SOUNDS["silence"], mime_type="audio/wav", language=Language.ENGLISH) for _ in range(12)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, Unavailable) for outcome in outcomes) == 4


@needs_packages
def test_weights_that_were_changed_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper_files, "_SHA256", "0" * 64)
    with pytest.raises(Unavailable, match="other weights"):
        whisper_files.assemble(tmp_path)
    assert not (tmp_path / "model.bin").exists()


@needs_packages
def test_assembling_twice_does_the_work_once(tmp_path: Path) -> None:
    whisper_files.assemble(tmp_path)
    made = (tmp_path / "model.bin").stat().st_mtime_ns
    assert (whisper_files.assemble(tmp_path) / "model.bin").stat().st_mtime_ns == made


async def test_without_its_packages_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper_files, "installed", lambda: False)
    settings = load_settings(
        **{**variables("postgresql://x/y", "redis://x", tmp_path), "OPORA_STT_EMBEDDED": "on"}, _env_file=None
    )
    speech = make_speech_to_text(settings)
    assert speech is not None
    with pytest.raises(Unavailable, match="make voice"):
        await speech.transcribe(wav(), mime_type="audio/wav", language=None)
    await speech.close()

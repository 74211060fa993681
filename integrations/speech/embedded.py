"""Whisper base in 8 bits (package ``faster-whisper``), on the CPU, with no key.

It understands Russian and English. Kazakh is refused: the model writes down words that nobody said. So is a language
that the model guesses with little certainty, which is how noise and other languages show. It computes with one thread
in a queue of one: its threads spin, and two of them on a busy core are slower than one.
"""

import asyncio
import io
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import TooLarge, Unavailable, UnreadableDocument
from core.languages import Language
from integrations.speech import whisper_files
from integrations.speech.port import Transcript

_UNDERSTOOD = (Language.RUSSIAN, Language.ENGLISH)
_SURE = 0.8
_RATE = 16_000
_LONGEST_S = 180
_WAITING_MOST = 8
_OTHER = "The voice model understands Russian and English only; please write instead"


class EmbeddedSpeech:
    """A :class:`integrations.speech.port.SpeechToText`. The model is loaded by the first recording, in half a second.

    ``directory`` is where its weights are put together, once.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._waiting = 0
        self._model: Any = None

    async def transcribe(self, data: bytes, *, mime_type: str, language: Language | None) -> Transcript:
        """Russian or English of at most three minutes. ``confidence`` is the model's own, not calibrated.

        Raises Unavailable where the packages are missing or too many wait, TooLarge, UnreadableDocument.
        """
        if language not in (None, *_UNDERSTOOD):
            raise UnreadableDocument(_OTHER, field="file")
        if self._waiting >= _WAITING_MOST:
            raise Unavailable("Too many recordings wait to be transcribed; try again in a minute")
        left = threading.Event()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._work, data, language, left)
        finally:
            self._waiting -= 1
            left.set()

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, data: bytes, language: Language | None, left: threading.Event) -> Transcript:
        if left.is_set():
            raise UnreadableDocument("Nobody waits for the recording any more")
        samples = _decode(data)
        segments, told = self._loaded().transcribe(
            samples,
            language=language.value if language else None,
            beam_size=1,
            condition_on_previous_text=False,
            # Without it silence becomes words.
            vad_filter=True,
        )
        spoken = told.duration_after_vad > 0
        if spoken and language is None and (told.language not in _UNDERSTOOD or told.language_probability < _SURE):
            raise UnreadableDocument(_OTHER, field="file")
        return _transcript(segments, language or Language(told.language), left) if spoken else Transcript("")

    def _loaded(self) -> Any:
        if self._model is None:
            directory = whisper_files.assemble(self._directory)
            from faster_whisper import WhisperModel

            self._model = WhisperModel(
                str(directory), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
            )
        return self._model


def _transcript(segments: Any, language: Language, left: threading.Event) -> Transcript:
    """Read the segments, which are computed as they are read."""
    texts, certainty, seconds = [], 0.0, 0.0
    for segment in segments:
        if left.is_set():
            break
        texts.append(segment.text.strip())
        certainty += segment.avg_logprob * (segment.end - segment.start)
        seconds += segment.end - segment.start
    confidence = min(1.0, math.exp(certainty / seconds)) if seconds > 0 else None
    return Transcript(" ".join(text for text in texts if text), language, confidence)


def _decode(data: bytes) -> Any:
    """The recording as one channel of 16 kHz, floats of -1 to 1. Raises TooLarge, UnreadableDocument."""
    if not whisper_files.installed():
        raise Unavailable(whisper_files.MISSING)
    import av

    pieces: list[Any] = []
    count = 0
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    try:
        with av.open(io.BytesIO(data), mode="r", metadata_errors="ignore") as container:
            for frame in container.decode(audio=0):
                for resampled in resampler.resample(frame):
                    pieces.append(resampled.to_ndarray()[0])
                    count += len(pieces[-1])
                if count > _LONGEST_S * _RATE:
                    raise TooLarge(f"The recording is longer than {_LONGEST_S // 60} minutes", field="file")
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise UnreadableDocument("The recording is damaged and cannot be read", field="file") from error
    return np.concatenate(pieces).astype(np.float32) / 32768.0 if pieces else np.zeros(0, np.float32)

"""Transcription by an OpenAI-compatible endpoint, against a real server that misbehaves on demand."""

from collections.abc import AsyncIterator, Iterator

import pytest

from core.errors import Unavailable
from core.languages import Language
from core.network import NetworkInTransaction, forbidden
from integrations.model_endpoint import EndpointFailed, EndpointOptions, FailureReason
from integrations.speech.openai import OpenAISpeech
from integrations.speech.port import Transcript
from tests.doubles.openai import Fault, Garbage, Hang, OpenAIDouble, Status, running_openai
from tests.files.samples import wav


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.model_endpoint._BACKOFF_FIRST_S", 0.05)


@pytest.fixture(scope="module")
def served() -> Iterator[OpenAIDouble]:
    with running_openai() as running:
        yield running


@pytest.fixture
def double(served: OpenAIDouble) -> OpenAIDouble:
    served.faults.clear()
    served.requests.clear()
    return served


@pytest.fixture
async def speech(double: OpenAIDouble) -> AsyncIterator[OpenAISpeech]:
    options = EndpointOptions("speech", "OPORA_STT", double.base_url, double.api_key, attempt_s=0.5, max_retries=1)
    adapter = OpenAISpeech(options, model="double-whisper", budget_s=2.0)
    yield adapter
    await adapter.close()


async def test_the_words_of_the_endpoint_are_the_transcript(speech: OpenAISpeech, double: OpenAIDouble) -> None:
    assert await speech.transcribe(wav(), mime_type="audio/wav", language=None) == Transcript("здравствуйте")
    (request,) = double.requests
    assert request.body == {"model": "double-whisper", "response_format": "json", "file": len(wav())}
    assert double.file_names == ["voice.wav"]


async def test_the_speakers_language_is_told(speech: OpenAISpeech, double: OpenAIDouble) -> None:
    transcript = await speech.transcribe(b"OggS", mime_type="audio/ogg", language=Language.KAZAKH)
    assert transcript.language is Language.KAZAKH
    assert double.requests[0].body["language"] == "kk"


@pytest.mark.parametrize("fault", [Status(500), Status(429, "0.1"), Hang(30)])
async def test_a_passing_fault_is_tried_again(speech: OpenAISpeech, double: OpenAIDouble, fault: Fault) -> None:
    double.faults.append(fault)
    assert (await speech.transcribe(wav(), mime_type="audio/wav", language=None)).text
    assert len(double.requests) == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Status(400), FailureReason.REJECTED),
        (Status(401), FailureReason.KEY_REFUSED),
        (Garbage("{}"), FailureReason.MALFORMED),
        (Garbage("<html>", "text/html"), FailureReason.MALFORMED),
    ],
)
async def test_a_lasting_fault_is_unavailable_at_once(
    speech: OpenAISpeech, double: OpenAIDouble, fault: Fault, reason: FailureReason
) -> None:
    double.faults.append(fault)
    with pytest.raises(Unavailable) as failed:
        await speech.transcribe(wav(), mime_type="audio/wav", language=None)
    assert isinstance(failed.value, EndpointFailed)
    assert failed.value.reason is reason
    assert double.api_key not in failed.value.message


async def test_no_call_inside_a_transaction(speech: OpenAISpeech, double: OpenAIDouble) -> None:
    with forbidden(), pytest.raises(NetworkInTransaction):
        await speech.transcribe(wav(), mime_type="audio/wav", language=None)
    assert double.requests == []

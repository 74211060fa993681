"""The speech recognition that the settings name."""

from config.settings import Settings
from integrations.speech.port import SpeechToText


def make_speech_to_text(settings: Settings) -> SpeechToText | None:
    """The configured endpoint, else the embedded model where it is switched on, else None. Nothing is loaded yet."""
    speech = settings.speech
    if speech.base_url is None:
        return _embedded(settings) if speech.embedded else None
    # The SDK takes a second to import: only where it is used.
    from integrations.model_endpoint import EndpointOptions
    from integrations.speech.openai import OpenAISpeech

    options = EndpointOptions(
        kind="speech",
        setting="OPORA_STT",
        base_url=speech.base_url,
        api_key=speech.api_key.get_secret_value() if speech.api_key else None,
        attempt_s=speech.timeout_s,
        max_retries=speech.max_retries,
    )
    return OpenAISpeech(options, model=speech.model, budget_s=speech.timeout_s * (speech.max_retries + 1))


def _embedded(settings: Settings) -> SpeechToText:
    from integrations.speech.embedded import EmbeddedSpeech

    return EmbeddedSpeech(settings.data_dir / "models" / "whisper-base")

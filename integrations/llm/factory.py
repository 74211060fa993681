"""The chat model that the settings name."""

import structlog

from config.settings import Settings
from integrations.llm.port import ChatModel

logger = structlog.get_logger(__name__)


def make_chat_model(settings: Settings) -> ChatModel | None:
    """None where no endpoint is configured: answers are then extracted from the knowledge."""
    llm = settings.llm
    if llm.base_url is None:
        return None
    if llm.model is None:
        logger.warning("chat_model_unknown", mend="set OPORA_LLM_MODEL as well; until then answers are quotes")
        return None
    api_key = llm.api_key.get_secret_value() if llm.api_key else None
    return make_chat_with(settings, llm.base_url, api_key, llm.model, max_retries=llm.max_retries)


def make_chat_with(
    settings: Settings, base_url: str, api_key: str | None, model: str, *, max_retries: int
) -> ChatModel:
    """A chat model at ``base_url`` (with the version suffix), with the settings' times."""
    # The SDK takes a second to import: only where it is used.
    from integrations.llm.openai import OpenAIChat
    from integrations.model_endpoint import EndpointOptions

    options = EndpointOptions(
        kind="chat",
        setting="OPORA_LLM",
        base_url=base_url,
        api_key=api_key,
        attempt_s=settings.llm.timeout_s,
        max_retries=max_retries,
    )
    return OpenAIChat(options, model=model, budget_s=settings.llm.budget_s)

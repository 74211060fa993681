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
    # The SDK takes a second to import: only where it is used.
    from integrations.llm.openai import OpenAIChat
    from integrations.model_endpoint import EndpointOptions

    options = EndpointOptions(
        kind="chat",
        setting="OPORA_LLM",
        base_url=llm.base_url,
        api_key=llm.api_key.get_secret_value() if llm.api_key else None,
        attempt_s=llm.timeout_s,
        max_retries=llm.max_retries,
    )
    return OpenAIChat(options, model=llm.model, budget_s=llm.budget_s)

"""The embedder that the settings name."""

from config.settings import Settings
from core.errors import Unavailable
from integrations.embeddings.embedded import EmbeddedEmbedder
from integrations.embeddings.port import Embedder

# From the models' documentation; any other model needs the setting.
_KNOWN_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
    "multilingual-e5-small": 384,
    "multilingual-e5-base": 768,
    "multilingual-e5-large": 1024,
    "multilingual-e5-large-instruct": 1024,
    "bge-m3": 1024,
    "nomic-embed-text": 768,
    "mxbai-embed-large": 1024,
}


def make_embedder(settings: Settings) -> Embedder:
    """The configured endpoint, else the embedded model. Raises Unavailable where a needed setting is missing."""
    embeddings = settings.embeddings
    if embeddings.base_url is None:
        return EmbeddedEmbedder()
    if embeddings.model is None:
        raise Unavailable("OPORA_EMBEDDINGS_MODEL is not set, but OPORA_EMBEDDINGS_BASE_URL is")
    # The SDK takes a second to import: only where it is used.
    from integrations.embeddings.openai import OpenAIEmbedder
    from integrations.model_endpoint import EndpointOptions

    options = EndpointOptions(
        kind="embeddings",
        setting="OPORA_EMBEDDINGS",
        base_url=embeddings.base_url,
        api_key=embeddings.api_key.get_secret_value() if embeddings.api_key else None,
        attempt_s=embeddings.timeout_s,
        max_retries=embeddings.max_retries,
    )
    dimensions = embeddings.dimensions or _dimensions_of(embeddings.model)
    budget_s = embeddings.timeout_s * (embeddings.max_retries + 1)
    return OpenAIEmbedder(options, model=embeddings.model, dimensions=dimensions, budget_s=budget_s)


def _dimensions_of(model: str) -> int:
    # "intfloat/multilingual-e5-base", "bge-m3:latest": the owner and the tag do not matter.
    name = model.rsplit("/", 1)[-1].split(":", 1)[0].lower()
    try:
        return _KNOWN_DIMENSIONS[name]
    except KeyError:
        raise Unavailable(f"OPORA_EMBEDDINGS_DIMENSIONS is not set, and is not known for the model {model}") from None

"""The store of vectors that the settings name."""

from config.settings import Settings
from integrations.vectors.pgvector import PgVectorStore
from integrations.vectors.port import VectorStore


def make_vector_store(settings: Settings, *, model: str, dimensions: int) -> VectorStore:
    """A store for the vectors of one embedder; connects at first use."""
    vectors = settings.vectors
    if vectors.store == "pgvector":
        return PgVectorStore(model=model, dimensions=dimensions)
    # Most of a second to import: only where it is used.
    from integrations.vectors.weaviate import WeaviateOptions, WeaviateVectorStore

    api_key = vectors.weaviate_api_key.get_secret_value() if vectors.weaviate_api_key else None
    options = WeaviateOptions(vectors.weaviate_url, vectors.weaviate_grpc_port, api_key)
    return WeaviateVectorStore(options, model=model, dimensions=dimensions)

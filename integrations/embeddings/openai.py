"""Embeddings of OpenAI and of whatever speaks its protocol."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2
import numpy as np
from openai import omit
from openai.types import CreateEmbeddingResponse

from integrations.embeddings.port import Vector
from integrations.embeddings.text import embeddable
from integrations.model_endpoint import (
    Budget,
    EndpointFailed,
    EndpointOptions,
    FailureReason,
    MalformedReply,
    ModelEndpoint,
    documented_shape,
)

_BATCH = 128
_QUERY_CHARACTERS = 6_000


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What a model was trained to read before each kind of text."""

    query: str = ""
    passage: str = ""


def prefixes_of(model: str) -> Prefixes:
    """Models of the e5 family want prefixes (their model cards), and only they need centring by language."""
    if re.search(r"(^|[-_/])e5([-_:]|$)", model.lower()):
        return Prefixes("query: ", "passage: ")
    return Prefixes()


class OpenAIEmbedder:
    """An :class:`integrations.embeddings.port.Embedder`. Use one object within one event loop.

    ``budget_s`` bounds all attempts of one request of up to 128 texts, in seconds.
    """

    def __init__(self, options: EndpointOptions, *, model: str, dimensions: int, budget_s: float = 60.0) -> None:
        self.model = model
        self.dimensions = dimensions
        self._prefixes = prefixes_of(model)
        self.centred = self._prefixes != Prefixes()
        self._endpoint = ModelEndpoint(options)
        self._budget_s = budget_s
        # Models that can shorten their vectors must be told; others reject the parameter.
        self._asked_dimensions = dimensions if model.startswith("text-embedding-3") else omit

    async def passages(self, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), dimensions), unit rows. Raises EndpointFailed."""
        prepared = [self._prefixes.passage + embeddable(text) for text in texts]
        batches = [await self._embed(prepared[at : at + _BATCH]) for at in range(0, len(prepared), _BATCH)]
        return np.concatenate(batches) if batches else np.empty((0, self.dimensions), np.float32)

    async def query(self, text: str) -> Vector:
        """Shape (dimensions,), of unit length; the first 6,000 characters count. Raises EndpointFailed."""
        vector: Vector = (await self._embed([self._prefixes.query + embeddable(text[:_QUERY_CHARACTERS])]))[0]
        return vector

    async def close(self) -> None:
        await self._endpoint.close()

    async def _embed(self, texts: list[str]) -> Vector:
        async def attempt(timeouts: httpx2.Timeout) -> Vector:
            reply = await self._endpoint.client.embeddings.create(
                model=self.model, input=texts, dimensions=self._asked_dimensions, timeout=timeouts
            )
            return _matrix(reply, len(texts))

        vectors = await self._endpoint.call(attempt, Budget(self._budget_s))
        if vectors.shape[1] != self.dimensions:
            raise EndpointFailed(
                f"The model {self.model} gives vectors of {vectors.shape[1]} dimensions, not {self.dimensions}:"
                f" set OPORA_EMBEDDINGS_DIMENSIONS={vectors.shape[1]} and run `opora reindex`",
                FailureReason.MALFORMED,
            )
        return vectors


def _matrix(reply: CreateEmbeddingResponse, expected: int) -> Vector:
    """The reply's vectors in the order of its texts, scaled to unit length. Raises MalformedReply."""
    with documented_shape():
        rows = [item.embedding for item in sorted(reply.data, key=lambda item: item.index)]
        vectors = np.array(rows, np.float32)
    if vectors.ndim != 2 or len(vectors) != expected:
        raise MalformedReply(f"{len(rows)} vectors for {expected} texts")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or np.any(lengths == 0):
        raise MalformedReply("a vector without direction")
    unit: Vector = vectors / lengths
    return unit

"""Texts of known classes that come with Opora, in three languages, and their vectors.

The vectors of the embedded model are shipped too, because computing them takes seconds (``python -m benchmarks.triage
--write`` writes them); those of any other model are computed at first use and kept by the process.
"""

import asyncio
import hashlib
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

import numpy as np

from core.bounded_cache import BoundedCache
from core.languages import Language
from integrations.embeddings.port import Embedder
from services.scoring import Vector
from services.triage import Example

VECTORS = "shipped_vectors.npz"
_AT_ONCE = 8
_known: BoundedCache[tuple[str, str], Vector] = BoundedCache(8)


class Collection(StrEnum):
    """What is shipped; the value names its folder."""

    TRIAGE = "triage_examples"
    SENTIMENT = "sentiment_examples"


@cache
def texts(collection: Collection) -> tuple[tuple[str, str], ...]:
    """(label, text) of all languages, in an order that stays."""
    folder = files(f"services.{collection}")
    tables = [tomllib.loads(folder.joinpath(f"{language}.toml").read_text("utf-8")) for language in Language]
    return tuple((label, text) for table in tables for label, found in table.items() for text in found)


async def examples(collection: Collection, embedder: Embedder) -> list[Example]:
    """The shipped examples with raw query vectors of ``embedder``. Raises ModelUnavailable."""
    vectors = await _vectors(collection, embedder)
    return [Example(label, vector) for (label, _), vector in zip(texts(collection), vectors, strict=True)]


async def computed(collection: Collection, embedder: Embedder) -> Vector:
    """Query vectors, shape (n, d), in the order of :func:`texts`. Raises ModelUnavailable."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def embed(text: str) -> Vector:
        async with free:
            return await embedder.query(text)

    return np.stack(await asyncio.gather(*(embed(text) for _, text in texts(collection)))).astype(np.float32)


def digest(collection: Collection, model: str) -> str:
    """Names the vectors: another text or another model has another."""
    parts = [model, *(text for _, text in texts(collection))]
    return f"{collection}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]}"


def shipped(collection: Collection, model: str) -> Vector | None:
    """Vectors of the file, shape (n, d); None where it has none of these texts by this model."""
    with files("services").joinpath(VECTORS).open("rb") as file, np.load(file) as arrays:
        name = digest(collection, model)
        return arrays[name].astype(np.float32) if name in arrays else None


async def _vectors(collection: Collection, embedder: Embedder) -> Vector:
    key = (embedder.model, collection.value)
    vectors = _known.get(key)
    if vectors is None:
        vectors = await asyncio.to_thread(shipped, collection, embedder.model)
        vectors = await computed(collection, embedder) if vectors is None else vectors
        _known.put(key, vectors)
    return vectors

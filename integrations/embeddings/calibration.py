"""Means of languages, by which scores of models that crowd by language are centred.

An e5 model puts texts of one language near each other whatever they say, so that a Russian question finds Russian
passages before right ones. Subtracting the mean of each language from passages and queries removes that; what a
language's mean is, a small knowledge base cannot tell, so it is shrunk towards the mean of general sentences.
"""

import asyncio
from collections.abc import Mapping
from importlib.resources import files

import numpy as np

from core.languages import Language
from integrations.embeddings import embedded
from integrations.embeddings.calibration_sentences import ANSWERS, QUESTIONS
from integrations.embeddings.port import Embedder, Vector

SHIPPED = "calibration_means.npz"

Means = Mapping[Language, Vector]


class Calibration:
    """General means of one embedder, computed at first use; zeros where the embedder needs no centring."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._means: tuple[Means, Means] | None = None
        self._lock = asyncio.Lock()

    async def passages(self) -> Means:
        """Mean passage of each language, shape (dimensions,). Raises ModelUnavailable."""
        return (await self._both())[0]

    async def queries(self) -> Means:
        """Mean query of each language, shape (dimensions,). Raises ModelUnavailable."""
        return (await self._both())[1]

    async def _both(self) -> tuple[Means, Means]:
        async with self._lock:
            if self._means is None:
                self._means = await self._known()
            return self._means

    async def _known(self) -> tuple[Means, Means]:
        if not self._embedder.centred:
            zeros = {language: np.zeros(self._embedder.dimensions, np.float32) for language in Language}
            return zeros, zeros
        if self._embedder.model == embedded.MODEL:
            return shipped_means()
        return await computed_means(self._embedder)


async def computed_means(embedder: Embedder) -> tuple[Means, Means]:
    """Means of passages and of queries, from the sentences; some 144 texts to embed."""
    passages, queries = {}, {}
    for language in Language:
        passages[language] = (await embedder.passages(ANSWERS[language])).mean(axis=0)
        queries[language] = np.mean([await embedder.query(text) for text in QUESTIONS[language]], axis=0)
    return passages, queries


def shipped_means() -> tuple[Means, Means]:
    """What :func:`computed_means` gives for the embedded model; kept in a file, because it takes seconds."""
    with files(__package__).joinpath(SHIPPED).open("rb") as file, np.load(file) as arrays:
        passages = {language: arrays[f"passages_{language}"] for language in Language}
        queries = {language: arrays[f"queries_{language}"] for language in Language}
    return passages, queries

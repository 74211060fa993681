"""Embeddings of benchmark corpora, kept on disk: the model is the slow part and always gives the same."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.progress import Progress

from integrations.embeddings.embedded import EmbeddedEmbedder
from services.scoring import Vector

_BATCH = 64


class EmbeddingCache:
    """Vectors by the digest of their texts in ``folder``; missing ones are computed under a progress bar."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress
        self.embedder = EmbeddedEmbedder()

    def passages(self, name: str, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), d)."""
        return self._cached("passages", name, texts)

    def queries(self, name: str, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), d)."""
        return self._cached("queries", name, texts)

    def _cached(self, kind: str, name: str, texts: Sequence[str]) -> Vector:
        digest = hashlib.sha256("\0".join((self.embedder.model, kind, *texts)).encode()).hexdigest()[:24]
        path = self._folder / f"{digest}.npy"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            vectors = asyncio.run(self._computed(kind, name, texts))
            partial = path.with_suffix(".partial.npy")
            np.save(partial, vectors)
            partial.rename(path)
        loaded: Vector = np.load(path)
        return loaded

    async def _computed(self, kind: str, name: str, texts: Sequence[str]) -> Vector:
        task = self._progress.add_task(f"embedding {name}", total=len(texts))
        parts = []
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            if kind == "passages":
                parts.append(await self.embedder.passages(batch))
            else:
                parts.append(np.stack(await asyncio.gather(*(self.embedder.query(text) for text in batch))))
            self._progress.advance(task, len(batch))
        return np.concatenate(parts).astype(np.float32)

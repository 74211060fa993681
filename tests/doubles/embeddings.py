"""A deterministic embedder: words in common make texts alike, and nothing else does."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def word_vector(text: str, dimensions: int) -> npt.NDArray[np.float32]:
    """Unit vector of the text's words, each at a place and sign of its hash; a text without words has a fixed one."""
    vector = np.zeros(dimensions, np.float32)
    for word in re.findall(r"\w+", text.lower()) or ["\0"]:
        digest = hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest()
        # Four places a word: that two words share all of them is then as good as impossible.
        for place in range(0, 8, 2):
            value = int.from_bytes(digest[place : place + 2], "big")
            vector[(value >> 1) % dimensions] += 1.0 if value & 1 else -1.0
    norm = float(np.linalg.norm(vector))
    if norm == 0.0:
        vector[0] = norm = 1.0
    return (vector / norm).astype(np.float32)


class DeterministicEmbedder:
    """An :class:`integrations.embeddings.port.Embedder` that needs no model and no network."""

    centred = False

    def __init__(self, dimensions: int = 384) -> None:
        self.model = f"deterministic-{dimensions}"
        self.dimensions = dimensions

    async def passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.array([word_vector(text, self.dimensions) for text in texts], np.float32).reshape(
            len(texts), self.dimensions
        )

    async def query(self, text: str) -> npt.NDArray[np.float32]:
        return word_vector(text, self.dimensions)

    async def close(self) -> None:
        """Nothing is held open."""

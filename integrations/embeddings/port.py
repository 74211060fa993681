"""What the product asks of an embedding model."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Texts to vectors of unit length. Passages are what is searched, a query is what searches."""

    @property
    def model(self) -> str:
        """Names the vectors' space: vectors of different models are not comparable."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def centred(self) -> bool:
        """Whether scores need the mean of each language subtracted (see :mod:`integrations.embeddings.calibration`)."""
        ...

    async def passages(self, texts: Sequence[str]) -> Vector:
        """Float32 of shape (len(texts), dimensions), rows of unit length. Raises ModelUnavailable."""
        ...

    async def query(self, text: str) -> Vector:
        """Float32 of shape (dimensions,), of unit length; not to be written to. Raises ModelUnavailable."""
        ...

    async def close(self) -> None: ...

"""What the product asks of a store of vectors. Vectors are derived data: PostgreSQL can always rebuild them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]
SHARED = 0
"""The scope of what all of a tenant may find; any other scope is the id of an assistant."""


@dataclass(frozen=True, slots=True)
class VectorRecord:
    """One current chunk. ``language`` is an ISO 639 code; ``vector`` is raw (not centred) and of unit length.

    A chunk never moves to another ``scope``.
    """

    chunk_id: int
    source_id: int
    language: str
    text: str
    vector: Vector
    scope: int = SHARED


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """``vector`` is centred and of unit length; ``means`` are those to subtract from passages, by their language.

    Only languages named in ``means`` are searched. Zeros as a mean make the score of that language the plain cosine.
    Only ``scopes`` are searched, each as deep as the others.
    """

    vector: Vector
    text: str
    means: Mapping[str, Vector]
    scopes: Sequence[int] = (SHARED,)


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` is the centred cosine: ``(v - mean) . query / |v - mean|``, 0 where ``v`` equals the mean."""

    chunk_id: int
    score: float


class VectorStore(Protocol):
    """All methods raise Unavailable where the store does not answer in time."""

    async def put(self, tenant_id: int, records: Sequence[VectorRecord]) -> None:
        """Add chunks, or replace those of the same id. Raises ValueError for vectors of other dimensions."""
        ...

    async def search(self, tenant_id: int, query: VectorQuery, *, limit: int) -> list[Hit]:
        """The tenant's best chunks, best first, equals by chunk id; none for a tenant that has no chunks."""
        ...

    async def delete(self, tenant_id: int, chunk_ids: Sequence[int], *, scope: int = SHARED) -> None:
        """Remove chunks of a scope; those that are not there are no error."""
        ...

    async def drop_tenant(self, tenant_id: int) -> None:
        """Remove everything of a tenant, in all scopes."""
        ...

    async def ready(self) -> bool:
        """Whether the store answers. Never raises."""
        ...

    async def close(self) -> None: ...


def candidates(limit: int) -> int:
    """How many chunks of each language to score exactly.

    Within a language the inner product orders as the numerator does, because the mean's part is constant; only the
    length of ``v - mean`` can change places, and it varies little.
    """
    return max(40, limit + limit // 4)


def centred_cosines(vectors: Vector, mean: Vector, query: Vector) -> npt.NDArray[np.float64]:
    """Scores of ``vectors`` (n, d) for ``query`` (d,), shape (n,)."""
    differences = np.asarray(vectors, np.float64) - mean
    lengths = np.linalg.norm(differences, axis=1)
    scores: npt.NDArray[np.float64] = np.where(lengths > 1e-6, differences @ query / np.maximum(lengths, 1e-6), 0.0)
    return scores


def checked(records: Sequence[VectorRecord], dimensions: int) -> Sequence[VectorRecord]:
    """``records``, if every vector has ``dimensions``. Raises ValueError that names the first chunk that differs."""
    for record in records:
        if record.vector.shape != (dimensions,):
            raise ValueError(f"Chunk {record.chunk_id} has a vector of {record.vector.shape}, not ({dimensions},)")
    return records

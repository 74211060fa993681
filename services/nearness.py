"""The dense lane: inner products of a question with each candidate passage and with its best sentence, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from services.scoring import Centring, DenseHit, Vector

_SENTENCE_SHARE = 0.5
_SENTENCES_FOR_FULL_SHARE = 3
_Places: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that some lane found. ``vectors`` are raw, of shape (1 + n, d): its own, then those of its n sentences;
    they may be of half precision.
    """

    chunk_id: int
    language: str
    vectors: npt.NDArray[np.floating[Any]]


def dense(query: Vector, language: str, candidates: Sequence[Candidate], means: Centring) -> list[DenseHit]:
    """Score candidates against a raw query vector (d,) of a text in ``language``; in the order given."""
    if not candidates:
        return []
    searching = means.query(query, language)
    direction = _unit(query - means.query_mean(language))
    stacked = np.concatenate([candidate.vectors for candidate in candidates]).astype(np.float32, copy=False)
    sizes = np.array([len(candidate.vectors) for candidate in candidates])
    places = np.cumsum(sizes) - sizes
    nearest, centres = _nearest_sentences(stacked, places, sizes, searching), _centres(candidates, means)
    whole, parts = stacked[places] - centres, stacked[nearest] - centres
    # A passage of one or two sentences is its own context; alone, its sentences say less than it does.
    share = (_SENTENCE_SHARE * np.clip((sizes - 2) / (_SENTENCES_FOR_FULL_SHARE - 1), 0, 1)).astype(np.float32)
    scores = (1 - share) * _products(whole, searching) + share * _products(parts, searching)
    similarities = (1 - share) * _cosines(whole, direction) + share * _cosines(parts, direction)
    best = [number - 1 if number else None for number in (nearest - places).tolist()]
    rows = zip(candidates, scores.tolist(), similarities.tolist(), best, strict=True)
    return [DenseHit(each.chunk_id, each.language, *measured) for each, *measured in rows]


def _centres(candidates: Sequence[Candidate], means: Centring) -> Vector:
    """For each candidate its language's mean, which shifts all its passages alike: subtracting it compares them."""
    languages = list({candidate.language for candidate in candidates})
    known = np.stack([means.passage_mean(language) for language in languages])
    return known[[languages.index(candidate.language) for candidate in candidates]]


def _nearest_sentences(stacked: Vector, places: _Places, sizes: _Places, searching: Vector) -> _Places:
    """Of each candidate the row of its nearest sentence, equals as they stand; its own row where it has none.

    Within one passage the mean is the same for all sentences and changes no order.
    """
    inner = _products(stacked, searching)
    inner[places] = -np.inf
    return np.lexsort((-inner, np.repeat(np.arange(len(places)), sizes)))[places]


def _products(vectors: Vector, direction: Vector) -> Vector:
    """Inner products of rows. The matrix library would wake threads of its own for so few, and wait for them."""
    products: Vector = np.einsum("nd,d->n", vectors, direction)
    return products


def _cosines(vectors: Vector, direction: Vector) -> Vector:
    """Of rows with a direction of unit length; 0 for a row of zeros."""
    lengths = np.linalg.norm(vectors, axis=1)
    cosines: Vector = np.where(lengths > 1e-6, _products(vectors, direction) / np.maximum(lengths, 1e-6), 0).astype(
        np.float32
    )
    return cosines


def _unit(vector: Vector) -> Vector:
    """``vector`` scaled to length one; zeros stay zeros."""
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 1e-6 else np.zeros_like(vector)

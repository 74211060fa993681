"""The dense lane: inner products of a question with each candidate passage and with its best sentence, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.scoring import Centring, DenseHit, Vector

_SENTENCE_SHARE = 0.5
_SENTENCES_FOR_FULL_SHARE = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that some lane found: raw vectors of itself, shape (d,), and of its sentences, shape (n, d)."""

    chunk_id: int
    language: str
    vector: Vector
    sentences: Vector


def dense(query: Vector, language: str, candidates: Sequence[Candidate], means: Centring) -> list[DenseHit]:
    """Score candidates against a raw query vector (d,) of a text in ``language``; in the order given."""
    if not candidates:
        return []
    searching = means.query(query, language)
    direction = _unit(query - means.query_mean(language))
    # A language's mean shifts all its passages alike: subtracting it compares them across languages.
    by_language = {each: means.passage_mean(each) for each in {candidate.language for candidate in candidates}}
    centres = np.stack([by_language[candidate.language] for candidate in candidates])
    whole = np.stack([candidate.vector for candidate in candidates]).astype(np.float32, copy=False) - centres
    scores, similarities = _products(whole, searching), _cosines(whole, direction)
    best, parts = _best_sentences(candidates, centres, searching)
    counts = np.array([len(candidate.sentences) for candidate in candidates])
    # A passage of one or two sentences is its own context; alone, its sentences say less than it does.
    share = (_SENTENCE_SHARE * np.clip((counts - 1) / (_SENTENCES_FOR_FULL_SHARE - 1), 0, 1)).astype(np.float32)
    scores = (1 - share) * scores + share * _products(parts, searching)
    similarities = (1 - share) * similarities + share * _cosines(parts, direction)
    rows = zip(candidates, scores.tolist(), similarities.tolist(), best, strict=True)
    return [DenseHit(each.chunk_id, each.language, *measured) for each, *measured in rows]


def _best_sentences(
    candidates: Sequence[Candidate], centres: Vector, searching: Vector
) -> tuple[list[int | None], Vector]:
    """Of each candidate the number of its nearest sentence, and that one's centred vector: zeros where it has none."""
    counts = np.array([len(candidate.sentences) for candidate in candidates])
    chosen, holding = np.zeros_like(centres), np.flatnonzero(counts)
    if not len(holding):
        return [None] * len(candidates), chosen
    parts = np.concatenate([candidate.sentences for candidate in candidates]).astype(np.float32, copy=False)
    # Within one passage the mean is the same for all sentences and changes no order.
    inner = _products(parts, searching)
    # Passage by passage, the highest first, equals as they stand.
    order = np.lexsort((-inner, np.repeat(np.arange(len(candidates)), counts)))
    starts = np.cumsum(counts) - counts
    firsts = order[starts[holding]]
    chosen[holding] = parts[firsts] - centres[holding]
    best = dict(zip(holding.tolist(), (firsts - starts[holding]).tolist(), strict=True))
    return [best.get(number) for number in range(len(candidates))], chosen


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

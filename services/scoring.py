"""From candidate passages to a ranking, each hit with the probability that it is the right one.

Dense scores are inner products of a question with a passage and with its best sentence. A multilingual e5 model crowds
its vectors by language; therefore the mean passage of each language is subtracted, shrunk towards a general mean
(a small knowledge base cannot tell its own), and in a knowledge base of several languages the mean question too.
Lexical scores are added with a weight that depends on whether passage and question share a language. Weights, curve
and thresholds are data, measured per embedding model by ``python -m benchmarks.confidence``: see scoring.toml.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]

# Weight of the general mean, in passages: without it a knowledge base's only passage would be its own mean.
SHRINKAGE = 10.0
# Share of the commonest language below which a knowledge base counts as wholly mixed.
_WHOLLY_MIXED = 0.9


@dataclass(frozen=True, slots=True)
class Space:
    """The current chunks of one language: how many, and the sum of their raw vectors, shape (d,)."""

    count: int
    total: Vector


@dataclass(frozen=True, slots=True)
class Centring:
    """Means to subtract, by language, shape (d,), for a knowledge base of ``chunks`` passages.

    ``mixture`` is 0 where they are of one language, up to 1.
    """

    passages: Mapping[str, Vector]
    queries: Mapping[str, Vector]
    mixture: float
    chunks: int

    def query(self, vector: Vector, language: str) -> Vector:
        """What searches: its inner product orders raw vectors of one language as ``services.nearness`` does."""
        return vector if self.mixture == 0 else vector - np.float32(self.mixture) * self.query_mean(language)

    def query_mean(self, language: str) -> Vector:
        mean = self.queries.get(language)
        return _average(self.queries) if mean is None else mean

    def passage_mean(self, language: str) -> Vector:
        mean = self.passages.get(language)
        return _average(self.passages) if mean is None else mean


def centring(
    spaces: Mapping[str, Space], general_passages: Mapping[str, Vector], general_queries: Mapping[str, Vector]
) -> Centring:
    """Centring for a tenant's knowledge. The general means come from ``integrations.embeddings.calibration``."""
    fallback = _average(general_passages)
    means = dict(general_passages)
    for language, space in spaces.items():
        general = general_passages.get(language, fallback)
        means[language] = ((space.total + SHRINKAGE * general) / (space.count + SHRINKAGE)).astype(np.float32)
    counts = [space.count for space in spaces.values()]
    chunks = sum(counts)
    mixture = min(1.0, (1 - max(counts) / chunks) / (1 - _WHOLLY_MIXED)) if chunks else 0.0
    return Centring(means, general_queries, mixture, chunks)


def _average(means: Mapping[str, Vector]) -> Vector:
    average: Vector = np.mean(np.stack(list(means.values())), axis=0, dtype=np.float32)
    return average


@dataclass(frozen=True, slots=True)
class DenseHit:
    """``score`` orders the hits of one question; ``similarity``, a cosine of centred vectors, compares questions.

    ``sentence`` numbers the passage's sentence that is nearest to the question; None where it has no sentences.
    """

    chunk_id: int
    language: str
    score: float
    similarity: float
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """One embedding model's weights: of lanes in the ranking, and of features in the logistic curve of confidence."""

    lexical_same: float
    lexical_other: float
    exact: float
    intercept: float
    by_dense: float
    by_exact: float
    by_margin: float
    margin_cap: float
    by_other_language: float
    by_size: float
    answer: float
    suggest: float

    @property
    def thresholds(self) -> "Thresholds":
        return Thresholds(self.answer, self.suggest)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence from which a passage answers, and below which nothing is offered."""

    answer: float
    suggest: float

    def overridden(self, answer: float | None, suggest: float | None) -> "Thresholds":
        """With a tenant's own values where it has set them."""
        return Thresholds(
            self.answer if answer is None else answer,
            self.suggest if suggest is None else suggest,
        )


@cache
def recipe(model: str) -> Recipe:
    """The measured recipe of an embedding model, the general one where it was not measured."""
    tables = tomllib.loads(files("services").joinpath("scoring.toml").read_text("utf-8"))
    table = tables["models"].get(model, tables["general"])
    return Recipe(**{each.name: float(table[each.name]) for each in fields(Recipe)})


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage. ``score`` orders; ``confidence``, from 0 to 1, is the probability that it is the right one."""

    chunk_id: int
    score: float
    confidence: float
    dense: float
    lexical: float
    exact: float
    sentence: int | None


def fuse(
    dense_hits: Sequence[DenseHit],
    lexical: Mapping[int, float],
    exact: Mapping[int, float],
    language: str,
    chunks: int,
    using: Recipe,
    most: int | None = None,
) -> list[Hit]:
    """Rank, best first, with ``most`` no more than the first so many.

    ``lexical`` holds BM25 by chunk id; ``exact`` the share, from 0 to 1, of the question's exact tokens that a chunk
    holds. ``language`` is the question's; ``chunks`` the size of the knowledge base.
    """
    scores = [_score(hit, lexical, exact, language, using) for hit in dense_hits]
    order = sorted(range(len(scores)), key=lambda index: (-scores[index], dense_hits[index].chunk_id))
    ranked = []
    for index in order[:most]:
        hit = dense_hits[index]
        # A translation of the same passage is no rival.
        rival = next((n for n in order if n != index and dense_hits[n].language == hit.language), None)
        margin = using.margin_cap if rival is None else scores[index] - scores[rival]
        share = exact.get(hit.chunk_id, 0.0)
        features = Features(hit.similarity, share, margin, hit.language != language, chunks)
        ranked.append(
            Hit(
                hit.chunk_id,
                scores[index],
                confidence(features, using),
                hit.similarity,
                lexical.get(hit.chunk_id, 0.0),
                share,
                hit.sentence,
            )
        )
    return _never_rising(ranked)


def _never_rising(hits: Sequence[Hit]) -> list[Hit]:
    """The hits, none of them likelier than one that ranks above it."""
    capped = accumulate((hit.confidence for hit in hits), min)
    return [replace(hit, confidence=most) for hit, most in zip(hits, capped, strict=True)]


def _score(
    hit: DenseHit, lexical: Mapping[int, float], exact: Mapping[int, float], language: str, using: Recipe
) -> float:
    weight = using.lexical_same if hit.language == language else using.lexical_other
    return hit.score + weight * lexical.get(hit.chunk_id, 0.0) + using.exact * exact.get(hit.chunk_id, 0.0)


@dataclass(frozen=True, slots=True)
class Features:
    """What confidence is computed from. ``margin`` is the lead of the hit's score over the best other one.

    The more ``chunks`` a knowledge base has, the nearer to any question the nearest of them is.
    """

    dense: float
    exact: float
    margin: float
    other_language: bool
    chunks: int

    def row(self, margin_cap: float) -> tuple[float, ...]:
        """The terms of the logistic curve, in the order of the recipe's ``by_`` fields."""
        return (
            self.dense,
            self.exact,
            max(-margin_cap, min(self.margin, margin_cap)),
            float(self.other_language),
            math.log(max(self.chunks, 1)),
        )


def confidence(features: Features, using: Recipe) -> float:
    """Probability, from 0 to 1, that a hit is what the question asked for."""
    weights = (using.by_dense, using.by_exact, using.by_margin, using.by_other_language, using.by_size)
    terms = zip(weights, features.row(using.margin_cap), strict=True)
    exponent = using.intercept + sum(weight * term for weight, term in terms)
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, exponent))))


class Decision(StrEnum):
    """What the ground found allows: to answer, to offer passages and ask, or to call a person."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    ESCALATE = "escalate"


def decide(hits: Sequence[Hit], thresholds: Thresholds) -> Decision:
    """From the best hit's confidence; without hits, a person is called."""
    best = hits[0].confidence if hits else 0.0
    if not hits or best < thresholds.suggest:
        return Decision.ESCALATE
    return Decision.ANSWER if best >= thresholds.answer else Decision.SUGGEST

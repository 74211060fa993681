"""Classes of tickets from examples: logistic regression on embeddings that starts at the classes' centroids.

With a handful of examples a class it stays near the centroids, with more it learns where the classes differ. Vectors
are raw query vectors of the embedding model (``query`` on both sides: a ticket is compared with tickets). Confidence is
calibrated by a temperature, fitted to the likelihood of examples that are left out in turn.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InvalidInput
from services.scoring import Vector

# Chosen on BANKING77 with 5, 20 and all examples a class; see ``python -m benchmarks.quality``.
_SHARPNESS = 23.0
_PULL_TO_CENTROIDS = 3e-6
_STEPS = 200
_RATE = 30.0
_MOMENTUM = 0.9

_FOLDS = 5
_FEW_EXAMPLES = 1_000
_TEMPERATURES = tuple(float(value) for value in np.geomspace(0.25, 4.0, 41))

_Matrix = npt.NDArray[np.float32]
_Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Example:
    """A text known to be of a class: its raw query vector, shape (d,)."""

    label: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class Verdict:
    """``confidence``, from 0 to 1, is the probability that ``label`` is right; ``runner_up`` is None for one class."""

    label: str
    confidence: float
    runner_up: str | None


@dataclass(frozen=True, slots=True)
class Triage:
    """A fitted classifier: ``weights`` has a row per label; ``mean`` is subtracted from vectors first."""

    labels: tuple[str, ...]
    mean: Vector
    weights: _Matrix
    temperature: float

    def classify(self, vector: Vector, among: Collection[str] | None = None) -> Verdict:
        """The class of a raw query vector, one of ``among`` where given: at least one of them has to be known.

        Raises InvalidInput for a vector of another model's length, or where none of ``among`` is known.
        """
        if vector.shape != self.mean.shape:
            raise InvalidInput("The classifier was fitted with another embedding model: fit it again")
        places = [place for place, label in enumerate(self.labels) if among is None or label in among]
        if not places:
            raise InvalidInput("The classifier knows none of these classes")
        weights = self.weights[places]
        chances = _softmax(_unit((vector - self.mean)[None]) @ weights.T / self.temperature)[0]
        order = np.argsort(-chances)
        runner_up = self.labels[places[order[1]]] if len(order) > 1 else None
        return Verdict(self.labels[places[order[0]]], float(chances[order[0]]), runner_up)

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers, from which :meth:`from_json` makes the same classifier."""
        return {
            "labels": list(self.labels),
            "mean": [round(float(value), 6) for value in self.mean],
            "weights": [[round(float(value), 4) for value in row] for row in self.weights],
            "temperature": self.temperature,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Triage":
        return cls(
            tuple(stored["labels"]),
            np.array(stored["mean"], np.float32),
            np.array(stored["weights"], np.float32),
            float(stored["temperature"]),
        )


def fit(examples: Sequence[Example]) -> Triage:
    """Fit on examples of at least one class; seconds for thousands, so not on the event loop.

    Raises InvalidInput without examples.
    """
    if not examples:
        raise InvalidInput("Triage needs at least one example")
    labels = tuple(sorted({example.label for example in examples}))
    places = {label: place for place, label in enumerate(labels)}
    vectors = np.stack([example.vector for example in examples]).astype(np.float32)
    owners = np.array([places[example.label] for example in examples], np.int32)
    mean = _mean_of_classes(vectors, owners, len(labels))
    centred = _unit(vectors - mean)
    return Triage(labels, mean, _learned(centred, owners, len(labels)), _temperature(centred, owners, len(labels)))


def _mean_of_classes(vectors: _Matrix, owners: _Places, classes: int) -> Vector:
    """Classes count alike: a frequent one must not become the middle. One class alone is not centred."""
    if classes == 1:
        return np.zeros(vectors.shape[1], np.float32)
    means = np.stack([vectors[owners == place].mean(axis=0) for place in range(classes)])
    mean: Vector = means.mean(axis=0).astype(np.float32)
    return mean


def _learned(examples: _Matrix, owners: _Places, classes: int) -> _Matrix:
    """Weights, shape (classes, d), by gradient descent with momentum on the cross-entropy."""
    start = np.float32(_SHARPNESS) * _centroids(examples, owners, classes)
    weights, motion = start.copy(), np.zeros_like(start)
    rows, count = np.arange(len(owners)), len(owners)
    for _ in range(_STEPS):
        excess = _softmax(examples @ weights.T)
        excess[rows, owners] -= 1
        gradient = excess.T @ examples / np.float32(count) + np.float32(_PULL_TO_CENTROIDS) * (weights - start)
        motion = np.float32(_MOMENTUM) * motion + gradient
        weights = weights - np.float32(_RATE) * motion
    return weights


def _centroids(examples: _Matrix, owners: _Places, classes: int) -> _Matrix:
    """Unit rows; zeros for a class that has no example among these."""
    sums = np.zeros((classes, examples.shape[1]), np.float32)
    np.add.at(sums, owners, examples)
    return _unit(sums)


def _temperature(examples: _Matrix, owners: _Places, classes: int) -> float:
    """The temperature under which left-out examples are likeliest; 1 where there are too few to leave any out."""
    if classes == 1 or np.bincount(owners).max() < 2:
        return 1.0
    folds = _folds(owners, classes)
    taken = range(_FOLDS) if len(owners) <= _FEW_EXAMPLES else range(1)
    logits, truths = [], []
    for fold in taken:
        out = folds == fold
        if not out.any():
            continue
        weights = _learned(examples[~out], owners[~out], classes)
        logits.append(examples[out] @ weights.T)
        truths.append(owners[out])
    scores, truth = np.concatenate(logits), np.concatenate(truths)
    rows = np.arange(len(truth))
    losses = [
        -np.log(_softmax((scores / value).astype(np.float32))[rows, truth] + 1e-9).mean() for value in _TEMPERATURES
    ]
    return _TEMPERATURES[int(np.argmin(losses))]


def _folds(owners: _Places, classes: int) -> _Places:
    """The n-th example of each class goes to fold n: every class is left out evenly, and never whole.

    The one example of a class is in no fold (-1).
    """
    folds = np.full(len(owners), -1, np.int32)
    for place in range(classes):
        members = np.flatnonzero(owners == place)
        if len(members) > 1:
            folds[members] = np.arange(len(members)) % _FOLDS
    return folds


def _softmax(logits: _Matrix) -> _Matrix:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: _Matrix = raised / raised.sum(axis=1, keepdims=True)
    return chances


def _unit(vectors: _Matrix) -> _Matrix:
    unit: _Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return unit

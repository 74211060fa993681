"""Tickets are sorted by what their examples look like, with a confidence that can be believed."""

import json

import numpy as np
import pytest

from core.errors import InvalidInput
from services.scoring import Vector
from services.triage import Example, Triage, fit

SIZE = 64
CLASSES = ("billing", "delivery", "login")


def cloud(label: str, count: int, spread: float, seed: int) -> list[Example]:
    """Points around a class's own direction, on a common offset as e5 vectors have it."""
    random = np.random.default_rng(seed)
    centre = np.zeros(SIZE)
    centre[CLASSES.index(label)] = 1.0
    points = centre + spread * random.normal(size=(count, SIZE)) + 3.0
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return [Example(label, point.astype(np.float32)) for point in points]


def examples(count: int, spread: float = 0.1, seed: int = 1) -> list[Example]:
    return [each for number, label in enumerate(CLASSES) for each in cloud(label, count, spread, seed + number)]


def accuracy(model: Triage, tests: list[Example]) -> float:
    return float(np.mean([model.classify(each.vector).label == each.label for each in tests]))


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_new_tickets_find_their_class(count: int) -> None:
    assert accuracy(fit(examples(count)), examples(20, seed=50)) > 0.95


def test_more_examples_tell_overlapping_classes_apart_better() -> None:
    tests = examples(100, spread=0.35, seed=90)
    assert accuracy(fit(examples(100, spread=0.35)), tests) > accuracy(fit(examples(2, spread=0.35)), tests)


def test_confidence_matches_how_often_it_is_right() -> None:
    model = fit(examples(60, spread=0.35))
    verdicts = [(model.classify(each.vector), each.label) for each in examples(150, spread=0.35, seed=90)]
    mean = float(np.mean([verdict.confidence for verdict, _ in verdicts]))
    right = float(np.mean([verdict.label == label for verdict, label in verdicts]))
    assert mean == pytest.approx(right, abs=0.1)


def test_a_verdict_names_the_runner_up() -> None:
    verdict = fit(examples(5)).classify(examples(1, seed=7)[0].vector)
    assert verdict.label == "billing"
    assert verdict.runner_up in {"delivery", "login"}
    assert 1 / 3 < verdict.confidence <= 1


def test_a_frequent_class_does_not_swallow_the_others() -> None:
    lopsided = cloud("billing", 300, 0.1, 1) + cloud("login", 3, 0.1, 2)
    assert accuracy(fit(lopsided), cloud("login", 20, 0.1, 60)) > 0.9


def test_one_class_is_always_the_answer() -> None:
    verdict = fit(cloud("login", 3, 0.1, 1)).classify(cloud("login", 1, 0.1, 2)[0].vector)
    assert (verdict.label, verdict.runner_up) == ("login", None)
    assert verdict.confidence == pytest.approx(1.0)


def test_a_stored_classifier_judges_as_before() -> None:
    model = fit(examples(10))
    again = Triage.from_json(json.loads(json.dumps(model.to_json())))
    for each in examples(5, seed=70):
        assert again.classify(each.vector).label == model.classify(each.vector).label
        assert again.classify(each.vector).confidence == pytest.approx(model.classify(each.vector).confidence, abs=1e-3)


def test_no_examples_and_vectors_of_another_model_are_refused() -> None:
    with pytest.raises(InvalidInput):
        fit([])
    other: Vector = np.ones(3, np.float32)
    with pytest.raises(InvalidInput):
        fit(examples(2)).classify(other)

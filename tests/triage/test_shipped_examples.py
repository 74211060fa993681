"""The examples that come with Opora: complete, apart from what is measured, with vectors that are theirs."""

import csv
from pathlib import Path

import numpy as np
import pytest

from core.languages import Language
from integrations.embeddings import embedded
from integrations.embeddings.embedded import EmbeddedEmbedder
from models.tickets import Sentiment
from services import categories, triage
from services.shipped_examples import Collection, computed, digest, examples, shipped, texts
from services.triage import Example

_DATA = Path(__file__).parents[2] / "benchmarks" / "data"


@pytest.fixture
def embedder() -> EmbeddedEmbedder:
    return EmbeddedEmbedder()


@pytest.mark.parametrize(
    ("collection", "labels"),
    [(Collection.TRIAGE, set(categories.builtin())), (Collection.SENTIMENT, {each.value for each in Sentiment})],
)
def test_every_class_has_examples_in_every_language(collection: Collection, labels: set[str]) -> None:
    known = texts(collection)
    assert {label for label, _ in known} == labels
    assert len(known) == len({text for _, text in known})
    least = min(sum(label == each for label, _ in known) for each in labels)
    assert least >= 8 * len(Language)


@pytest.mark.parametrize(
    ("collection", "name"),
    [(Collection.TRIAGE, "triage_tickets.tsv"), (Collection.SENTIMENT, "sentiment_messages.tsv")],
)
def test_what_is_measured_is_not_among_the_examples(collection: Collection, name: str) -> None:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        measured = {row["text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert not measured & {text for _, text in texts(collection)}


@pytest.mark.parametrize("collection", list(Collection))
async def test_the_shipped_vectors_are_those_of_the_texts(collection: Collection, embedder: EmbeddedEmbedder) -> None:
    """When it fails: `python -m benchmarks.triage --write`."""
    kept = shipped(collection, embedded.MODEL)
    assert kept is not None, f"No vectors named {digest(collection, embedded.MODEL)}"
    # They rest in 16 bits, and processors differ in how they round.
    assert (kept * await computed(collection, embedder)).sum(1).min() > 0.999


def test_vectors_of_another_model_are_not_shipped() -> None:
    assert shipped(Collection.TRIAGE, "another") is None


async def test_the_shipped_classifier_knows_plain_tickets_in_three_languages(embedder: EmbeddedEmbedder) -> None:
    model = triage.fit(await examples(Collection.TRIAGE, embedder))
    for text in ("Забыл пароль от почты", "I forgot my e-mail password", "Поштаның құпиясөзін ұмытып қалдым"):
        verdict = model.classify(await embedder.query(text))
        assert (verdict.label, verdict.confidence > 0.6) == ("password_reset", True)


def test_the_choice_may_be_narrowed() -> None:
    places = np.eye(3, dtype=np.float32)
    model = triage.fit([Example(label, place) for label, place in zip("abc", places, strict=True)])
    assert model.classify(places[0]).label == "a"
    verdict = model.classify(places[0], among={"b", "c"})
    assert verdict.label in {"b", "c"}
    assert verdict.confidence == pytest.approx(0.5, abs=0.1)

"""From which nearness on questions ask the same: ``python -m benchmarks.grouping --data PATH`` shows services'
question_grouping.toml against other thresholds.

Questions come one after the other, as in the product. Right is who stands with a question in its group: precision,
recall and F0.5 are B-cubed (Bagga and Baldwin, 1998), which weighs every question alike.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.embedding_cache import EmbeddingCache
from integrations.embeddings.calibration import shipped_means
from integrations.embeddings.calibration_sentences import QUESTIONS
from services.question_grouping import direction, threshold
from services.scoring import Vector

_MOST = 1500
_SEED = 7
_THRESHOLDS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)


@dataclass(frozen=True)
class Asked:
    text: str
    intent: str
    language: str = "en"


def _sets(data: Path) -> Iterator[tuple[str, list[Asked]]]:
    """A bank's customers, of 77 close intents; 150 intents of many subjects; the same questions in three languages."""
    with (data / "banking77_train.csv").open(encoding="utf-8", newline="") as file:
        yield "banking77", _some([Asked(row["text"], row["category"]) for row in csv.DictReader(file)])
    intents = json.loads((data / "clinc150_train_val.json").read_text("utf-8"))["val"]
    yield "clinc150", _some([Asked(text, intent) for text, intent in intents])
    parallel = [
        Asked(text, str(number), language) for language, texts in QUESTIONS.items() for number, text in enumerate(texts)
    ]
    yield "ru, kk, en alike", _some(parallel)


def _some(asked: Sequence[Asked]) -> list[Asked]:
    order = np.random.default_rng(_SEED).permutation(len(asked))[:_MOST]
    return [asked[int(place)] for place in order]


def grouped(directions: Vector, same: float) -> npt.NDArray[np.int64]:
    """The group of each question, as :mod:`services.unanswered` finds it."""
    sums = np.zeros_like(directions)
    lengths = np.ones(len(directions), np.float32)
    groups = np.zeros(len(directions), np.int64)
    count = 0
    for number, asks in enumerate(directions):
        nearness = (sums[:count] @ asks) / lengths[:count]
        place = int(nearness.argmax()) if count else 0
        if not count or nearness[place] < same:
            place, count = count, count + 1
        sums[place] += asks
        lengths[place] = np.linalg.norm(sums[place])
        groups[number] = place
    return groups


def b_cubed(groups: npt.NDArray[np.int64], intents: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F0.5, each from 0 to 1."""
    together = groups[:, None] == groups[None]
    names = np.array(intents)
    alike = names[:, None] == names[None]
    both = (together & alike).sum(axis=1)
    precision = float((both / together.sum(axis=1)).mean())
    recall = float((both / alike.sum(axis=1)).mean())
    return precision, recall, 1.25 * precision * recall / (0.25 * precision + recall)


def _directions(cache: EmbeddingCache, name: str, asked: Sequence[Asked], means: Mapping[str, Vector]) -> Vector:
    vectors = cache.queries(name, [each.text for each in asked])
    return np.stack([direction(vector, each.language, means) for vector, each in zip(vectors, asked, strict=True)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("var/benchmarks"))
    arguments = parser.parse_args()
    means = {str(language): mean for language, mean in shipped_means()[1].items()}
    table = Table("threshold", "questions", "groups", "intents", "precision", "recall", "F0.5")
    mean_of: dict[float, list[float]] = {same: [] for same in _THRESHOLDS}
    with Progress(transient=True) as progress:
        cache = EmbeddingCache(arguments.cache, progress)
        for name, asked in _sets(arguments.data):
            directions = _directions(cache, name, asked, means)
            for same in _THRESHOLDS:
                _measure(table, name, asked, grouped(directions, same), same, mean_of)
    console = Console()
    console.print(table)
    in_use = threshold(cache.embedder.model)
    for same, scores in mean_of.items():
        console.print(f"{same:.2f}: mean F0.5 {np.mean(scores):.3f}{'  in use' if same == in_use else ''}")


def _measure(
    table: Table,
    name: str,
    asked: Sequence[Asked],
    groups: npt.NDArray[np.int64],
    same: float,
    mean_of: Mapping[float, list[float]],
) -> None:
    intents = [each.intent for each in asked]
    scores = b_cubed(groups, intents)
    counts = (str(len(set(groups.tolist()))), str(len(set(intents))))
    table.add_row(f"{same:.2f}", name, *counts, *(f"{score:.3f}" for score in scores))
    mean_of[same].append(scores[2])


if __name__ == "__main__":
    main()

"""Fit the curve of confidence of scoring.toml: ``python -m benchmarks.confidence --data PATH`` prints its lines.

Fitted on one half of each task, measured on the other. Answerable questions are asked as they are, and again with
their passage, or all passages of its subject, taken away: then nothing found may count as right.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress

from benchmarks import tasks
from benchmarks.embedding_cache import EmbeddingCache
from benchmarks.tasks import Case, Task
from services.scoring import Features, Hit, Recipe, recipe

_RIDGE = 1.0
_STEPS = 50
_WEIGHTS = ("by_dense", "by_exact", "by_margin", "by_other_language", "by_size")


@dataclass(frozen=True)
class Sample:
    """The best hit of one search: its features, whether it was right, and which half it belongs to."""

    group: str
    row: tuple[float, ...]
    right: bool
    held_out: bool


def is_held_out(number: int) -> bool:
    """Whether a task's case is kept for measuring; the curve is fitted on the others."""
    return bool(number // 25 % 2)


def _samples(task: Task, using: Recipe) -> Iterator[Sample]:
    for number, case in enumerate(task.cases):
        for group, without in _variants(task.name, case):
            hits = task.knowledge.hits(case.question, using, without)
            if hits:
                right = hits[0].chunk_id in case.answers
                yield Sample(group, _row(task, case, hits, using), right, is_held_out(number))


def _variants(name: str, case: Case) -> list[tuple[str, frozenset[int]]]:
    if not case.answers:
        return [(f"{name}, out of scope", frozenset())]
    found = [(f"{name}, answerable", frozenset[int]())]
    if case.related:
        found += [(f"{name}, passage removed", case.answers), (f"{name}, subject removed", case.related)]
    return found


def _row(task: Task, case: Case, hits: Sequence[Hit], using: Recipe) -> tuple[float, ...]:
    best, languages = hits[0], task.knowledge.languages
    language = str(languages[best.chunk_id])
    rival = next((hit.score for hit in hits[1:] if languages[hit.chunk_id] == language), None)
    margin = using.margin_cap if rival is None else best.score - rival
    other = language != case.question.language
    return Features(best.dense, best.exact, margin, other, task.knowledge.means.chunks).row(using.margin_cap)


def fit(samples: Sequence[Sample]) -> npt.NDArray[np.float64]:
    """Intercept and weights of a ridge logistic regression by Newton's method; each group counts alike."""
    sizes = {group: sum(each.group == group for each in samples) for group in {each.group for each in samples}}
    rows = np.array([(1.0, *each.row) for each in samples])
    right = np.array([float(each.right) for each in samples])
    weight = np.array([200 / sizes[each.group] for each in samples])
    scale = np.maximum(rows.std(axis=0), 1e-6)
    scale[0] = 1.0
    rows = rows / scale
    found = np.zeros(rows.shape[1])
    penalty = np.diag([0.0, *[_RIDGE] * (rows.shape[1] - 1)])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-rows @ found))
        gradient = rows.T @ (weight * (chance - right)) + penalty @ found
        curvature = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + penalty
        found = found - np.linalg.solve(curvature, gradient)
    answer: npt.NDArray[np.float64] = found / scale
    return answer


def report(console: Console, samples: Sequence[Sample], found: npt.NDArray[np.float64]) -> None:
    console.print("[general or model]")
    console.print(f"intercept = {found[0]:.3f}")
    for name, value in zip(_WEIGHTS, found[1:], strict=True):
        console.print(f"{name} = {value:.3f}")
    chances = np.array([1 / (1 + np.exp(-np.dot(found, (1.0, *each.row)))) for each in samples])
    for group in sorted({each.group for each in samples}):
        chosen = [n for n, each in enumerate(samples) if each.group == group]
        shares = " ".join(f"{float((chances[chosen] >= at).mean()):.3f}" for at in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7))
        right = np.mean([samples[n].right for n in chosen])
        console.print(f"{group}: right {right:.3f}, mean confidence {chances[chosen].mean():.3f}, at .1-.7: {shares}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("var/benchmarks"))
    arguments = parser.parse_args()
    console = Console()
    with Progress(console=console) as progress:
        cache = EmbeddingCache(arguments.cache, progress)
        using = recipe(cache.embedder.model)
        found = [
            tasks.xquad(cache, arguments.data, "en"),
            tasks.xquad(cache, arguments.data, "de"),
            tasks.clinc(cache, arguments.data, every=3),
            tasks.mixed(cache),
        ]
        samples = [sample for task in progress.track(found) for sample in _samples(task, using)]
    weights = fit([each for each in samples if not each.held_out])
    report(console, [each for each in samples if each.held_out], weights)


if __name__ == "__main__":
    main()

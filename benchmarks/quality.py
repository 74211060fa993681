"""Quality of what Opora answers, with the embedded model: ``python -m benchmarks.quality --data PATH [--quick]``.

Rankings and decisions are made by the product's own functions. Embeddings are kept under ``var/benchmarks``: the first
run takes some ten minutes on two cores, later ones seconds.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import grounding, tasks
from benchmarks.embedding_cache import EmbeddingCache
from benchmarks.tasks import Case, Task
from services import triage
from services.scoring import Decision, Hit, Recipe, decide, recipe
from services.triage import Example

_QUICK_EVERY = 10
_VALIDATION_EVERY = 5
_SURE = 0.8


@dataclass(frozen=True)
class Row:
    task: str
    measure: str
    value: float
    cases: int


@dataclass(frozen=True)
class Result:
    """What one search brought: the best five, and what was decided."""

    case: Case
    hits: Sequence[Hit]
    decision: Decision

    @property
    def rank(self) -> int | None:
        """Place of the first right passage, from 1; None where there is none."""
        return next((place for place, hit in enumerate(self.hits, 1) if hit.chunk_id in self.case.answers), None)


def _results(task: Task, using: Recipe, cases: Sequence[Case]) -> list[Result]:
    found = []
    for case in cases:
        hits = task.knowledge.hits(case.question, using)
        found.append(Result(case, hits, decide(hits, using.thresholds)))
    return found


def retrieval(task: Task, using: Recipe, every: int) -> Iterator[Row]:
    """Recall at 1 and 5 and mean reciprocal rank, over questions that have an answer."""
    results = _results(task, using, [case for case in task.cases if case.answers][::every])
    ranks = [result.rank for result in results]
    for most in (1, 5):
        yield Row(task.name, f"recall@{most}", _share(rank is not None and rank <= most for rank in ranks), len(ranks))
    yield Row(task.name, "MRR", float(np.mean([1 / rank if rank else 0.0 for rank in ranks])), len(ranks))


def decisions(task: Task, using: Recipe, every: int) -> Iterator[Row]:
    """What is answered, offered and refused, of questions inside and outside the knowledge."""
    inside = _results(task, using, [case for case in task.cases if case.answers][::every])
    outside = _results(task, using, [case for case in task.cases if not case.answers])
    yield Row(task.name, "out of scope: not answered", _share(not _answered(each) for each in outside), len(outside))
    yield Row(task.name, "out of scope: a person called", _share(_escalated(each) for each in outside), len(outside))
    yield Row(task.name, "in scope: answered", _share(_answered(each) for each in inside), len(inside))
    yield Row(task.name, "in scope: answered or offered", _share(not _escalated(each) for each in inside), len(inside))
    answered = [each for each in inside if _answered(each)]
    yield Row(task.name, "answered: right passage", _share(each.rank == 1 for each in answered), len(answered))


def _answered(result: Result) -> bool:
    return result.decision is Decision.ANSWER


def _escalated(result: Result) -> bool:
    return result.decision is Decision.ESCALATE


def _share(flags: Iterator[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def categories(cache: EmbeddingCache, data: Path) -> Iterator[Row]:
    """Triage on BANKING77: every fifth training example of an intent validates, the others are learned from."""
    pairs = tasks.banking77(data)
    vectors = cache.queries("BANKING77", [text for text, _ in pairs])
    seen: dict[str, int] = {}
    learned: list[Example] = []
    held_out: list[Example] = []
    for (_, label), vector in zip(pairs, vectors, strict=True):
        seen[label] = seen.get(label, 0) + 1
        (held_out if seen[label] % _VALIDATION_EVERY == 0 else learned).append(Example(label, vector))
    model = triage.fit(learned)
    verdicts = [(model.classify(example.vector), example.label) for example in held_out]
    right = [verdict.label == label for verdict, label in verdicts]
    sure = [verdict.label == label for verdict, label in verdicts if verdict.confidence >= _SURE]
    yield Row("BANKING77 triage", "accuracy", _share(iter(right)), len(right))
    yield Row("BANKING77 triage", f"share with confidence >= {_SURE}", len(sure) / len(right), len(right))
    yield Row("BANKING77 triage", "accuracy of those", _share(iter(sure)), len(sure))


def support(cache: EmbeddingCache) -> Iterator[Row]:
    """The grounding check on hand-written answers."""
    found = grounding.outcomes(cache)
    passed, stopped = grounding.figures(found)
    yield Row("grounding check", "faithful answers passed", passed, sum(each.supported for each in found))
    yield Row("grounding check", "invented answers stopped", stopped, sum(not each.supported for each in found))


def measure(cache: EmbeddingCache, data: Path, every: int, progress: Progress) -> list[Row]:
    """All rows of the table; with ``every`` above 1, questions are thinned out and triage is left out."""
    using = recipe(cache.embedder.model)
    steps: list[Callable[[], Iterator[Row]]] = [
        lambda: retrieval(tasks.xquad(cache, data, "en"), using, every),
        lambda: retrieval(tasks.xquad(cache, data, "de"), using, every),
        lambda: retrieval(tasks.mixed(cache), using, 1),
        lambda: retrieval(tasks.demo(cache), using, 1),
        lambda: decisions(tasks.clinc(cache, data, 3), using, every),
        lambda: decisions(tasks.mixed(cache), using, 1),
        lambda: decisions(tasks.demo(cache), using, 1),
        lambda: support(cache),
    ]
    if every == 1:
        steps.append(lambda: categories(cache, data))
    return [row for step in progress.track(steps, description="measuring") for row in step()]


def _table(rows: Sequence[Row], seconds: float) -> Table:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {seconds:.0f} s"
    table = Table("task", "measure", "value", "cases", title="Quality, embedded model", caption=machine)
    for row in rows:
        table.add_row(row.task, row.measure, f"{row.value:.3f}", str(row.cases))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets' files")
    parser.add_argument("--cache", type=Path, default=Path("var/benchmarks"))
    parser.add_argument("--quick", action="store_true", help="a tenth of the questions, no triage")
    arguments = parser.parse_args()
    console = Console()
    start = time.monotonic()
    with Progress(console=console, transient=True) as progress:
        cache = EmbeddingCache(arguments.cache, progress)
        rows = measure(cache, arguments.data, _QUICK_EVERY if arguments.quick else 1, progress)
    console.print(_table(rows, time.monotonic() - start))


if __name__ == "__main__":
    main()

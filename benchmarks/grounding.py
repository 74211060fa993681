"""What the grounding check passes and stops: ``python -m benchmarks.grounding`` prints it case by case."""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from benchmarks import tasks
from benchmarks.embedding_cache import EmbeddingCache
from services import grounding
from services.grounding import Ground, Report

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Outcome:
    language: str
    answer: str
    supported: bool
    report: Report


def outcomes(cache: EmbeddingCache) -> list[Outcome]:
    """Every hand-written case through the product's check, against the mixed knowledge base."""
    cases = rows("grounding_cases.tsv")
    passages = {row["id"]: row for row in rows("mixed_passages.tsv")}
    numbers = {name: number for number, name in enumerate(passages)}
    knowledge = tasks.mixed(cache).knowledge
    drafts = [grounding.draft(row["answer"], 1) for row in cases]
    vectors = cache.passages("grounding claims", [claim.text for each in drafts for claim in each.claims])
    bounds = np.cumsum([0, *(len(each.claims) for each in drafts)])
    found = []
    for row, prepared, start, end in zip(cases, drafts, bounds[:-1], bounds[1:], strict=True):
        passage, number = passages[row["ground"]], numbers[row["ground"]]
        ground = Ground(passage["text"], passage["language"], knowledge.rows(number))
        report = grounding.check(prepared, vectors[start:end], [ground], "", knowledge.means)
        found.append(Outcome(row["language"], row["answer"], row["supported"] == "yes", report))
    return found


def figures(found: list[Outcome]) -> tuple[float, float]:
    """Share of supported answers that pass, share of unsupported ones that are stopped."""
    passed = [each.report.supported for each in found if each.supported]
    stopped = [not each.report.supported for each in found if not each.supported]
    return sum(passed) / len(passed), sum(stopped) / len(stopped)


def rows(name: str) -> list[dict[str, str]]:
    """A table of benchmarks/data."""
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("var/benchmarks"))
    arguments = parser.parse_args()
    console = Console()
    with Progress(console=console) as progress:
        found = outcomes(EmbeddingCache(arguments.cache, progress))
    for each in found:
        verdict = "right" if each.report.supported == each.supported else "WRONG"
        console.print(f"{verdict} {each.supported!s:5} {each.report.score:.2f} {each.answer}", soft_wrap=True)
    console.print("supported that pass {:.3f}, unsupported that are stopped {:.3f}".format(*figures(found)))


if __name__ == "__main__":
    main()

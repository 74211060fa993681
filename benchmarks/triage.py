"""Triage and sentiment on tickets that the examples do not hold: ``python -m benchmarks.triage [--write]``.

The classifiers are fitted and asked as in the product, with the embedded model. ``--write`` writes the vectors of the
shipped examples anew, which is due when one of these texts has changed; then it measures.
"""

import argparse
import asyncio
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from integrations.embeddings.embedded import EmbeddedEmbedder
from models.tickets import Sentiment
from services import sentiment, triage
from services.shipped_examples import VECTORS, Collection, computed, digest, examples
from services.triage import Verdict
from services.triage_rules import rules

_OWN = Path(__file__).parent / "data"
_BINS = 5


@dataclass(frozen=True)
class Case:
    """A held-out text, what it is, and what was found."""

    language: str
    truth: str
    found: str
    confidence: float

    @property
    def right(self) -> bool:
        return self.truth == self.found


def _rows(name: str) -> list[dict[str, str]]:
    with (_OWN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


async def tickets(embedder: EmbeddedEmbedder) -> list[Case]:
    """The held-out tickets under the shipped classifier."""
    model = triage.fit(await examples(Collection.TRIAGE, embedder))

    async def case(row: dict[str, str]) -> Case:
        verdict: Verdict = model.classify(await embedder.query(row["text"]))
        return Case(row["language"], row["category"], verdict.label, verdict.confidence)

    return list(await asyncio.gather(*(case(row) for row in _rows("triage_tickets.tsv"))))


async def tones(embedder: EmbeddedEmbedder) -> list[Case]:
    """The held-out messages by tone, as the product decides."""

    async def case(row: dict[str, str]) -> Case:
        found = await sentiment.sentiment(await embedder.query(row["text"]), embedder)
        return Case(row["language"], row["sentiment"], found, 1.0)

    return list(await asyncio.gather(*(case(row) for row in _rows("sentiment_messages.tsv"))))


async def plain_problems(embedder: EmbeddedEmbedder) -> list[Case]:
    """The held-out tickets once more: problems that are told plainly, so that their tone is neutral."""

    async def case(row: dict[str, str]) -> Case:
        found = await sentiment.sentiment(await embedder.query(row["text"]), embedder)
        return Case(row["language"], Sentiment.NEUTRAL, found, 1.0)

    return list(await asyncio.gather(*(case(row) for row in _rows("triage_tickets.tsv"))))


def calibration_error(cases: Sequence[Case]) -> float:
    """Expected calibration error in five bins of confidence, from 0 to 1."""
    right = np.array([case.right for case in cases], np.float64)
    sure = np.array([case.confidence for case in cases])
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    taken = [bins == number for number in range(_BINS) if (bins == number).any()]
    return float(sum(abs(right[each].mean() - sure[each].mean()) * each.mean() for each in taken))


def accuracy(cases: Sequence[Case]) -> float:
    return sum(case.right for case in cases) / len(cases) if cases else 0.0


def _add_accuracy(table: Table, name: str, cases: Sequence[Case]) -> None:
    table.add_row(name, "accuracy", f"{accuracy(cases):.3f}", str(len(cases)))
    for language in ("ru", "kk", "en"):
        of_language = [case for case in cases if case.language == language]
        table.add_row("", f"accuracy, {language}", f"{accuracy(of_language):.3f}", str(len(of_language)))


def report(sorted_tickets: Sequence[Case], toned: Sequence[Case], plain: Sequence[Case]) -> Table:
    """All figures; mistakes are printed below the table by :func:`main`."""
    table = Table("task", "measure", "value", "cases", title="Triage and sentiment, embedded model")
    _add_accuracy(table, "IT desk tickets, 7 categories", sorted_tickets)
    total = len(sorted_tickets)
    table.add_row("", "expected calibration error, 5 bins", f"{calibration_error(sorted_tickets):.3f}", str(total))
    sure = [case for case in sorted_tickets if case.confidence >= rules().category]
    table.add_row("", f"share with confidence >= {rules().category}", f"{len(sure) / total:.3f}", str(total))
    table.add_row("", "accuracy of those", f"{accuracy(sure):.3f}", str(len(sure)))
    _add_accuracy(table, "Messages, 3 tones", toned)
    table.add_row("The IT desk tickets", "told plainly: neutral", f"{accuracy(plain):.3f}", str(len(plain)))
    return table


async def write(embedder: EmbeddedEmbedder) -> None:
    """Half precision: what it changes of a cosine is below 0.001."""
    vectors = {digest(each, embedder.model): await computed(each, embedder) for each in Collection}
    halves = {name: array.astype(np.float16) for name, array in vectors.items()}
    np.savez(Path(str(files("services"))) / VECTORS, **halves)  # type: ignore[arg-type]  # numpy takes arrays by name


async def measure(console: Console, *, writing: bool) -> None:
    embedder = EmbeddedEmbedder()
    if writing:
        await write(embedder)
    found = await tickets(embedder), await tones(embedder), await plain_problems(embedder)
    console.print(report(*found))
    for case in (case for cases in found for case in cases if not case.right):
        console.print(f"{case.language}: {case.truth} taken for {case.found} ({case.confidence:.2f})")
    await embedder.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the vectors of the shipped examples first")
    asyncio.run(measure(Console(), writing=parser.parse_args().write))


if __name__ == "__main__":
    main()

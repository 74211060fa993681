"""Import of knowledge in passages a second, and the time of a query, by what computes the embedded model.

``python -m benchmarks.embeddings [--seconds 20] [--data PATH]`` embeds the passages of three languages in
benchmarks/data (with ``--data`` XQuAD's English paragraphs too, which are longer), one thread, by turns: the model
package's own engine, ONNX Runtime as the product uses it, and for comparison the runtime with what is multiplied with
the 4-bit weights left in 32 bits. Figures are of processor time, which other
processes on the machine disturb least, with the ratio to the package's engine in the same turn: medians over the turns.
Each vector is compared with the package's; recall counts the questions whose passage is the nearest. Memory is what
a process of its own has for itself after its passages. Last, whole chunks as an import computes them, with the vector
of each of their sentences, in all threads.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.grounding import rows
from benchmarks.proof import Figure, at_least, at_most
from integrations.embeddings import e5_runtime
from integrations.embeddings.e5_runtime import E5
from integrations.embeddings.embedded import EmbeddedEmbedder, Engine, PackagesOwn
from integrations.embeddings.port import Vector
from services.indexing import Passage

OWN, RUNTIME = "package's engine", "ONNX Runtime"
ENGINES: dict[str, Callable[[], Engine]] = {
    OWN: PackagesOwn,
    RUNTIME: lambda: E5(e5_runtime.shipped()),
    "ONNX Runtime, 32 bits times 4": lambda: E5(e5_runtime.shipped(), exact=True),
}
SHORT = (OWN, RUNTIME)


@dataclass
class Measured:
    """Passages a second of processor time and milliseconds of it for a query, each of one turn."""

    passages: list[float] = field(default_factory=list)
    query_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Corpus:
    """``answers`` numbers the passage that answers each question."""

    passages: Sequence[str]
    questions: Sequence[str]
    answers: Sequence[int]


def corpus(data: Path | None) -> Corpus:
    held = rows("mixed_passages.tsv")
    numbers = {row["id"]: number for number, row in enumerate(held)}
    asked = [row for row in rows("mixed_questions.tsv") if row["passage"] in numbers]
    passages = [row["text"] for row in held]
    if data is not None:
        with (data / "xquad_en_passages.jsonl").open(encoding="utf-8") as lines:
            passages += [json.loads(line)["text"] for line in islice(lines, 60)]
    return Corpus(passages, [row["question"] for row in asked], [numbers[row["passage"]] for row in asked])


def turns(engines: dict[str, Engine], held: Corpus, seconds: float) -> dict[str, Measured]:
    """Each engine in turn, until the time is over; each at least twice."""
    measured = {name: Measured() for name in engines}
    questions = held.questions[:20]
    ends = time.monotonic() + seconds
    while time.monotonic() < ends or len(measured[OWN].passages) < 2:
        for name, engine in engines.items():
            measured[name].passages.append(len(held.passages) / _spent(engine.passage, held.passages))
            measured[name].query_ms.append(1000 * _spent(engine.query, questions) / len(questions))
    return measured


def _spent(compute: Callable[[str], Vector], texts: Sequence[str]) -> float:
    """Seconds of this process's processor time."""
    before = time.process_time()
    for text in texts:
        compute(text)
    return time.process_time() - before


@dataclass(frozen=True)
class Vectors:
    """Of a corpus's passages and questions, a row each."""

    passages: Vector
    questions: Vector

    @classmethod
    def by(cls, engine: Engine, held: Corpus) -> "Vectors":
        passages = np.stack([engine.passage(text) for text in held.passages])
        return cls(passages, np.stack([engine.query(text) for text in held.questions]))

    def recall(self, held: Corpus) -> float:
        """Share of the questions whose own passage is the nearest."""
        return float(np.mean((self.questions @ self.passages.T).argmax(1) == np.array(held.answers)))

    def fidelity(self, others: "Vectors") -> float:
        """The least cosine between a passage's vectors."""
        return float((self.passages * others.passages).sum(1).min())


def memory(name: str) -> float:
    """MiB that a fresh process has for itself with the engine, after its passages; "" for none."""
    command = [sys.executable, "-m", "benchmarks.embeddings", "--memory-of", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603


def tell_memory(name: str) -> None:
    held = corpus(None)
    if name:
        engine = ENGINES[name]()
        for text in held.passages:
            engine.passage(text)
    print(psutil.Process().memory_full_info().uss / 2**20)


async def imported(held: Corpus) -> float:
    """Chunks a second of wall time, with their sentences, in all threads, as an import computes them."""
    texts = [part for text in held.passages for part in (text, *(each.text for each in Passage.of(text).parts))]
    embedder = EmbeddedEmbedder()
    try:
        await embedder.passages(texts[:8])
        began = time.monotonic()
        await embedder.passages(list(dict.fromkeys(texts)))
        return len(held.passages) / (time.monotonic() - began)
    finally:
        await embedder.close()


def prove() -> Iterator[Figure]:
    """The product's engine beside the package's own."""
    held = corpus(None)
    engines = {name: ENGINES[name]() for name in SHORT}
    measured = turns(engines, held, 5)
    yield at_least("Passages a second of one core, embedded", _median(measured[RUNTIME].passages), 30)
    yield at_least("Passages a second, over the model package's engine", _gain(measured, RUNTIME), 2, "times")
    own, ours = (Vectors.by(engines[name], held) for name in SHORT)
    yield at_most("The most that a cosine to its vectors lacks of 1", 1 - ours.fidelity(own), 0.001)
    lost = 100 * (own.recall(held) - ours.recall(held))
    yield at_most("Questions whose passage is no longer the nearest", round(lost, 1), 1, "%")
    yield at_most("More memory of a process that embeds", memory(RUNTIME) - memory(OWN), 128, "MiB")
    yield at_least("Chunks a second imported, with their sentences", asyncio.run(imported(held)), 15)


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _gain(measured: dict[str, Measured], name: str) -> float:
    """How many times as many passages as the package's engine, in the same turn."""
    return _median([each / own for each, own in zip(measured[name].passages, measured[OWN].passages, strict=True)])


def report(held: Corpus, seconds: float, console: Console) -> None:
    engines = {name: make() for name, make in ENGINES.items()}
    measured = turns(engines, held, seconds)
    vectors = {name: Vectors.by(engine, held) for name, engine in engines.items()}
    without = memory("")
    table = Table("engine", "passages/s of a core", "times", "query, ms", "least cosine", "recall@1", "own memory, MiB")
    for name in engines:
        table.add_row(
            name,
            f"{_median(measured[name].passages):.1f}",
            f"{_gain(measured, name):.2f}",
            f"{_median(measured[name].query_ms):.1f}",
            f"{vectors[name].fidelity(vectors[OWN]):.5f}",
            f"{vectors[name].recall(held):.3f}",
            f"{memory(name) - without:.0f}",
        )
    console.print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {len(held.passages)} passages")
    console.print(table)
    console.print(f"chunks a second, with their sentences, in all threads: {asyncio.run(imported(held)):.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of is not None:
        tell_memory(options.memory_of)
    else:
        report(corpus(options.data), options.seconds, Console(width=120))

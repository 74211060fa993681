"""The promises of Opora, measured in a short form: ``make prove``, or ``python -m benchmarks.prove [NAME ...]``.

Each proof is ``prove()`` of a module of its own, run alone in a process of its own with a bound on its time, so that
none warms up or starves another. A line is printed for each figure; docs/proof.md gets the table. Exits 1 where a
figure is short of its target or a proof did not finish.
"""

import argparse
import importlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.proof import Figure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "proof.md"
_BEGIN, _END = "<!-- figures -->", "<!-- /figures -->"


@dataclass(frozen=True)
class Proof:
    """``module`` has ``prove()``, which yields figures; ``seconds`` is the most that it may take."""

    module: str
    says: str
    seconds: int


PROOFS: dict[str, Proof] = {
    "ticket_list": Proof("benchmarks.ticket_list", "GraphQL beside a handler by hand and an ORM", 60),
    "fanout": Proof("benchmarks.fanout", "one event to 5,000 sockets", 110),
    "jobs": Proof("benchmarks.jobs", "durable jobs, beside bare Dramatiq", 60),
    "idempotency": Proof("benchmarks.idempotency", "requests that are sent again", 45),
    "peers": Proof("benchmarks.peers.__main__", "the same work on other helpdesks", 120),
    "operations": Proof("benchmarks.operations", "a trace from message to reply; backup and restore", 60),
    "chaos": Proof("benchmarks.chaos.__main__", "everything is killed by turns", 150),
    "first_token": Proof("benchmarks.first_token", "the first word of an answer", 45),
    "embeddings": Proof("benchmarks.embeddings", "import of knowledge", 45),
    "conformance": Proof("benchmarks.conformance", "suites of others against the whole of it", 110),
    "search": Proof("benchmarks.search", "search among 100,000 passages", 90),
}
"""In the order in which they run. Their bounds stay below fifteen minutes together."""


@dataclass(frozen=True)
class Outcome:
    """``load`` is the mean number of processes that wanted a processor in the last minute."""

    name: str
    figures: Sequence[Figure]
    seconds: float
    load: float

    @property
    def ok(self) -> bool:
        return bool(self.figures) and all(figure.ok for figure in self.figures)


def run(name: str, proof: Proof, log: Path) -> Outcome:
    """One proof in a process of its own. One that fails or is late has a figure that says so."""
    started = time.monotonic()
    with tempfile.NamedTemporaryFile() as told, log.open("ab") as output:
        command = [sys.executable, "-m", "benchmarks.prove", "--into", told.name, "--module", proof.module]
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)  # noqa: S603
        problem = _await(process, proof.seconds)
        figures = [Figure.decoded(line) for line in Path(told.name).read_bytes().splitlines()]
    if problem or not figures:
        figures.append(Figure(name, problem or "no figure", "finished", ok=False))
    return Outcome(name, figures, time.monotonic() - started, os.getloadavg()[0])


def _await(process: "subprocess.Popen[bytes]", seconds: float) -> str | None:
    """What went wrong. A late one is interrupted, so that it ends the servers that it started."""
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return f"not done after {seconds} s"
    return f"exit code {code}" if code else None


def write_page(outcomes: Iterable[Outcome], page: Path = PAGE) -> None:
    """Put the table between the marks of the page; what stands around it is written by hand."""
    before, _, rest = page.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(f"{before}{_BEGIN}\n{table(outcomes)}\n{_END}{after}")


def table(outcomes: Iterable[Outcome]) -> str:
    """In Markdown, a row a figure."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()},"
        f" Python {platform.python_version()}.",
        "",
        "| proof | figure | value | target | | load |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{outcome.name}` | {each.name} | {each.value} | {each.target} | {'ok' if each.ok else '**short**'}"
        f" | {outcome.load:.1f} |"
        for outcome in outcomes
        for each in outcome.figures
    ]
    return "\n".join(lines)


def prove(names: Sequence[str], console: Console, log: Path) -> list[Outcome]:
    """Each in turn, with a bar below the lines."""
    outcomes = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=sum(PROOFS[name].seconds for name in names))
        for name in names:
            progress.update(task, description=f"{name}: {PROOFS[name].says}")
            outcome = run(name, PROOFS[name], log)
            outcomes.append(outcome)
            for figure in outcome.figures:
                console.print(figure.line(), style=None if figure.ok else "bold red", highlight=False, soft_wrap=True)
            progress.advance(task, PROOFS[name].seconds)
    return outcomes


def tell(module: str, into: Path) -> None:
    """What the process of one proof does: its figures, as they come, a line each."""
    # As Ctrl-C: whoever started servers ends them.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with into.open("ab") as lines:
        for figure in importlib.import_module(module).prove():
            lines.write(figure.encoded() + b"\n")
            lines.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PROOFS))
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--module", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.module:
        tell(options.module, options.into)
        return 0
    unknown = set(options.names) - set(PROOFS)
    if unknown:
        parser.error(f"no such proof: {', '.join(sorted(unknown))}")
    console = Console()
    log = Path(tempfile.gettempdir()) / "opora-proof.log"
    outcomes = prove(options.names or list(PROOFS), console, log)
    if not options.names:
        write_page(outcomes)
    short = [outcome.name for outcome in outcomes if not outcome.ok]
    console.print(f"Short: {', '.join(short)}. What they printed: {log}" if short else "All targets are met.")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Draw docs/images/coverage.svg: ``python -m benchmarks.plots --data PATH``.

For every bound of confidence: how many questions would be answered, and how many of those from the right passage. The
questions are those on which the curve of confidence was not fitted; a point marks the bound that Opora answers from.
"""

import argparse
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress

from benchmarks import tasks
from benchmarks.confidence import is_held_out
from benchmarks.embedding_cache import EmbeddingCache
from benchmarks.tasks import Task
from services.scoring import Recipe, recipe

_FILE = Path(__file__).parent.parent / "docs" / "images" / "coverage.svg"
_LEFT, _TOP, _WIDTH, _HEIGHT = 64, 60, 560, 300
_LOWEST = 0.5
_COLOURS = ("#0f766e", "#b45309", "#4338ca", "#be185d")
# Shares of few questions jump about: a curve begins where this many are answered.
_FEWEST = 10


@dataclass(frozen=True)
class Curve:
    """Shares from 0 to 1, by falling bound of confidence; ``at`` is the place of the product's own bound."""

    name: str
    coverage: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    at: int


def curve(task: Task, using: Recipe) -> Curve:
    """Answering the held-out questions of a task, those without an answer among them, from the surest downwards."""
    found = []
    for case in (case for number, case in enumerate(task.cases) if is_held_out(number)):
        hits = task.knowledge.hits(case.question, using)
        found.append((hits[0].confidence, hits[0].chunk_id in case.answers) if hits else (0.0, False))
    found.sort(key=lambda pair: -pair[0])
    ordinal = np.arange(1, len(found) + 1)
    right = np.cumsum([right for _, right in found])
    at = sum(chance >= using.answer for chance, _ in found) - 1
    return Curve(task.name, ordinal / len(found), right / ordinal, at)


def svg(curves: Sequence[Curve]) -> str:
    """A picture with its own white ground, so that it reads on dark pages too."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 24} {_TOP + _HEIGHT + 56}" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#16211f">'
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="{_LEFT}" y="24" font-size="16" font-weight="600">The surer it must be, the less it answers</text>'
    )
    labels = (
        f'<text x="{_LEFT + _WIDTH / 2}" y="{_TOP + _HEIGHT + 42}" text-anchor="middle">share of all questions that '
        "are answered</text>"
        f'<text x="18" y="{_TOP + _HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 18 {_TOP + _HEIGHT / 2})">of these, from the right passage</text>'
    )
    drawn = [part for number, each in enumerate(curves) for part in _drawn(number, each)]
    return "\n".join([head, *_grid(), labels, *drawn, "</svg>", ""])


def _grid() -> Iterator[str]:
    for step in range(6):
        share = step / 5
        x, y = _place(share, _LOWEST + share * (1 - _LOWEST))
        bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
        yield f'<path d="M{x:.0f} {_TOP}V{bottom}M{_LEFT} {y:.0f}H{right}" stroke="#dbe1dd"/>'
        yield f'<text x="{x:.0f}" y="{bottom + 20}" text-anchor="middle">{share:.0%}</text>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{_LOWEST + share * (1 - _LOWEST):.0%}</text>'


def _drawn(number: int, each: Curve) -> Iterator[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    # A point per pixel is enough.
    step = max(1, len(each.coverage) // _WIDTH)
    pairs = zip(each.coverage[_FEWEST::step], each.precision[_FEWEST::step], strict=True)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(*pair) for pair in pairs))
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
    x, y = _place(each.coverage[each.at], each.precision[each.at])
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{colour}" stroke="#ffffff" stroke-width="2"/>'
    name, below = html.escape(each.name), _TOP + _HEIGHT - 14 - 22 * number
    yield f'<text x="{_LEFT + 16}" y="{below}" fill="{colour}" font-weight="600">{name}</text>'


def _place(share: float, precision: float) -> tuple[float, float]:
    height = (max(precision, _LOWEST) - _LOWEST) / (1 - _LOWEST)
    return _LEFT + share * _WIDTH, _TOP + (1 - height) * _HEIGHT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets' files")
    parser.add_argument("--cache", type=Path, default=Path("var/benchmarks"))
    arguments = parser.parse_args()
    console = Console()
    with Progress(console=console, transient=True) as progress:
        cache = EmbeddingCache(arguments.cache, progress)
        using = recipe(cache.embedder.model)
        found = [
            tasks.xquad(cache, arguments.data, "en"),
            tasks.xquad(cache, arguments.data, "de"),
            tasks.clinc(cache, arguments.data, every=3),
            tasks.mixed(cache),
        ]
        curves = [curve(task, using) for task in progress.track(found, description="drawing")]
    _FILE.write_text(svg(curves), encoding="utf-8")
    for each in curves:
        answered, right = each.coverage[each.at], each.precision[each.at]
        console.print(
            f"{each.name}: {len(each.coverage)} questions, {answered:.3f} answered, {right:.3f} of them right"
        )


if __name__ == "__main__":
    main()

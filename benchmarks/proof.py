"""A figure with its target: what a benchmark yields when it proves something.

What was not measured meets no target: neither a value that is no number, nor no fault among nothing looked at.
"""

import math
from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` and ``target`` as people read them, with units; ``ok`` says whether the one meets the other."""

    name: str
    value: str
    target: str
    ok: bool

    def line(self) -> str:
        return f"{self.name}: {self.value}, target {self.target}: {'ok' if self.ok else 'short'}"

    def encoded(self) -> bytes:
        return orjson.dumps(asdict(self))

    @classmethod
    def decoded(cls, data: bytes) -> "Figure":
        return cls(**orjson.loads(data))


def at_least(name: str, value: float, target: float, unit: str = "") -> Figure:
    """More is better."""
    ok = math.isfinite(value) and value >= target
    return Figure(name, _shown(value, unit), f"at least {_shown(target, unit)}", ok)


def at_most(name: str, value: float, target: float, unit: str = "") -> Figure:
    """Less is better."""
    ok = math.isfinite(value) and value <= target
    return Figure(name, _shown(value, unit), f"at most {_shown(target, unit)}", ok)


def exactly(name: str, value: int, target: int, unit: str = "") -> Figure:
    """A count that has to be met, no more and no less."""
    return Figure(name, _shown(value, unit), _shown(target, unit), value == target)


def none_of(name: str, wrong: int, total: int, least: int = 1) -> Figure:
    """Not one of ``total`` may be wrong, and at least so many have to have been looked at."""
    return Figure(name, f"{wrong:,} of {total:,}", f"0 of at least {least:,}", wrong == 0 and total >= least)


def _shown(value: float, unit: str) -> str:
    """Three digits are as many as these measurements are worth; whole numbers stay whole."""
    if not math.isfinite(value):
        return "not measured"
    if value == int(value):
        number = f"{int(value):,}"
    else:
        number = f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
    return f"{number} {unit}".rstrip()

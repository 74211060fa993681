"""A figure with its target: what a benchmark yields when it proves something."""

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
    return Figure(name, _shown(value, unit), f"at least {_shown(target, unit)}", value >= target)


def at_most(name: str, value: float, target: float, unit: str = "") -> Figure:
    """Less is better."""
    return Figure(name, _shown(value, unit), f"at most {_shown(target, unit)}", value <= target)


def exactly(name: str, value: int, target: int, unit: str = "") -> Figure:
    """A count that has to be met, no more and no less."""
    return Figure(name, _shown(value, unit), _shown(target, unit), value == target)


def _shown(value: float, unit: str) -> str:
    """Three digits are as many as these measurements are worth; whole numbers stay whole."""
    if value == int(value):
        number = f"{int(value):,}"
    else:
        number = f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
    return f"{number} {unit}".rstrip()

"""Processor time of this process and everything that it started (Linux: proc_pid_stat(5))."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> Iterator[int]:
    """The process and all below it that live."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = children.read_text().split()
        except OSError:
            continue
        for child in below:
            yield from descendants(int(child))


def spent(pid: int) -> float:
    """Seconds of processor time of one process and of its children that ended; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def of_trees(roots: Mapping[str, int]) -> dict[str, float]:
    """Seconds by the name of each root: of the root and everything below it."""
    return {name: sum(map(spent, descendants(pid))) for name, pid in roots.items()}


def program_of(pid: int) -> str:
    """The name of its program; none where it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""

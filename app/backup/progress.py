"""Bars for people who wait for a backup; nothing where nobody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)


class Bar:
    """A line for each part of the work, in bytes."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def begin(self, part: str, total: int | None) -> Callable[[int], None]:
        """Show a part of ``total`` bytes, None where that is not known; what it returns is told of each piece."""
        task = self._tasks[part] = self._progress.add_task(part, total=total)
        return lambda size: self._progress.advance(task, size)

    def end(self, part: str) -> None:
        task = self._tasks[part]
        done = self._progress.tasks[task].completed
        self._progress.update(task, total=done or 1, completed=done or 1)


@contextmanager
def bar() -> Iterator[Bar]:
    columns = (TextColumn("{task.description:<9}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bar(progress)

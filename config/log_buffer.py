"""Lines of the log on their way to the database: a bounded buffer that any thread may put into and none waits for.

It takes what :mod:`config.logging` has already struck the secrets out of. Nothing is kept before a writer opens it.
"""

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from structlog.types import EventDict, WrappedLogger

LENGTH = 5000
LONGEST_MESSAGE = 2000
LONGEST_VALUE = 300
MOST_METADATA = 2000
"""Characters of a line's other values, all together."""
_OFF = logging.CRITICAL + 1
_NUMBERS = logging.getLevelNamesMapping()
_OWN_COLUMNS = frozenset({"event", "level", "logger", "timestamp", "tenant_id"})
_unheard: ContextVar[bool] = ContextVar("unheard", default=False)


@dataclass(frozen=True, slots=True)
class LogLine:
    """``tenant_id`` None is about no tenant. ``metadata`` is flat and small."""

    tenant_id: int | None
    level: str
    message: str
    source: str
    metadata: Mapping[str, Any]
    logged_at: datetime


class LogBuffer:
    """``dropped`` counts what found no room since it was last taken."""

    def __init__(self, length: int = LENGTH) -> None:
        self._lines: deque[LogLine] = deque()
        self._length = length
        self._least = _OFF
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._lines)

    def open(self, level: str) -> None:
        """Keep lines of ``level`` and above from now on; ``off`` keeps none."""
        self._least = _NUMBERS.get(level, _OFF)

    def close(self) -> None:
        self._least = _OFF

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """A processor of structlog: keeps a copy of the line, and hands the line on as it is."""
        level = str(event.get("level", "info")).upper()
        if _NUMBERS.get(level, logging.INFO) >= self._least and not _unheard.get():
            if len(self._lines) >= self._length:
                self.dropped += 1
            else:
                self._lines.append(_line(level, event))
        return event

    def take(self, most: int) -> list[LogLine]:
        """The oldest lines, which are gone from here then."""
        return [self._lines.popleft() for _ in range(min(most, len(self._lines)))]

    def put_back(self, lines: list[LogLine]) -> None:
        """Return lines that could not be stored, as the oldest; of too many, the oldest are dropped."""
        room = max(0, self._length - len(self._lines))
        kept = lines[len(lines) - min(room, len(lines)) :]
        self.dropped += len(lines) - len(kept)
        self._lines.extendleft(reversed(kept))


@contextmanager
def unheard() -> Iterator[None]:
    """Lines of the block go to standard error alone: storing lines must not make lines to store."""
    token = _unheard.set(True)
    try:
        yield
    finally:
        _unheard.reset(token)


def _line(level: str, event: EventDict) -> LogLine:
    tenant_id = event.get("tenant_id")
    return LogLine(
        tenant_id=tenant_id if isinstance(tenant_id, int) and 0 < tenant_id < 2**63 else None,
        level=level[:8],
        message=_storable(str(event.get("event", "")))[:LONGEST_MESSAGE],
        source=_storable(str(event.get("logger", "")))[:128],
        metadata=_metadata(event),
        logged_at=_moment(event.get("timestamp")),
    )


def _metadata(event: EventDict) -> dict[str, Any]:
    """What else the line says, as far as there is room. Of a stack trace only its last line, which names the error."""
    found: dict[str, Any] = {}
    room = MOST_METADATA
    for name, value in event.items():
        if name in _OWN_COLUMNS or name == "stack":
            continue
        kept = _value(str(value).strip().rpartition("\n")[2] if name == "exception" else value)
        room -= len(name) + len(str(kept))
        if room < 0:
            found["truncated"] = True
            break
        found[_storable(name)] = kept
    return found


def _value(value: object) -> bool | float | str | None:
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return _storable(str(value))[:LONGEST_VALUE]


def _storable(text: str) -> str:
    """Without what PostgreSQL's text cannot hold: halves of surrogate pairs, and NUL."""
    return (text if text.isascii() else text.encode("utf-8", "replace").decode()).replace("\0", "")


def _moment(stamp: object) -> datetime:
    try:
        return datetime.fromisoformat(str(stamp))
    except ValueError:
        return datetime.now(UTC)


LOG_BUFFER = LogBuffer()
"""The process's."""

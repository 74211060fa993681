"""The log as staff read it: lines are stored in batches beside what a process does, and read by their tenant.

Standard error has every line whatever happens here: what the database cannot take in time is dropped and counted.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
import structlog

from config.log_buffer import LOG_BUFFER, LogBuffer, LogLine, unheard
from config.metrics import LOG_LINES_DROPPED
from config.settings import get_settings
from core import clock
from core.errors import InvalidInput, Unavailable
from core.paging import CursorPage, Slice
from core.text import checked_text
from models.monitoring import LogLevel, LogRecord
from models.tenants import DEFAULT_TENANT_ID
from services.alerts import require_staff
from services.machine import host_name
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work

_EVERY_S = 2.0
_LONGEST_PAUSE_S = 30.0
_BATCH = 500
LONGEST_SOURCE = 128
_LAST_CHANCE_S = 2.0
# Lines about a tenant that is gone are nobody's any more.
_STORE = """
INSERT INTO log_records (tenant_id, level, message, source, hostname, metadata, logged_at)
SELECT l.tenant_id, l.level, l.message, l.source, $2, l.metadata, l.logged_at
FROM jsonb_to_recordset($1::jsonb)
    AS l(tenant_id bigint, level text, message text, source text, metadata jsonb, logged_at timestamptz)
JOIN tenants t ON t.id = l.tenant_id
"""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines; None does not narrow. ``source`` is the whole name of what logged it."""

    level: LogLevel | None = None
    source: str | None = None


def level_named(word: str) -> LogLevel:
    """The level of that name, in any case. Raises InvalidInput naming the levels for another one."""
    if word.upper() not in LogLevel.__members__:
        raise InvalidInput(f"level must be one of: {', '.join(LogLevel)}", field="level")
    return LogLevel(word.upper())


async def page_lines(uow: UnitOfWork, chosen: LogFilter, page: CursorPage) -> Slice[LogRecord]:
    """Lines of the tenant, newest first; the cursor is the id. Raises Forbidden below agent, InvalidInput."""
    require_staff(uow)
    lines = LogRecord.filter(tenant_id=uow.tenant_id)
    if page.after is not None:
        lines = lines.filter(id__lt=page.after)
    if chosen.level is not None:
        lines = lines.filter(level=chosen.level)
    if chosen.source is not None:
        lines = lines.filter(source=checked_text(chosen.source, field="source", most=LONGEST_SOURCE))
    rows = await lines.order_by("-id").limit(page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


@contextlib.asynccontextmanager
async def storing(buffer: LogBuffer = LOG_BUFFER) -> AsyncIterator[None]:
    """Store the process's lines for as long as the block lasts, the last of them at its end. Needs the database open.

    The database may be down: the process works on, and lines wait as far as there is room.
    """
    buffer.open(get_settings().log.stored_level)
    with unheard():
        writing = asyncio.create_task(_Writer(buffer).run())
    try:
        yield
    finally:
        buffer.close()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        with unheard(), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_CHANCE_S):
                await _Writer(buffer).write()


class _Writer:
    def __init__(self, buffer: LogBuffer) -> None:
        self._buffer = buffer
        self._pause = _EVERY_S

    async def run(self) -> None:
        """Raises nothing but CancelledError."""
        while True:
            await asyncio.sleep(self._pause)
            stored = await self.write()
            self._pause = _EVERY_S if stored else min(self._pause * 2, _LONGEST_PAUSE_S)

    async def write(self) -> bool:
        """Store all that waits; False where the database took it not."""
        while len(self._buffer) or self._buffer.dropped:
            lines = self._buffer.take(_BATCH)
            dropped, self._buffer.dropped = self._buffer.dropped, 0
            try:
                await _store([*lines, *_notice(dropped)])
            except (Unavailable, asyncio.CancelledError) as error:
                self._buffer.put_back(lines)
                self._buffer.dropped += dropped
                if not isinstance(error, Unavailable):
                    raise
                logger.warning("log_not_stored", waiting=len(self._buffer), dropped=self._buffer.dropped)
                return False
            except Exception:
                # Whatever is wrong with these lines, those that follow them shall be stored.
                logger.exception("log_lines_lost", lines=len(lines))
                dropped += len(lines)
            LOG_LINES_DROPPED.inc(dropped)
        return True


async def _store(lines: list[LogLine]) -> None:
    rows = [
        {
            "tenant_id": line.tenant_id or DEFAULT_TENANT_ID,
            "level": line.level,
            "message": line.message,
            "source": line.source,
            "metadata": line.metadata,
            "logged_at": line.logged_at,
        }
        for line in lines
    ]
    async with system_unit_of_work(SystemReason.MONITORING) as statements:
        await statements.rows(_STORE, orjson.dumps(rows).decode(), host_name())


def _notice(dropped: int) -> list[LogLine]:
    """The line that says how many others are missing; none where none are."""
    said = LogLine(None, "WARNING", "Lines of the log were dropped", __name__, {"dropped": dropped}, clock.now())
    return [said] if dropped else []

"""How the parts of the installation are: what its superadmin and a health check look at.

A part that does not answer is told as such: the answer itself never fails for it.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import psutil
import structlog

from config.redis import RedisState, redis_state
from config.settings import get_settings
from core.errors import Unavailable
from services.unit_of_work import SystemReason, system_unit_of_work

T = TypeVar("T")

_PATIENCE_S = 3.0
_OURS = ("opora", "app.cli")
"""What the command lines of our processes name."""
_DATABASE = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'opora%') AS active,
    (SELECT count(*) FROM telegram_bots WHERE is_active) AS bots,
    (SELECT coalesce(sum(size_bytes), 0)::bigint FROM attachments WHERE stored_at IS NOT NULL)
        + (SELECT coalesce(sum(size_bytes), 0)::bigint FROM documents WHERE storage_key IS NOT NULL) AS uploads,
    pg_total_relation_size('log_records') AS logs
"""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """``pool_size`` is that of one process; ``connections`` are those of all. Sizes in bytes."""

    pool_size: int
    connections: int
    response_ms: float
    active_bots: int
    upload_bytes: int
    log_bytes: int


@dataclass(frozen=True, slots=True)
class ProcessState:
    """Our processes on this machine, and for how long the eldest has run."""

    processes: int
    uptime_s: int


@dataclass(frozen=True, slots=True)
class InstallationHealth:
    """None stands for a part that does not answer. ``free_bytes`` is the room of the data directory."""

    database: DatabaseState | None
    redis: RedisState | None
    processes: ProcessState
    free_bytes: int

    @property
    def is_healthy(self) -> bool:
        return self.database is not None and self.redis is not None


async def check() -> InstallationHealth:
    """Look at every part, all at once, for a few seconds at most."""
    database, redis, processes, free = await asyncio.gather(
        _known(_database), _known(redis_state), asyncio.to_thread(_processes), asyncio.to_thread(_free_bytes)
    )
    return InstallationHealth(database, redis, processes, free)


async def _known(look: Callable[[], Awaitable[T]]) -> T | None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await look()
    except (Unavailable, TimeoutError) as error:
        logger.info("part_down", part=look.__name__, error=str(error))
        return None


async def _database() -> DatabaseState:
    started = time.perf_counter()
    async with system_unit_of_work(SystemReason.INSTALLATION) as statements:
        row = await statements.row(_DATABASE)
    assert row is not None  # noqa: S101  # a row of aggregates
    return DatabaseState(
        pool_size=get_settings().database.pool_size,
        connections=row["active"],
        response_ms=round((time.perf_counter() - started) * 1000, 1),
        active_bots=row["bots"],
        upload_bytes=row["uploads"],
        log_bytes=row["logs"],
    )


def _processes() -> ProcessState:
    me = psutil.Process()
    started = [me.create_time()]
    for process in psutil.process_iter(["pid", "cmdline", "create_time", "uids"]):
        told = process.info
        if told["pid"] != me.pid and told["uids"] == me.uids() and _is_ours(told["cmdline"] or ()):
            started.append(told["create_time"])
    return ProcessState(len(started), int(time.time() - min(started)))


def _is_ours(command: list[str] | tuple[str, ...]) -> bool:
    words = [word.rsplit("/", 1)[-1] for word in command[:4]]
    return any(word in _OURS for word in words)


def _free_bytes() -> int:
    directory = get_settings().data_dir
    return shutil.disk_usage(next(path for path in (directory, *directory.parents) if path.exists())).free

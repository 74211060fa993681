"""What happens by the clock. Any number of schedulers may run; the one that holds the lock leads."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import structlog

from config.settings import Settings, get_settings
from core.errors import Unavailable
from services import dispatch, document_files, files, handoff_calls, lost_operators, reconciliation, retention, thinning
from workers.lock_connection import LOST, lock_connection
from workers.monitoring import SAMPLER, TICK_S
from workers.task import TASKS
from workers.telegram import BOTS_S, KEEPER

_LOCK = 7_060_101
_STANDBY_S = 2.0
_TICK_S = 0.25
_DONE_JOBS_DAYS = 7
_ENDED_SESSIONS_DAYS = 30
_TELEGRAM_DAYS = 30
_ANALYTICS_DAYS = 400
"""A year and what it takes to compare it with the one before."""
_NOTIFICATIONS_DAYS = 365
_WEBHOOKS_DAYS = 30
_HOUR = 3600.0
logger = structlog.get_logger(__name__)


async def _sweep() -> int:
    return len(
        await dispatch.sweep([dispatch.Limit(task.name, task.max_attempts, task.amends) for task in TASKS.values()])
    )


async def _forget_events() -> int:
    return await retention.forget_events(days=get_settings().jobs.event_retention_days)


async def _forget_jobs() -> int:
    return await retention.forget_finished_jobs(days=_DONE_JOBS_DAYS)


async def _forget_sessions() -> int:
    return await retention.forget_ended_sessions(days=_ENDED_SESSIONS_DAYS)


async def _forget_telegram() -> int:
    return await retention.forget_telegram(days=_TELEGRAM_DAYS)


async def _forget_analytics() -> int:
    return await retention.forget_analytics(days=_ANALYTICS_DAYS)


async def _forget_mail() -> int:
    return await retention.forget_mail(days=get_settings().mail.retention_days)


async def _forget_webhooks() -> int:
    return await retention.forget_webhooks(days=_WEBHOOKS_DAYS)


async def _forget_notifications() -> int:
    return await retention.forget_payment_notifications(days=_NOTIFICATIONS_DAYS)


@dataclass(frozen=True, slots=True)
class Duty:
    """``work`` returns how many rows (tenants, for the sweep) it concerned. A change of leader may do it twice."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[int]]


SCHEDULE: tuple[Duty, ...] = (
    Duty("jobs.sweep", 1.0, _sweep),
    Duty("events.forget", _HOUR, _forget_events),
    Duty("jobs.forget", _HOUR, _forget_jobs),
    Duty("sessions.forget", _HOUR, _forget_sessions),
    Duty("telegram.bots", BOTS_S, KEEPER.look_after),
    Duty("telegram.forget", _HOUR, _forget_telegram),
    Duty("analytics.forget", _HOUR, _forget_analytics),
    Duty("mail.forget", _HOUR, _forget_mail),
    Duty("files.forget", 60.0, files.forget_unsent),
    Duty("documents.forget", 60.0, document_files.forget_cut_off),
    Duty("handoffs.return", 5.0, lost_operators.return_dialogs),
    Duty("handoffs.call", 10.0, handoff_calls.call_staff),
    Duty("payments.forget", _HOUR, _forget_notifications),
    Duty("webhooks.forget", _HOUR, _forget_webhooks),
    Duty("idempotency.forget", _HOUR, retention.forget_idempotency_keys),
    Duty("payments.reconcile", reconciliation.EVERY_S, reconciliation.ask_about_open),
    Duty("monitoring.sample", TICK_S, SAMPLER.sample),
    Duty("monitoring.thin", _HOUR, thinning.thin_samples),
    Duty("monitoring.forget_lines", _HOUR, thinning.forget_log_records),
)


class Schedule:
    """Run it with :meth:`run`; it goes on until cancelled, leading or waiting to."""

    def __init__(self, settings: Settings, duties: tuple[Duty, ...] = SCHEDULE) -> None:
        self._settings = settings
        self._duties = duties
        self.leading = False

    async def run(self) -> None:
        """Raises nothing but CancelledError."""
        while True:
            try:
                async with self._leadership() as connection:
                    await self._lead(connection)
            except LOST as error:
                logger.info("schedule_waits", reason=str(error) or type(error).__name__)
            finally:
                self.leading = False
            await asyncio.sleep(_STANDBY_S * random.uniform(0.5, 1.0))  # noqa: S311

    @asynccontextmanager
    async def _leadership(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection that holds the lock: it is lost with the connection, as leadership is."""
        async with lock_connection(self._settings, "opora schedule") as connection:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110
                await asyncio.sleep(_STANDBY_S * random.uniform(0.5, 1.0))  # noqa: S311
            yield connection

    async def _lead(self, connection: asyncpg.Connection) -> None:
        """Do what is due as long as the lock's connection lives. Raises what ended it."""
        self.leading = True
        logger.info("schedule_leads")
        due = {duty.name: time.monotonic() for duty in self._duties}
        while True:
            await connection.execute("SELECT 1")
            for duty in self._duties:
                if time.monotonic() >= due[duty.name]:
                    await self._perform(duty)
                    due[duty.name] = time.monotonic() + duty.every_s
            await asyncio.sleep(_TICK_S)

    async def _perform(self, duty: Duty) -> None:
        try:
            rows = await duty.work()
        except Unavailable:
            raise
        except Exception:
            # One duty's fault must not keep the others from their turn.
            logger.exception("duty_failed", duty=duty.name)
        else:
            if rows:
                logger.info("duty_done", duty=duty.name, rows=rows)

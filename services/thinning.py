"""Samples grow old: they become means over longer times, and go in the end.

Each step is one statement: what it takes away and the mean that it leaves are one transaction, so a run that is cut,
or done twice, counts nothing twice.
"""

from datetime import datetime, timedelta

from config.settings import get_settings
from core import clock
from services.unit_of_work import Statements, SystemReason, system_unit_of_work

MEANS_S = 300
HOURS_S = 3600
MEANS_DAYS = 7
_BATCH = 5000

# Samples of a step go together. A step that has its mean already, because the clock was set back, keeps that one.
_THIN = """
WITH old AS (
    DELETE FROM metric_samples
    WHERE period_s < $1::int AND taken_at < date_bin(make_interval(secs => $1::int), $2::timestamptz, 'epoch')
    RETURNING host, taken_at, period_s, cpu, memory, disk, uptime_s
)
INSERT INTO metric_samples (host, taken_at, period_s, cpu, memory, disk, uptime_s)
SELECT host, date_bin(make_interval(secs => $1::int), taken_at, 'epoch'), $1::int, sum(cpu * period_s) / sum(period_s),
    sum(memory * period_s) / sum(period_s), sum(disk * period_s) / sum(period_s), max(uptime_s)
FROM old GROUP BY 1, 2
ON CONFLICT (host, period_s, taken_at) DO NOTHING
RETURNING id
"""
_FORGET_SAMPLES = "DELETE FROM metric_samples WHERE taken_at < $1 RETURNING id"
_FORGET_ALERTS = "DELETE FROM alerts WHERE closed_at < $1 RETURNING id"
_FORGET_LINES = """
DELETE FROM log_records WHERE id IN (SELECT id FROM log_records WHERE logged_at < $1 ORDER BY logged_at LIMIT $2)
RETURNING id
"""


async def thin_samples() -> int:
    """Make means of old samples and forget the oldest, with the alerts of their time; how many means were made."""
    chosen, now = get_settings().monitoring, clock.now()
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        made = await _thin(statements, HOURS_S, now - timedelta(days=MEANS_DAYS))
        made += await _thin(statements, MEANS_S, now - timedelta(hours=chosen.metrics_raw_hours))
        for statement in (_FORGET_SAMPLES, _FORGET_ALERTS):
            await statements.rows(statement, now - timedelta(days=chosen.metrics_days))
    return made


async def forget_log_records() -> int:
    """Delete lines of the log that are older than the settings keep them; how many."""
    until = clock.now() - timedelta(days=get_settings().log.retention_days)
    total = 0
    while True:
        async with system_unit_of_work(SystemReason.RETENTION) as statements:
            gone = len(await statements.rows(_FORGET_LINES, until, _BATCH))
        total += gone
        if gone < _BATCH:
            return total


async def _thin(statements: Statements, step_s: int, until: datetime) -> int:
    return len(await statements.rows(_THIN, step_s, until))

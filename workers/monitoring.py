"""What the clock asks of monitoring: samples of the machine, alerts, and the thinning of what is old."""

from datetime import UTC, datetime

import structlog

from config.settings import get_settings
from core import clock
from services import alerts, monitoring
from services.machine import Machine

TICK_S = 1.0
_TOLD_EVERY_S = 600
"""How often a sample is a line of the log that dashboards show; the others are lines for debugging."""
# The name that dashboards know the line's source by.
health_log = structlog.get_logger("health_monitor")


class Sampler:
    """Takes a sample when a new slot of the period has begun, so a change of leader doubles none."""

    def __init__(self) -> None:
        self._machine: Machine | None = None
        self._slot: datetime | None = None
        self._told_at: datetime | None = None

    async def sample(self) -> int:
        """Sample where it is time to, and see to the alerts; how many changed. Raises Unavailable, TimeoutError."""
        slot = _slot(get_settings().monitoring.metrics_period_s)
        if slot == self._slot:
            return 0
        # Whatever happens next, it is not tried again before the next slot.
        self._slot = slot
        self._machine = self._machine or Machine(get_settings().data_dir)
        reading = await monitoring.record(self._machine, slot)
        changed = await alerts.evaluate()
        tell = health_log.info if self._is_time_to_tell(slot) else health_log.debug
        tell("System health check completed", cpu=reading.cpu, memory=reading.memory, disk=reading.disk)
        return changed

    def _is_time_to_tell(self, slot: datetime) -> bool:
        if self._told_at is not None and (slot - self._told_at).total_seconds() < _TOLD_EVERY_S:
            return False
        self._told_at = slot
        return True


def _slot(period_s: int) -> datetime:
    """The beginning of the present slot: all machines cut time alike."""
    return datetime.fromtimestamp(clock.now().timestamp() // period_s * period_s, UTC)


SAMPLER = Sampler()
"""The process's."""

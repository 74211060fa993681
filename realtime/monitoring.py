"""The health of the installation as it changes: figures every period, alerts when they open and close."""

import asyncio
from collections.abc import AsyncGenerator

import structlog

from config.settings import get_settings
from core import clock
from core.actor import Actor, system_actor
from core.errors import Unavailable
from models.monitoring import Alert
from models.tenants import DEFAULT_TENANT_ID
from realtime.content import Shared
from realtime.merging import merged
from realtime.subscription import watch
from realtime.topics import INSTALLATION
from services import alerts, monitoring
from services.events import StoredEvent
from services.monitoring import Health
from services.unit_of_work import unit_of_work

_SAMPLED_AFTER_S = 2.0
"""The sample of a period is there by then."""
_healths: Shared[Health] = Shared()
_alerts: Shared[Alert | None] = Shared()
logger = structlog.get_logger(__name__)


async def watch_health(actor: Actor, begin: asyncio.Event) -> AsyncGenerator[Health, None]:
    """The health once ``begin`` is set, and then every period, for staff.

    All who watch in this process share one reading a tenant. Raises Unavailable at the start; later, what cannot be
    read is left out.
    """
    await begin.wait()
    yield await _health(actor.tenant_id)
    while True:
        await asyncio.sleep(_until_next())
        try:
            yield await _health(actor.tenant_id)
        except Unavailable as error:
            logger.info("health_not_read", reason=error.message)


async def watch_monitoring(actor: Actor, *, after: int | None = None) -> AsyncGenerator[Health | StoredEvent, None]:
    """Health and alerts; ``after`` is a number of the alerts' log. Who has the first health misses no alert."""
    begin = asyncio.Event()

    async def started() -> None:
        begin.set()

    streams: tuple[AsyncGenerator[Health | StoredEvent, None], ...] = (
        watch_health(actor, begin),
        watch(actor, INSTALLATION, after=after, started=started),
    )
    async for item in merged(*streams):
        yield item


async def alert_of(event: StoredEvent) -> Alert | None:
    """The alert that an event is about, as it is now; None where it is forgotten. Raises Unavailable."""
    alert_id = int(event.payload["alert_id"])
    return await _alerts.get((alert_id, event.seq), lambda: _read_alert(alert_id))


async def _health(tenant_id: int) -> Health:
    return await _healths.get(tenant_id, lambda: _read_health(tenant_id))


async def _read_health(tenant_id: int) -> Health:
    async with unit_of_work(system_actor(tenant_id)) as uow:
        return await monitoring.health(uow)


async def _read_alert(alert_id: int) -> Alert | None:
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        return await alerts.by_id(uow, alert_id)


def _until_next() -> float:
    """Seconds until the next sample is there: the same moment for all, so that they share its reading."""
    period = get_settings().monitoring.metrics_period_s
    offset = min(_SAMPLED_AFTER_S, period / 2)
    return period - (clock.now().timestamp() - offset) % period

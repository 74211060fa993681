"""Watching a topic: first what the log holds, then what happens, without gap or duplicate."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from config.metrics import SUBSCRIBERS
from core.actor import Actor, system_actor
from core.errors import ResumeExpired
from realtime.hub import Hub, current_hub
from realtime.looks import DirectSubscriber, Look, Outlet
from realtime.subscriber import EphemeralSubscriber, EventSubscriber, Subscriber
from realtime.topics import authorise, log_tenant
from realtime.watched_topic import WatchedTopic, read_page
from services import events
from services.events import StoredEvent
from services.unit_of_work import unit_of_work


async def _nobody() -> None:
    """Where nobody asks."""


async def watch(
    actor: Actor, topic: str, *, after: int | None = None, started: Callable[[], Awaitable[None]] = _nobody
) -> AsyncGenerator[StoredEvent, None]:
    """Events of a topic that the actor may see, in rising order: those after number ``after``, then live ones.

    ``after`` None starts with what comes next: ``started`` is called when nothing that happens from then on can be
    missed. Raises at the start NotFound, Forbidden, ResumeExpired, Unavailable;
    later Lagged (reads too slowly; it names where to resume), AccessRevoked, ResumeExpired. No transaction may be open.
    """
    hub = current_hub()
    subscriber = EventSubscriber(actor, topic)
    async with _guarded(hub, subscriber), hub.topic(log_tenant(actor, topic), topic) as watched:
        subscriber.seq = watched.seq if after is None else await _start(watched, after)
        await started()
        async for event in _replay(watched, subscriber):
            yield event
        # From here to the end of _replay nothing was awaited, so no event can have slipped through.
        watched.subscribers.add(subscriber)
        try:
            while True:
                yield await subscriber.next()
        finally:
            watched.subscribers.discard(subscriber)


async def deliver(
    actor: Actor,
    topic: str,
    look: Look,
    outlet: Outlet,
    *,
    after: int | None = None,
    started: Callable[[], Awaitable[None]] = _nobody,
) -> None:
    """Send what :func:`watch` gives to an outlet, rendered once for all who watch the topic with the same look.

    Returns after an event of a kind in ``look.last``. Raises as :func:`watch`, and what rendering and sending raise.
    """
    hub = current_hub()
    subscriber = DirectSubscriber(actor, topic, outlet)
    async with _guarded(hub, subscriber), hub.topic(log_tenant(actor, topic), topic) as watched:
        subscriber.seq = watched.seq if after is None else await _start(watched, after)
        await started()
        async for event in _replay(watched, subscriber):
            await look.send(event, outlet)
            if event.kind in look.last:
                return
        # As in watch: nothing was awaited since, so no event can have slipped through.
        with watched.shared_by(subscriber, look):
            while True:
                event = await subscriber.next()
                await look.send(event, outlet)
                if event.kind in look.last:
                    return


async def watch_ephemeral(actor: Actor, topic: str) -> AsyncGenerator[dict[str, Any], None]:
    """Frames that pass by on a topic: see :mod:`realtime.ephemeral`. Raises as :func:`watch`, but for resuming."""
    hub = current_hub()
    subscriber = EphemeralSubscriber(actor, topic)
    async with _guarded(hub, subscriber), hub.passing(subscriber, actor.tenant_id):
        while True:
            yield await subscriber.next()


@asynccontextmanager
async def _guarded(hub: Hub, subscriber: Subscriber[Any]) -> AsyncIterator[None]:
    """Admit a subscriber who may watch its topic, count it, and let go of it when the block ends."""
    await authorise(subscriber.actor, subscriber.topic)
    async with hub.guards.over(subscriber):
        with SUBSCRIBERS.track_inprogress():
            yield


async def _start(watched: WatchedTopic, after: int) -> int:
    """The number to start after. Raises ResumeExpired."""
    async with unit_of_work(system_actor(watched.tenant_id)) as uow:
        await events.check_resumable(uow, watched.name, after)
    return after


async def _replay(watched: WatchedTopic, subscriber: EventSubscriber) -> AsyncIterator[StoredEvent]:
    """What the log holds between the subscriber and the present. It ends in the very moment that it has caught up."""
    while subscriber.seq < watched.seq:
        page = await read_page(watched.tenant_id, watched.name, subscriber.seq)
        if not page:
            raise ResumeExpired(watched.seq)
        for event in page:
            await subscriber.ready()
            subscriber.seq = event.seq
            if subscriber.may_see(event.visibility):
                yield event

"""The hub of a process: one Redis subscription for all that its sockets watch, and the log behind it."""

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import structlog

from config.redis import get_redis
from core.actor import Actor, system_actor
from core.errors import NotFound, Unavailable
from core.facts.dialogs import dialog_topic
from realtime.channels import Channels, ephemeral_channel, event_channel
from realtime.ephemeral import decode_frame
from realtime.guard import RECHECK_S, Guards
from realtime.subscriber import EphemeralSubscriber
from realtime.watched_topic import RETRY_S, WatchedTopic
from services import dialogs, events
from services.events import StoredEvent
from services.unit_of_work import unit_of_work

_READERS = 4
"""Topics that are read from the log at the same time, when many are behind."""
_DIALOG = dialog_topic(0).removesuffix("0")
logger = structlog.get_logger(__name__)


class Hub:
    """See :func:`open_hub`."""

    def __init__(self, still_valid: Callable[[Actor], Awaitable[Actor | None]]) -> None:
        self._topics: dict[str, WatchedTopic] = {}
        self._passing: dict[str, set[EphemeralSubscriber]] = {}
        self._readers = asyncio.Semaphore(_READERS)
        self._channels = Channels(get_redis(), self._receive, self._doubt)
        self._doubting: asyncio.Task[None] | None = None
        self._doubts = False
        self.guards = Guards(self, still_valid)

    @property
    def connected(self) -> bool:
        """Whether Redis is; without it subscribers are served from the log, with a delay."""
        return self._channels.connected

    @property
    def watched(self) -> int:
        """Channels that this process listens to at present."""
        return len(self._topics) + len(self._passing)

    async def run(self) -> None:
        """Raises nothing but CancelledError."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._channels.run())
            group.create_task(self.guards.run())
            group.create_task(self._look_after_dialogs())

    @contextlib.asynccontextmanager
    async def topic(self, tenant_id: int, name: str) -> AsyncIterator[WatchedTopic]:
        """Keep a topic up to date as long as the block lasts. Raises Unavailable."""
        channel = event_channel(tenant_id, name)
        topic = self._topics.setdefault(channel, WatchedTopic(tenant_id, name, self._readers))
        topic.watchers += 1
        try:
            if topic.opened is None:
                topic.opened = asyncio.ensure_future(self._open(channel, topic))
            # Shielded: the first to come may leave while others wait for the same.
            await asyncio.shield(topic.opened)
            yield topic
        finally:
            topic.watchers -= 1
            if topic.watchers == 0 and self._topics.get(channel) is topic:
                del self._topics[channel]
                topic.stop()
                await self._channels.close(channel)

    async def _open(self, channel: str, topic: WatchedTopic) -> None:
        """First listen, then read the number: whatever is published after it will be heard."""
        try:
            await self._channels.open(channel)
            async with unit_of_work(system_actor(topic.tenant_id)) as uow:
                topic.seq = await events.last_seq(uow, topic.name)
            topic.announce(topic.seq)
        except BaseException:
            topic.opened = None
            raise

    @contextlib.asynccontextmanager
    async def passing(self, subscriber: EphemeralSubscriber, tenant_id: int) -> AsyncIterator[None]:
        """Give a subscriber what passes by on its topic's ephemeral channel, as long as the block lasts."""
        channel = ephemeral_channel(tenant_id, subscriber.topic)
        watching = self._passing.setdefault(channel, set())
        watching.add(subscriber)
        try:
            await self._channels.open(channel)
            yield
        finally:
            watching.discard(subscriber)
            if not watching and self._passing.get(channel) is watching:
                del self._passing[channel]
                await self._channels.close(channel)

    async def end_deleted(self) -> None:
        """Let go of whoever watches a dialog that went with its assistant: the log says nothing of it any more.

        Raises Unavailable.
        """
        for tenant_id, topics in self._by_tenant().items():
            watched = {name.removeprefix(_DIALOG): topic for name, topic in topics.items() if name.startswith(_DIALOG)}
            async with unit_of_work(system_actor(tenant_id)) as uow:
                present = await dialogs.present(uow, map(int, watched))
            for number, topic in watched.items():
                if int(number) not in present:
                    topic.end(partial(NotFound, "dialog", int(number)))

    async def _look_after_dialogs(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_S)
            try:
                await self.end_deleted()
            except Exception as error:
                # It runs beside what hands out events, which its fault must not end.
                logger.warning("deleted_dialogs_not_looked_for", error=str(error), kind=type(error).__name__)

    def _by_tenant(self) -> dict[int, dict[str, WatchedTopic]]:
        tenants: dict[int, dict[str, WatchedTopic]] = {}
        for topic in self._topics.values():
            tenants.setdefault(topic.tenant_id, {})[topic.name] = topic
        return tenants

    def stop(self) -> None:
        """End what runs beside :meth:`run`."""
        for topic in self._topics.values():
            topic.stop()
        if self._doubting is not None:
            self._doubting.cancel()

    def _receive(self, channel: str, data: bytes) -> None:
        try:
            if channel in self._topics:
                self._topics[channel].receive(StoredEvent.decode(data))
            elif channel in self._passing:
                frame, visibility = decode_frame(data)
                for subscriber in tuple(self._passing[channel]):
                    subscriber.put(frame, visibility)
        except (ValueError, KeyError, TypeError):
            logger.warning("message_not_understood", channel=channel)

    def _doubt(self) -> None:
        """Messages may have been missed: compare every watched topic with the log, soon."""
        self._doubts = True
        if self._doubting is None or self._doubting.done():
            self._doubting = asyncio.get_running_loop().create_task(self._compare(), context=contextvars.Context())

    async def _compare(self) -> None:
        while self._doubts:
            self._doubts = False
            try:
                for tenant_id, topics in self._by_tenant().items():
                    async with unit_of_work(system_actor(tenant_id)) as uow:
                        present = await events.last_seqs(uow, topics)
                    for name, topic in topics.items():
                        if topic.is_open:
                            topic.announce(present[name])
            except Unavailable:
                self._doubts = True
                await asyncio.sleep(RETRY_S)


_hubs: list[Hub] = []


def current_hub() -> Hub:
    """The process's hub. Raises Unavailable where none is open."""
    if not _hubs:
        raise Unavailable("Real time is not running in this process")
    return _hubs[-1]


@contextlib.asynccontextmanager
async def open_hub(*, still_valid: Callable[[Actor], Awaitable[Actor | None]]) -> AsyncIterator[Hub]:
    """Run the process's hub as long as the block lasts. Redis must have been opened; it may be down.

    ``still_valid`` answers whether an actor's session still stands: the actor with its present role, else None.
    """
    hub = Hub(still_valid)
    running = asyncio.create_task(hub.run(), context=contextvars.Context())
    _hubs.append(hub)
    try:
        yield hub
    finally:
        _hubs.remove(hub)
        hub.stop()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

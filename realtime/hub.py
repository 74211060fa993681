"""The hub of a process: one Redis subscription for all that its sockets watch, and the log behind it.

A topic that anybody watches has a number up to which this process has handed events out. The next number is handed
out at once; a lower one is an echo; a higher one shows a gap, which is read from the log. So it does not matter what
Redis loses or repeats.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import structlog

from config.metrics import EVENT_FANOUT
from config.redis import get_redis
from core.actor import Actor, system_actor
from core.errors import DomainError, NotFound, ResumeExpired, Unavailable
from core.facts.dialogs import dialog_topic
from realtime.channels import Channels, ephemeral_channel, event_channel
from realtime.ephemeral import decode_frame
from realtime.guard import RECHECK_S, Guards
from realtime.subscriber import EphemeralSubscriber, EventSubscriber
from services import dialogs, events
from services.events import StoredEvent
from services.unit_of_work import unit_of_work

PAGE = 200
"""Events read from the log at a time."""
_READERS = 4
"""Topics that are read from the log at the same time, when many are behind."""
_RETRY_S = 0.3
_DIALOG = dialog_topic(0).removesuffix("0")
_PATIENCE = 10
"""Looks into the log for a number that was announced but is not there, before it is given up as not ours."""
logger = structlog.get_logger(__name__)


class Topic:
    """A topic that somebody watches here. ``seq`` is the last number handed out to its subscribers."""

    def __init__(self, tenant_id: int, name: str, readers: asyncio.Semaphore) -> None:
        self.tenant_id = tenant_id
        self.name = name
        self.seq = 0
        self.subscribers: set[EventSubscriber] = set()
        self.watchers = 0
        self.opened: asyncio.Future[None] | None = None
        self._readers = readers
        self._announced = 0
        self._catching_up: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether ``seq`` is known: until then the log is not compared with it."""
        return self.opened is not None and self.opened.done()

    def receive(self, event: StoredEvent) -> None:
        """Take an event from Redis."""
        if not self.is_open:
            self._announced = max(self._announced, event.seq)
        elif event.seq == self.seq + 1 and self._catching_up is None:
            self._hand_out(event)
        else:
            self.announce(event.seq)

    def announce(self, seq: int) -> None:
        """Somebody says that there are events up to ``seq``: read those that were missed."""
        self._announced = max(self._announced, seq)
        if self._announced > self.seq and self._catching_up is None:
            # A context of its own: the caller's may hold a transaction.
            loop = asyncio.get_running_loop()
            self._catching_up = loop.create_task(self._read_on(), context=contextvars.Context())

    def end(self, error: Callable[[], DomainError]) -> None:
        """Let go of all who watch it here, each with an error of their own."""
        for subscriber in tuple(self.subscribers):
            subscriber.end(error())

    def stop(self) -> None:
        for task in (self._catching_up, self.opened):
            if task is not None:
                task.cancel()

    def _hand_out(self, event: StoredEvent) -> None:
        self.seq = event.seq
        EVENT_FANOUT.inc(len(self.subscribers))
        for subscriber in tuple(self.subscribers):
            subscriber.put(event)

    async def _read_on(self) -> None:
        try:
            for _ in range(_PATIENCE):
                try:
                    async with self._readers:
                        await self._read_pages()
                except Unavailable:
                    await asyncio.sleep(_RETRY_S)
                    continue
                if self.seq >= self._announced:
                    break
                await asyncio.sleep(_RETRY_S)
            else:
                logger.warning("events_not_in_log", topic=self.name, seq=self.seq, announced=self._announced)
                self._announced = self.seq
        except ResumeExpired as error:
            self._cut(error)
        finally:
            self._catching_up = None

    async def _read_pages(self) -> None:
        while True:
            page = await read_page(self.tenant_id, self.name, self.seq)
            for event in page:
                self._hand_out(event)
            if len(page) < PAGE:
                return

    def _cut(self, error: ResumeExpired) -> None:
        """The log has lost what this process has not seen: whoever watches has to start anew."""
        self.seq = max(self.seq, error.oldest)
        self.end(lambda: ResumeExpired(error.oldest))


async def read_page(tenant_id: int, topic: str, after: int) -> list[StoredEvent]:
    """The next :data:`PAGE` events of the log. Raises ResumeExpired, Unavailable."""
    async with unit_of_work(system_actor(tenant_id)) as uow:
        return await events.replay(uow, topic, after=after, limit=PAGE)


class Hub:
    """See :func:`open_hub`."""

    def __init__(self, still_valid: Callable[[Actor], Awaitable[Actor | None]]) -> None:
        self._topics: dict[str, Topic] = {}
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
    async def topic(self, tenant_id: int, name: str) -> AsyncIterator[Topic]:
        """Keep a topic up to date as long as the block lasts. Raises Unavailable."""
        channel = event_channel(tenant_id, name)
        topic = self._topics.setdefault(channel, Topic(tenant_id, name, self._readers))
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

    async def _open(self, channel: str, topic: Topic) -> None:
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

    def _by_tenant(self) -> dict[int, dict[str, Topic]]:
        tenants: dict[int, dict[str, Topic]] = {}
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
                await asyncio.sleep(_RETRY_S)


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

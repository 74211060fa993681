"""A topic that somebody watches in this process: its events in order, handed out once each.

It has a number up to which events have been handed out. The next number is handed out at once; a lower one is an echo;
a higher one shows a gap, which is read from the log. So it does not matter what Redis loses or repeats.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Callable, Hashable, Iterator
from itertools import chain

import structlog

from config import tracing
from config.metrics import EVENT_FANOUT
from core.actor import system_actor
from core.errors import DomainError, ResumeExpired, Unavailable
from realtime.looks import Audience, DirectSubscriber, Look
from realtime.subscriber import Taker
from services import events
from services.events import StoredEvent
from services.unit_of_work import unit_of_work

PAGE = 200
"""Events read from the log at a time."""
RETRY_S = 0.3
_PATIENCE = 10
"""Looks into the log for a number that was announced but is not there, before it is given up as not ours."""
logger = structlog.get_logger(__name__)


class WatchedTopic:
    """A topic that somebody watches here. ``seq`` is the last number handed out to its subscribers."""

    def __init__(self, tenant_id: int, name: str, readers: asyncio.Semaphore) -> None:
        self.tenant_id = tenant_id
        self.name = name
        self.seq = 0
        self.subscribers: set[Taker] = set()
        self.audiences: dict[Hashable, Audience] = {}
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
        for subscriber in (*self.subscribers, *chain.from_iterable(self.audiences.values())):
            subscriber.end(error())

    @contextlib.contextmanager
    def shared_by(self, subscriber: DirectSubscriber, look: Look) -> Iterator[None]:
        """Give a subscriber the events that follow, rendered once for all who share the look."""
        key = (look.key, look.eyes)
        audience = self.audiences.setdefault(key, Audience(look))
        audience.add(subscriber)
        try:
            yield
        finally:
            audience.discard(subscriber)
            if not audience and self.audiences.get(key) is audience:
                del self.audiences[key]

    def stop(self) -> None:
        for task in (self._catching_up, self.opened):
            if task is not None:
                task.cancel()

    def _hand_out(self, event: StoredEvent) -> None:
        self.seq = event.seq
        reached = len(self.subscribers) + sum(map(len, self.audiences.values()))
        EVENT_FANOUT.inc(reached)
        takers: list[Taker | Audience] = [*self.subscribers, *self.audiences.values()]
        for taker in takers:
            taker.put(event)
        if event.trace is not None:
            tracing.mark(f"delivered {event.kind}", event.trace, opora__subscribers=reached)

    async def _read_on(self) -> None:
        try:
            for _ in range(_PATIENCE):
                try:
                    async with self._readers:
                        await self._read_pages()
                except Unavailable:
                    await asyncio.sleep(RETRY_S)
                    continue
                if self.seq >= self._announced:
                    break
                await asyncio.sleep(RETRY_S)
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

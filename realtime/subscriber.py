"""One subscriber's end of the hub: a bounded queue, an actor, and why it ended."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

from config.metrics import SUBSCRIPTIONS_CUT
from core.actor import Actor
from core.errors import DomainError, Lagged
from core.events import Visibility
from services.events import StoredEvent

T = TypeVar("T")

QUEUE_LENGTH = 256
"""Events that may wait for one subscriber; beyond them it is told to resume from the log."""


class Subscriber(Generic[T]):
    """Whoever watches takes with :meth:`next`; the hub puts in, suspends, resumes and ends. One event loop only."""

    def __init__(self, actor: Actor, topic: str) -> None:
        self.actor = actor
        self.topic = topic
        self._queue: deque[T] = deque()
        self._news = asyncio.Event()
        self._suspended = False
        self._error: DomainError | None = None

    async def next(self) -> T:
        """The next item. Raises the error with which the subscription ended."""
        while True:
            self.check()
            if self._queue and not self._suspended:
                return self._queue.popleft()
            self._news.clear()
            await self._news.wait()

    async def ready(self) -> None:
        """Wait while access is being asked for again. Raises as :meth:`next`."""
        self.check()
        while self._suspended:
            self._news.clear()
            await self._news.wait()
            self.check()

    def check(self) -> None:
        """Raises the error with which the subscription ended, if it did."""
        if self._error is not None:
            raise self._error

    def end(self, error: DomainError) -> None:
        """Let go: what waits is dropped, whoever watches gets the error."""
        if self._error is None:
            self._error = error
            SUBSCRIPTIONS_CUT.labels(error.code).inc()
        self._queue.clear()
        self._news.set()

    def suspend(self) -> None:
        """Hand out nothing until :meth:`resume`: access is being asked for again."""
        self._suspended = True

    def resume(self, actor: Actor) -> None:
        self.actor = actor
        self._suspended = False
        self._news.set()

    def may_see(self, visibility: Visibility) -> bool:
        return visibility is Visibility.PUBLIC or self.actor.is_staff

    def _put(self, item: T) -> None:
        if self._error is None:
            self._queue.append(item)
            self._news.set()


class EventSubscriber(Subscriber[StoredEvent]):
    """Gets every event of its topic once, in order. ``seq`` is the last number handed out or known to be skipped."""

    def __init__(self, actor: Actor, topic: str) -> None:
        super().__init__(actor, topic)
        self.seq = 0

    async def next(self) -> StoredEvent:
        """The next event that the actor may see. Raises Lagged, AccessRevoked, ResumeExpired."""
        while True:
            event = await super().next()
            if event.seq > self.seq:
                self.seq = event.seq
                if self.may_see(event.visibility):
                    return event

    def put(self, event: StoredEvent) -> None:
        if len(self._queue) >= QUEUE_LENGTH:
            self.end(Lagged(self.seq))
        else:
            self._put(event)


class EphemeralSubscriber(Subscriber[dict[str, object]]):
    """Gets what is passing by; of too much, the oldest is lost."""

    def put(self, frame: dict[str, object], visibility: Visibility) -> None:
        if self.may_see(visibility):
            if len(self._queue) >= QUEUE_LENGTH:
                self._queue.popleft()
            self._put(frame)

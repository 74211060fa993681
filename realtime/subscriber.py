"""One subscriber's end of the hub: a bounded queue, an actor, and why it ended."""

import asyncio
from typing import Generic, Protocol, TypeVar

from config.metrics import SUBSCRIPTIONS_CUT
from core.actor import Actor
from core.errors import DomainError, Lagged
from core.events import Visibility
from services.events import StoredEvent

T = TypeVar("T")

QUEUE_LENGTH = 256
"""Events that may wait for one subscriber; beyond them it is told to resume from the log."""


class Taker(Protocol):
    """What a topic hands its events to."""

    def put(self, event: StoredEvent) -> None:
        """Take the next event of the topic."""

    def end(self, error: DomainError) -> None:
        """There will be no more."""


class Subscriber(Generic[T]):
    """Whoever watches takes with :meth:`next`; the hub puts in, suspends, resumes and ends. One event loop only."""

    def __init__(self, actor: Actor, topic: str) -> None:
        self.actor = actor
        self.topic = topic
        # Thousands are idle: what is empty takes no room. Taking from the front of so short a list costs nothing.
        self._queue: list[T] = []
        self._news: asyncio.Future[None] | None = None
        self._suspended = False
        self._waiting = False
        self._error: DomainError | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it has had all that came, and waits for more."""
        return self._waiting and not self._queue and not self._suspended and self._error is None

    async def next(self) -> T:
        """The next item. Raises the error with which the subscription ended."""
        while True:
            self.check()
            if self._queue and not self._suspended:
                return self._queue.pop(0)
            self._waiting = True
            try:
                await self._hear()
            finally:
                self._waiting = False

    async def ready(self) -> None:
        """Wait while access is being asked for again. Raises as :meth:`next`."""
        self.check()
        while self._suspended:
            await self._hear()
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
        self._wake()

    def suspend(self) -> None:
        """Hand out nothing until :meth:`resume`: access is being asked for again."""
        self._suspended = True

    def resume(self, actor: Actor) -> None:
        self.actor = actor
        self._suspended = False
        self._wake()

    def may_see(self, visibility: Visibility) -> bool:
        return visibility is Visibility.PUBLIC or self.actor.is_staff

    def _put(self, item: T) -> None:
        if self._error is None:
            self._queue.append(item)
            self._wake()

    async def _hear(self) -> None:
        """Wait until something happened."""
        self._news = asyncio.get_running_loop().create_future()
        try:
            await self._news
        finally:
            self._news = None

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


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
                self._queue.pop(0)
            self._put(frame)

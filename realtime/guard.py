"""Whether those who watch may still watch: asked again whenever their access changes, and now and then besides."""

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

import structlog

from core.actor import Actor
from core.errors import AccessRevoked, DomainError, Unavailable
from core.events import user_topic
from realtime.subscriber import Subscriber, Taker

RECHECK_S = 60.0
"""A session may also just end: it is looked at this often."""
_RETRY_S = 0.5
_ANY = UUID(int=0)
StillValid = Callable[[Actor], Awaitable[Actor | None]]
logger = structlog.get_logger(__name__)


class Topics(Protocol):
    """What the guards need of the hub."""

    def topic(self, tenant_id: int, name: str) -> contextlib.AbstractAsyncContextManager[Any]: ...


class Guard:
    """All that one person watches through this process."""

    def __init__(self, still_valid: StillValid) -> None:
        self.subscribers: set[Subscriber[Any]] = set()
        self._still_valid = still_valid
        self._asking: asyncio.Task[None] | None = None
        self._ask_again = False
        self.alarm = _Alarm(self)

    async def admit(self, subscriber: Subscriber[Any]) -> None:
        """Ask once for a session that this guard does not watch yet: it may have ended since it was presented."""
        asked = _standing(subscriber.actor)
        known = self._at_ease and any(_standing(other.actor) == asked for other in self.subscribers)
        self.subscribers.add(subscriber)
        if not known:
            await self._ask_for(subscriber, {})
        subscriber.check()

    @property
    def _at_ease(self) -> bool:
        return not self._ask_again and (self._asking is None or self._asking.done())

    def recheck(self) -> None:
        """Stop handing anything out until each session has been asked for again."""
        for subscriber in self.subscribers:
            subscriber.suspend()
        self._ask_again = True
        if self._asking is None or self._asking.done():
            loop = asyncio.get_running_loop()
            self._asking = loop.create_task(self._ask(), context=contextvars.Context())

    async def _ask(self) -> None:
        while self._ask_again:
            self._ask_again = False
            answers: dict[Actor, Actor | None] = {}
            for subscriber in tuple(self.subscribers):
                try:
                    await self._ask_for(subscriber, answers)
                except Unavailable:
                    self._ask_again = True
                except Exception:
                    # Who cannot be told apart from an intruder is treated as one.
                    logger.exception("access_not_checked", user_id=subscriber.actor.user_id)
                    subscriber.end(AccessRevoked())
            if self._ask_again:
                await asyncio.sleep(_RETRY_S)

    async def _ask_for(self, subscriber: Subscriber[Any], answers: dict[Actor, Actor | None]) -> None:
        """Resume or end a subscriber. Raises Unavailable where nobody can tell: it stays suspended."""
        asked = _standing(subscriber.actor)
        if asked not in answers:
            answers[asked] = await self._still_valid(asked)
        actor = answers[asked]
        if actor is None or not actor.role.includes(subscriber.actor.role):
            # With fewer rights they may come again: what is on its way to them was chosen for the rights they had.
            subscriber.end(AccessRevoked())
        else:
            subscriber.resume(subscriber.actor if actor.guest is not None else actor)


class Guards:
    """A guard for each person who watches anything, alarmed by the events of that person's own topic; and one for all
    guests of a site, who have no such topic.
    """

    def __init__(self, hub: Topics, still_valid: StillValid) -> None:
        self._hub = hub
        self._still_valid = still_valid
        self._guards: dict[tuple[int, int] | Actor, Guard] = {}

    @contextlib.asynccontextmanager
    async def over(self, subscriber: Subscriber[Any]) -> AsyncIterator[None]:
        """Watch over a subscriber as long as the block lasts. Raises AccessRevoked, Unavailable."""
        actor = subscriber.actor
        if actor.guest is not None:
            async with self._over_guest(subscriber, _standing(actor)):
                yield
            return
        if actor.user_id is None:
            yield
            return
        # Access changes where the person is at home, wherever a superadmin looks.
        home = actor.home_tenant_id or actor.tenant_id
        key = (home, actor.user_id)
        async with self._hub.topic(home, user_topic(actor.user_id)) as topic:
            # Nothing is awaited until the guard has the subscriber: it cannot be forgotten in between.
            guard = self._guard(key)
            topic.subscribers.add(guard.alarm)
            try:
                await guard.admit(subscriber)
                yield
            finally:
                guard.subscribers.discard(subscriber)
                if not guard.subscribers:
                    topic.subscribers.discard(guard.alarm)
                self._forget(key, guard)

    @contextlib.asynccontextmanager
    async def _over_guest(self, subscriber: Subscriber[Any], key: Actor) -> AsyncIterator[None]:
        """Nobody tells what becomes of a guest's assistant: it is looked at now and then."""
        guard = self._guard(key)
        try:
            await guard.admit(subscriber)
            yield
        finally:
            guard.subscribers.discard(subscriber)
            self._forget(key, guard)

    def _guard(self, key: tuple[int, int] | Actor) -> Guard:
        found = self._guards.get(key)
        if found is None:
            found = self._guards[key] = Guard(self._still_valid)
        return found

    def _forget(self, key: tuple[int, int] | Actor, guard: Guard) -> None:
        if not guard.subscribers and self._guards.get(key) is guard:
            del self._guards[key]

    async def run(self) -> None:
        """Ask again for everybody, now and then."""
        while True:
            await asyncio.sleep(RECHECK_S)
            for guard in tuple(self._guards.values()):
                guard.recheck()
                await asyncio.sleep(0)


def _standing(actor: Actor) -> Actor:
    """Whose access it is: guests of one site have theirs together, so that many cost one question."""
    return actor if actor.guest is None else replace(actor, guest=replace(actor.guest, id=_ANY))


class _Alarm(Taker):
    """Turns any event of a person's own topic into a recheck, once for all that the person watches."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def put(self, event: object) -> None:
        self._guard.recheck()

    def end(self, error: DomainError) -> None:
        self._guard.recheck()

"""Subscribers to whom a topic's events look alike: each event is rendered once for them, and written to each.

Who reads slowly, or whose access is being asked for again, takes from a queue of their own as every other subscriber.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from core.actor import Actor
from core.errors import Lagged
from core.events import Visibility
from realtime.content import Shared
from realtime.lines import Rendered
from realtime.subscriber import QUEUE_LENGTH, EventSubscriber
from services.events import StoredEvent

_AHEAD = 8
"""Events of an audience that are rendered at the same time."""
_CHUNK = 250
"""Sockets that are written to before others of the process have their turn."""
_REST_S = 20e-6
"""For each socket of a large audience, between lots: what comes meanwhile leaves together, one call of the kernel a
socket. An event that comes alone never waits; in a burst it waits 10 ms where 500 watch."""
_rendered: "Shared[Rendered | None]" = Shared()
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Look:
    """How events look to some, who have the same ``eyes``; ``key`` tells looks apart.

    ``render`` gives None for an event that is not shown; whoever shares a look shares what it gives. After an event
    whose kind is in ``last`` there is nothing to watch any more.
    """

    key: Hashable
    eyes: Actor
    render: Callable[[StoredEvent, Actor], Awaitable[Rendered | None]]
    last: frozenset[str] = field(default=frozenset())

    async def of(self, event: StoredEvent) -> Rendered | None:
        """What is shown of an event, rendered once for those who ask at the same time or shortly after."""
        if event.visibility is not Visibility.PUBLIC and not self.eyes.is_staff:
            return None
        key = (event.tenant_id, event.topic, event.seq, self.eyes, self.key)
        return await _rendered.get(key, lambda: self.render(event, self.eyes))

    async def send(self, event: StoredEvent, outlet: "Outlet") -> None:
        """Send an event to one alone. Raises what rendering and sending raise."""
        rendered = await self.of(event)
        if rendered is not None:
            await outlet.send(rendered)


def text_look(
    render: Callable[[StoredEvent, Actor], Awaitable[str | None]], actor: Actor, *, last: frozenset[str] = frozenset()
) -> Look:
    """The look of a dialect's frames, which ``render`` writes, to the actor."""

    async def encoded(event: StoredEvent, eyes: Actor) -> Rendered | None:
        text = await render(event, eyes)
        return None if text is None else Rendered(text.encode())

    return Look(render, eyes_of(actor), encoded, last)


class Outlet(Protocol):
    """Where one subscriber's events go."""

    def write(self, rendered: Rendered) -> bool:
        """Send at once, or not at all: whether it was sent."""

    async def send(self, rendered: Rendered) -> None:
        """Send, however long it takes. Raises what tells that the client is gone, or does not read."""


def eyes_of(actor: Actor) -> Actor:
    """Who stands for all that see what the actor sees: staff of one role in a tenant see alike, others see their own.

    It is what shared events are rendered for, so that nothing personal can get into them.
    """
    return Actor(actor.tenant_id, actor.role) if actor.is_staff else replace(actor, session_id=None)


class DirectSubscriber(EventSubscriber):
    """A subscriber whose events are written straight to its outlet as long as nothing waits for it."""

    def __init__(self, actor: Actor, topic: str, outlet: Outlet) -> None:
        super().__init__(actor, topic)
        self._outlet = outlet

    def offer(self, event: StoredEvent, rendered: Rendered | None) -> None:
        """Take an event that is rendered already, None where it is not shown."""
        if event.seq <= self.seq:
            return
        if self.is_idle and (rendered is None or self._outlet.write(rendered)):
            self.seq = event.seq
        else:
            self.put(event)


@dataclass(frozen=True, slots=True)
class _Ready:
    """An event as an audience sees it; one that is ``apart`` each of them looks at in a task of its own."""

    event: StoredEvent
    rendered: Rendered | None
    apart: bool

    def give(self, member: DirectSubscriber) -> None:
        try:
            if self.apart:
                member.put(self.event)
            else:
                member.offer(self.event, self.rendered)
        except Exception as error:
            # One socket's fault is not the others': its client alone resumes from the log.
            logger.warning("event_not_handed_out", topic=self.event.topic, seq=self.event.seq, error=repr(error))
            member.end(Lagged(member.seq))


class Audience:
    """Those who share a look at one topic."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._members: dict[DirectSubscriber, None] = {}
        self._waiting: deque[StoredEvent] = deque()
        self._rendering: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[DirectSubscriber]:
        return iter(tuple(self._members))

    def add(self, subscriber: DirectSubscriber) -> None:
        self._members[subscriber] = None

    def discard(self, subscriber: DirectSubscriber) -> None:
        self._members.pop(subscriber, None)
        if not self._members and self._rendering is not None:
            self._rendering.cancel()

    def put(self, event: StoredEvent) -> None:
        """Take the topic's next event."""
        if len(self._waiting) >= QUEUE_LENGTH:
            self._cut()
            return
        self._waiting.append(event)
        if self._rendering is None or self._rendering.done():
            loop = asyncio.get_running_loop()
            self._rendering = loop.create_task(self._render(), context=contextvars.Context())

    async def _render(self) -> None:
        """Some events at a time, so that their reads overlap; handed out in their order, in lots of what is ready."""
        ahead: deque[tuple[StoredEvent, asyncio.Task[Rendered | None]]] = deque()
        try:
            while self._waiting or ahead:
                while self._waiting and len(ahead) < _AHEAD:
                    event = self._waiting.popleft()
                    ahead.append((event, asyncio.ensure_future(self._look.of(event))))
                await asyncio.wait({ahead[0][1]})
                ready = []
                while ahead and ahead[0][1].done():
                    ready.append(self._looking(*ahead.popleft()))
                await self._hand_out(ready)
                if len(self._members) > _CHUNK:
                    await asyncio.sleep(len(self._members) * _REST_S)
        finally:
            for _, rendering in ahead:
                rendering.cancel()

    def _looking(self, event: StoredEvent, rendering: "asyncio.Task[Rendered | None]") -> "_Ready":
        try:
            return _Ready(event, rendering.result(), apart=event.kind in self._look.last)
        except Exception as error:
            # Each meets it in its own task, which knows what to tell its client.
            logger.info("event_not_rendered", topic=event.topic, seq=event.seq, error=type(error).__name__)
            return _Ready(event, None, apart=True)

    async def _hand_out(self, lot: Sequence["_Ready"]) -> None:
        members = tuple(self._members)
        for begin in range(0, len(members), _CHUNK):
            if begin:
                await asyncio.sleep(0)
            for member in members[begin : begin + _CHUNK]:
                for ready in lot:
                    ready.give(member)

    def _cut(self) -> None:
        """Events come faster than they can be rendered: everybody resumes from the log."""
        self._waiting.clear()
        for member in self:
            member.end(Lagged(member.seq))

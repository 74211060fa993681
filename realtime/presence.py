"""Who of the staff looks at a ticket or dialog now: told among those who look, and never stored.

Everybody who watches says so on the topic's ephemeral channel at once, again now and then, and when they leave.
Whoever comes is answered by those who are there. Somebody who vanished without a word is forgotten after a while.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.actor import Actor
from core.errors import Forbidden
from core.events import Visibility
from core.ids import new_uuid
from realtime.ephemeral import publish_ephemeral
from realtime.merging import merged
from realtime.subscription import watch_ephemeral

PRESENT, LEFT = "presence.present", "presence.left"
_FIRST_S = (0.05, 0.2, 0.5, 1.0)
"""The first word is repeated until it is heard back: only then are answers heard, too."""
_BEAT_S = 15.0
_FORGOTTEN_S = 40.0
_TICK: dict[str, Any] = {"type": "presence.tick"}


async def watch_presence(actor: Actor, topic: str) -> AsyncGenerator[frozenset[int], None]:
    """The ids of the others who look at the topic, at each change, as long as the actor looks too.

    Raises Forbidden for customers, and as :func:`realtime.subscription.watch_ephemeral`.
    """
    if not actor.is_staff or actor.user_id is None:
        raise Forbidden
    visit = _Visit(actor.tenant_id, topic, actor.user_id)
    others: frozenset[int] = frozenset()
    try:
        async with aclosing(merged(watch_ephemeral(actor, topic), visit.ticks())) as frames:
            async for frame in frames:
                await visit.hear(frame)
                if (present := visit.others()) != others:
                    others = present
                    yield others
    finally:
        await asyncio.shield(visit.say(LEFT))


class _Visit:
    """One open window on a topic, and the others that it has heard of."""

    def __init__(self, tenant_id: int, topic: str, user_id: int) -> None:
        self._tenant_id = tenant_id
        self._topic = topic
        self._user_id = user_id
        self._id = new_uuid().hex
        self._heard_back = False
        self._seen: dict[str, tuple[int, float]] = {}
        self._spoken_at = 0.0

    async def ticks(self) -> AsyncGenerator[dict[str, Any], None]:
        """When to speak up."""
        for pause in _FIRST_S:
            yield _TICK
            await asyncio.sleep(pause)
        while True:
            yield _TICK
            await asyncio.sleep(_BEAT_S)

    async def hear(self, frame: dict[str, Any]) -> None:
        """Take note of a frame, and answer one that asks."""
        visit = frame.get("visit")
        match frame.get("type"):
            case "presence.tick":
                if not self._heard_back or self._due():
                    await self.say(PRESENT, asks=not self._heard_back)
            case kind if kind == PRESENT and visit == self._id:
                self._heard_back = True
            case kind if kind == PRESENT and isinstance(visit, str):
                self._seen[visit] = (int(frame["user_id"]), time.monotonic())
                if frame.get("asks"):
                    await self.say(PRESENT)
            case kind if kind == LEFT and isinstance(visit, str):
                self._seen.pop(visit, None)

    def others(self) -> frozenset[int]:
        """Those heard of lately, but for the person of this visit, who may look through several windows."""
        since = time.monotonic() - _FORGOTTEN_S
        self._seen = {visit: (user, at) for visit, (user, at) in self._seen.items() if at > since}
        return frozenset(user for user, _ in self._seen.values()) - {self._user_id}

    async def say(self, kind: str, *, asks: bool = False) -> None:
        """The frames ``presence.present`` and ``presence.left``, for staff: visit, user_id, asks."""
        self._spoken_at = time.monotonic()
        frame = {"type": kind, "visit": self._id, "user_id": self._user_id, "asks": asks}
        await publish_ephemeral(self._tenant_id, self._topic, frame, visibility=Visibility.STAFF)

    def _due(self) -> bool:
        return time.monotonic() - self._spoken_at >= _BEAT_S / 2

"""Who is typing in a ticket: told to whoever watches it now, and never stored."""

import time
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from core.actor import Actor
from core.events import ticket_topic
from realtime.ephemeral import publish_ephemeral
from realtime.topics import authorise
from services import people
from services.unit_of_work import unit_of_work

TYPING = "typing"


class Typist:
    """One person at one keyboard. ``public_id`` is what a dialect may call the person; None for one of elsewhere."""

    def __init__(self, actor: Actor, ticket_id: int, public_id: UUID | None) -> None:
        self._actor = actor
        self._topic = ticket_topic(ticket_id)
        self._frame: Mapping[str, Any] = {
            "type": TYPING,
            "ticket_id": ticket_id,
            "user_id": actor.user_id,
            "public_id": None if public_id is None else str(public_id),
        }
        self._typing = False

    @classmethod
    async def of(cls, actor: Actor, ticket_id: int) -> Self:
        """Raises Unavailable."""
        async with unit_of_work(actor) as uow:
            cards = await people.cards(uow, [] if actor.user_id is None else [actor.user_id])
        return cls(actor, ticket_id, next((card.public_id for card in cards.values()), None))

    async def tell(self, is_typing: bool) -> None:
        """The frame ``typing``: ticket_id, user_id, public_id, is_typing."""
        self._typing = is_typing
        await publish_ephemeral(self._actor.tenant_id, self._topic, {**self._frame, "is_typing": is_typing})

    async def leave(self) -> None:
        """Whoever is gone types no more."""
        if self._typing:
            await self.tell(False)


async def tell_typing(actor: Actor, ticket_id: int, *, is_typing: bool) -> None:
    """For somebody without a connection of their own. Raises NotFound, Forbidden, Unavailable."""
    await authorise(actor, ticket_topic(ticket_id))
    await (await Typist.of(actor, ticket_id)).tell(is_typing)


def is_own(frame: Mapping[str, Any], actor: Actor) -> bool:
    """Whether it tells the actor what they do themselves."""
    return frame.get("user_id") is not None and frame.get("user_id") == actor.user_id


class Pace:
    """Lets through ``burst`` at once and then ``per_second``: a keyboard needs no more."""

    def __init__(self, *, burst: int, per_second: float) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._left = self._burst
        self._seen = time.monotonic()

    def allows(self) -> bool:
        """Count one, and say whether it may pass."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

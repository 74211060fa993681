"""Who is typing in a ticket or dialog: told to whoever watches it now, and never stored."""

import time
from collections.abc import Mapping
from typing import Any, Self

from core.actor import Actor
from realtime.ephemeral import publish_ephemeral
from realtime.topics import authorise
from services import people
from services.people import PersonCard
from services.unit_of_work import unit_of_work

TYPING = "typing"


class Typist:
    """One person at one keyboard, in the ticket or dialog of ``topic``. ``card`` is None for a guest, and for one of
    another tenant.
    """

    def __init__(self, actor: Actor, topic: str, card: PersonCard | None) -> None:
        noun, _, number = topic.partition(":")
        self._actor = actor
        self._topic = topic
        self._frame: Mapping[str, Any] = {
            "type": TYPING,
            f"{noun}_id": int(number),
            "user_id": actor.user_id,
            "guest_id": None if actor.guest is None else actor.guest.id.hex,
            "public_id": None if card is None else str(card.public_id),
            "name": None if card is None else card.first_name or card.username,
            "staff": actor.is_staff,
        }
        self._typing = False

    @classmethod
    async def of(cls, actor: Actor, topic: str) -> Self:
        """Raises Unavailable."""
        async with unit_of_work(actor) as uow:
            cards = await people.cards(uow, [] if actor.user_id is None else [actor.user_id])
        return cls(actor, topic, next(iter(cards.values()), None))

    async def tell(self, is_typing: bool) -> None:
        """The frame ``typing``: ticket_id or dialog_id, user_id, guest_id, public_id, name, staff, is_typing."""
        self._typing = is_typing
        await publish_ephemeral(self._actor.tenant_id, self._topic, {**self._frame, "is_typing": is_typing})

    async def leave(self) -> None:
        """Whoever is gone types no more."""
        if self._typing:
            await self.tell(False)


async def tell_typing(actor: Actor, topic: str, *, is_typing: bool) -> None:
    """For somebody without a connection of their own. Raises NotFound, Forbidden, Unavailable."""
    await authorise(actor, topic)
    await (await Typist.of(actor, topic)).tell(is_typing)


def is_own(frame: Mapping[str, Any], actor: Actor) -> bool:
    """Whether it tells the actor what they do themselves."""
    if actor.guest is not None:
        return frame.get("guest_id") == actor.guest.id.hex
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

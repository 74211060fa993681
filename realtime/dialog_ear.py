"""What clients say on the socket of a dialog: messages, and that they type."""

from collections.abc import Callable
from typing import Any

import orjson

from core.actor import Actor
from core.errors import DomainError, InvalidInput, NotAuthenticated
from core.facts.dialogs import dialog_topic
from realtime.typists import Pace, Typist
from services import dialog_messages, guests
from services.rate_limits import Bucket, RateLimiter, by_person
from services.unit_of_work import unit_of_work

_TYPING = frozenset({"typing", "operator_typing"})
_BURST, _PER_SECOND = 10, 1.0
_EXPECTED = 'Expected {"type": "send_message", "text": "..."} or {"type": "operator_typing"}'


class DialogEar:
    """Hears one client. A frame that fails is answered by an error frame, and the connection goes on."""

    def __init__(
        self, actor: Actor, dialog_id: int, limiter: RateLimiter, refuse: Callable[[DomainError], str], address: str
    ) -> None:
        """``address`` is what the person counts by beside themselves: see :func:`services.rate_limits.by_address`."""
        self._actor = actor
        self._address = address
        self._dialog_id = dialog_id
        self._limiter = limiter
        self._refuse = refuse
        self._typist: Typist | None = None
        self._pace = Pace(burst=_BURST, per_second=_PER_SECOND)

    async def hear(self, said: str) -> str | None:
        """Raises NotAuthenticated alone."""
        try:
            await self._act(said)
        except NotAuthenticated:
            raise
        except DomainError as error:
            return self._refuse(error)
        return None

    async def leave(self) -> None:
        """Who types is told for a moment only: there is nothing to take back."""

    async def _act(self, said: str) -> None:
        frame = _frame(said)
        if frame.get("type") in _TYPING:
            if self._pace.allows():
                await self._type(frame.get("is_typing") is not False)
            return
        # What is not understood counts too: an error frame is an answer, and costs as one.
        (await self._limiter.check(Bucket.WEBSOCKET, by_person(self._actor))).enforce()
        if self._actor.guest is not None:
            # Anybody may be as many guests as they like, from one address.
            (await self._limiter.check(Bucket.OTHER, self._address)).enforce()
        if frame.get("type") != "send_message":
            raise InvalidInput(_EXPECTED, field="type")
        text = frame.get("text")
        if not isinstance(text, str):
            raise InvalidInput("text must be text", field="text")
        await self._check_standing()
        async with unit_of_work(self._actor) as uow:
            await dialog_messages.say(uow, self._dialog_id, text=text)

    async def _check_standing(self) -> None:
        """Raises NotAuthenticated for a guest whose site the assistant serves no more: nobody tells of that."""
        if self._actor.guest is not None and await guests.still_valid(self._actor) is None:
            raise NotAuthenticated("The site token is not valid")

    async def _type(self, is_typing: bool) -> None:
        if self._typist is None:
            self._typist = await Typist.of(self._actor, dialog_topic(self._dialog_id))
        await self._typist.tell(is_typing)


def _frame(said: str) -> dict[str, Any]:
    """An object that says what it is; an empty one for anything else."""
    try:
        frame = orjson.loads(said)
    except orjson.JSONDecodeError:
        return {}
    return frame if isinstance(frame, dict) and isinstance(frame.get("type"), str) else {}

"""What an event is about, read when it is shown: the log holds ids alone.

All subscribers of a process share one reading, so an event costs one query here however many sockets watch it.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.actor import Actor, system_actor
from core.errors import NotFound
from core.events import MessageAdded, Visibility
from core.facts.chatbot import ChatbotMessageAdded
from core.facts.dialogs import DialogMessageAdded
from models.tickets import Ticket
from services import dialog_messages, messages, tickets
from services.dialog_messages import SaidInDialog
from services.events import StoredEvent
from services.messages import MessageView
from services.unit_of_work import unit_of_work

T = TypeVar("T")

_OF_MESSAGES = (MessageAdded.kind, ChatbotMessageAdded.kind)
_KEPT_S = 1.0
"""Long enough for one fan-out, too short for a row that became internal to be shown again."""
_MOST_KEPT = 1000


class Shared(Generic[T]):
    """Results of awaitable work by key, shared by those who ask at the same time or shortly after."""

    def __init__(self) -> None:
        self._results: OrderedDict[Hashable, tuple[float, asyncio.Task[T]]] = OrderedDict()

    async def get(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """The result of ``work``, done at most once a second for a key. A failure is not kept."""
        now = time.monotonic()
        made_at, task = self._results.get(key, (0.0, None))
        if task is None or now - made_at > _KEPT_S or _failed(task):
            task = asyncio.ensure_future(_run(work))
            self._results[key] = (now, task)
            self._results.move_to_end(key)
            self._forget(now)
        # Shielded: the first to ask may leave while others wait for the same.
        return await asyncio.shield(task)

    def _forget(self, now: float) -> None:
        """Let go of what nobody will be given any more: a rendered event holds a frame for each way to send it."""
        while len(self._results) > _MOST_KEPT or now - next(iter(self._results.values()))[0] > _KEPT_S:
            self._results.popitem(last=False)


async def _run(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


def _failed(task: asyncio.Task[T]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


@dataclass(frozen=True, slots=True)
class EventContent:
    """``message`` for ``message.added`` and ``chatbot.message_added``, ``said`` for ``dialog.message_added``,
    ``ticket`` for ``ticket.*``; None where the row is gone."""

    event: StoredEvent
    message: MessageView | None = None
    said: SaidInDialog | None = None
    ticket: Ticket | None = None

    def visible_to(self, actor: Actor) -> bool:
        """Whether the actor may see it now: a message that became internal, or is gone, is for staff alone."""
        if actor.is_staff:
            return True
        if self.event.visibility is not Visibility.PUBLIC:
            return False
        if self.event.kind == DialogMessageAdded.kind:
            return self.said is not None and not self.said.internal
        if self.event.kind not in _OF_MESSAGES:
            return True
        return self.message is not None and self.message.message.visibility is Visibility.PUBLIC


_contents: Shared[EventContent] = Shared()


async def content_of(event: StoredEvent) -> EventContent:
    """The present rows behind an event, as staff see them; ask :meth:`EventContent.visible_to` before showing it.

    Raises Unavailable.
    """
    return await _contents.get((event.tenant_id, event.topic, event.seq), lambda: _read(event))


async def _read(event: StoredEvent) -> EventContent:
    async with unit_of_work(system_actor(event.tenant_id)) as uow:
        if event.kind in _OF_MESSAGES:
            message_id = event.payload["message_id"]
            found = await messages.views(uow, [message_id])
            return EventContent(event, message=found.get(message_id))
        if event.kind == DialogMessageAdded.kind:
            message_id = event.payload["message_id"]
            told = await dialog_messages.views(uow, [message_id])
            return EventContent(event, said=told.get(message_id))
        if "ticket_id" not in event.payload:
            return EventContent(event)
        try:
            return EventContent(event, ticket=await tickets.get(uow, event.payload["ticket_id"]))
        except NotFound:
            return EventContent(event)

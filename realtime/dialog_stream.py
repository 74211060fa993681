"""A dialog as it happens: the log joined with what passes by, one stream for all who watch."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from core.actor import Actor, system_actor
from core.facts.dialogs import DialogMessageAdded, dialog_topic
from core.facts.handoffs import HandoffCancelled, HandoffReleased, HandoffRequested, HandoffReturned, HandoffStarted
from realtime.content import content_of
from realtime.merging import merged
from realtime.subscription import watch, watch_ephemeral
from services import dialogs, events
from services.events import StoredEvent
from services.unit_of_work import unit_of_work

Passing = dict[str, Any]
"""A frame of :mod:`realtime.ephemeral`: ``typing``, or a piece of an answer."""
_PIECES = ("answer.started", "answer.delta")
_PERSON_CALLED = (HandoffRequested.kind, HandoffStarted.kind, HandoffReturned.kind)
_PERSON_GONE = (HandoffReleased.kind, HandoffCancelled.kind)


async def present_seq(actor: Actor, dialog_id: int) -> int:
    """The number of the latest event of a dialog that the actor may watch: whoever watches behind it misses nothing
    that happens from now on. Raises NotFound, Unavailable.
    """
    async with unit_of_work(actor) as uow:
        await dialogs.get(uow, dialog_id)
    async with unit_of_work(system_actor(actor.tenant_id)) as uow:
        return await events.last_seq(uow, dialog_topic(dialog_id))


async def watch_dialog(
    actor: Actor, dialog_id: int, *, after: int, started: Callable[[], Awaitable[None]] | None = None
) -> AsyncGenerator[StoredEvent | Passing, None]:
    """Events behind number ``after``, each once and in order, and between them what passes by.

    Pieces of an answer whose message has been given are left out: the log may be the faster of the two. While a person
    is called or there, the assistant says nothing: what it had begun is taken back at once. Raises as
    :func:`realtime.subscription.watch`.
    """
    topic = dialog_topic(dialog_id)
    logged = watch(actor, topic, after=after) if started is None else watch(actor, topic, after=after, started=started)
    heard = _Heard()
    both: tuple[AsyncGenerator[StoredEvent | Passing, None], ...] = (logged, watch_ephemeral(actor, topic))
    async with aclosing(merged(*both)) as items:
        async for item in items:
            if isinstance(item, StoredEvent):
                withdrawn = heard.event(item, await _turn_of(item))
                yield item
                if withdrawn is not None:
                    yield withdrawn
            elif heard.passes(item):
                yield item


class _Heard:
    """What one watcher was given of answers: the turn whose message came last, and the words that wait for theirs."""

    def __init__(self) -> None:
        self._answered: int | None = None
        self._open: Passing | None = None
        self._with_a_person = False

    def event(self, event: StoredEvent, turn: int | None) -> Passing | None:
        """Take note of an event, whose message answers ``turn``; what takes back the words of a silenced answer."""
        if turn is not None:
            self._answered = turn
            if self._open is not None and self._open["turn"] == turn:
                self._open = None
        if event.kind in _PERSON_GONE:
            self._with_a_person = False
        elif event.kind in _PERSON_CALLED:
            self._with_a_person = True
            begun, self._open = self._open, None
            return None if begun is None else {**begun, "type": "answer.failed"}
        return None

    def passes(self, frame: Passing) -> bool:
        """Whether a passing frame still means something to the watcher."""
        kind = frame.get("type")
        if kind in _PIECES:
            if self._with_a_person or frame["turn"] == self._answered:
                return False
            self._open = {name: value for name, value in frame.items() if name not in ("offset", "text")}
        elif kind == "answer.failed":
            if self._open is None or self._open["turn"] != frame["turn"]:
                return False
            self._open = None
        return True


async def _turn_of(event: StoredEvent) -> int | None:
    """The customer's message that the event's message answers."""
    if event.kind != DialogMessageAdded.kind:
        return None
    content = await content_of(event)
    return None if content.said is None else content.said.message.turn_id

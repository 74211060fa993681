"""A dialog as it happens: the log joined with what passes by, one stream for all who watch."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from core.actor import Actor, system_actor
from core.facts.dialogs import DialogMessageAdded, dialog_topic
from realtime.content import content_of
from realtime.merging import merged
from realtime.subscription import watch, watch_ephemeral
from services import dialogs, events
from services.events import StoredEvent
from services.unit_of_work import unit_of_work

Passing = dict[str, Any]
"""A frame of :mod:`realtime.ephemeral`: ``typing``, or a piece of an answer."""
_PIECES = ("answer.started", "answer.delta")


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

    Pieces of an answer whose message has been given are left out: the log may be the faster of the two. Raises as
    :func:`realtime.subscription.watch`.
    """
    topic = dialog_topic(dialog_id)
    logged = watch(actor, topic, after=after) if started is None else watch(actor, topic, after=after, started=started)
    answered: int | None = None
    both: tuple[AsyncGenerator[StoredEvent | Passing, None], ...] = (logged, watch_ephemeral(actor, topic))
    async with aclosing(merged(*both)) as items:
        async for item in items:
            if isinstance(item, StoredEvent):
                answered = await _turn_of(item) or answered
            elif item.get("turn") == answered and item.get("type") in _PIECES:
                continue
            yield item


async def _turn_of(event: StoredEvent) -> int | None:
    """The customer's message that the event's message answers."""
    if event.kind != DialogMessageAdded.kind:
        return None
    content = await content_of(event)
    return None if content.said is None else content.said.message.turn_id

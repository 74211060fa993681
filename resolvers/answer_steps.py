"""The steps of answers to a ticket: pieces that pass by, joined with the log, which knows when one is stored."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import strawberry

from core.actor import Actor
from core.events import MessageAdded, ticket_topic
from realtime.content import content_of
from realtime.merging import merged
from realtime.subscription import watch, watch_ephemeral
from schema.types.events import AnswerDelta, AnswerFailed, AnswerFinished, AnswerStarted
from schema.types.messages import Message
from services.events import StoredEvent

PassingStep = AnswerStarted | AnswerDelta | AnswerFailed
Step = PassingStep | AnswerFinished


async def watch_answers(actor: Actor, ticket_id: int) -> AsyncGenerator[Step, None]:
    """Steps from now on. Raises as :func:`realtime.subscription.watch`."""
    topic = ticket_topic(ticket_id)
    finished: str | None = None
    both: tuple[AsyncGenerator[StoredEvent | dict[str, Any], None], ...] = (
        watch(actor, topic),
        watch_ephemeral(actor, topic),
    )
    async with aclosing(merged(*both)) as items:
        async for item in items:
            step = await _stored(item, actor) if isinstance(item, StoredEvent) else passing_step(item)
            # The log may be faster than the last pieces: what is finished is not begun again.
            if step is None or step.turn == finished:
                continue
            if isinstance(step, AnswerFinished):
                finished = step.turn
            yield step


async def _stored(event: StoredEvent, actor: Actor) -> Step | None:
    if event.kind != MessageAdded.kind:
        return None
    content = await content_of(event)
    if content.message is None or not content.visible_to(actor):
        return None
    turn = content.message.message.turn_id
    return None if turn is None else AnswerFinished(turn=_id(turn), message=Message.of(content.message))


def passing_step(frame: Mapping[str, Any]) -> PassingStep | None:
    """The step that a frame of :mod:`realtime.ephemeral` tells; None for frames of another kind."""
    turn = _id(frame.get("turn"))
    match frame.get("type"):
        case "answer.started":
            return AnswerStarted(turn=turn, attempt=frame["attempt"])
        case "answer.delta":
            return AnswerDelta(turn=turn, attempt=frame["attempt"], offset=frame["offset"], text=frame["text"])
        case "answer.failed":
            return AnswerFailed(turn=turn, attempt=frame["attempt"])
    return None


def _id(number: object) -> strawberry.ID:
    return strawberry.ID(str(number))

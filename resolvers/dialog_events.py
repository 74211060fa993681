"""Dialogs as they happen: one of them, or all of the tenant; who types; the event streams that are open."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import strawberry

from core.actor import Actor
from core.facts import dialogs as facts
from core.facts import handoffs
from core.facts.dialogs import dialog_topic, dialogs_topic
from models.handoffs import HandoffPriority
from realtime.content import EventContent, content_of
from realtime.dialog_stream import Passing, present_seq, watch_dialog
from realtime.dialog_visits import VisitorKind
from realtime.stream_leases import LEASES
from realtime.typists import TYPING, is_own, tell_typing
from resolvers.answer_steps import passing_step
from resolvers.feeds import feed
from resolvers.policy import Requires, mutation, query, subscription
from schema.types import dialog_events as shown
from schema.types.context import ID, Info
from schema.types.dialogs import DialogMessage
from schema.types.rows import shown_id, shown_id_or_none
from schema.types.scalars import BigInt, row_id
from services.events import StoredEvent

Common = dict[str, Any]
"""What every event has."""


@strawberry.type
class DialogEventQuery:
    @query(Requires.INSTALLATION_READ)
    async def stream_statistics(self, info: Info) -> shown.StreamStatistics:
        """How many event streams of dialogs are open, and what went out today."""
        figures = await LEASES.figures()
        return shown.StreamStatistics(
            admin=figures.by_kind[VisitorKind.ADMIN],
            widget=figures.by_kind[VisitorKind.WIDGET],
            site=figures.by_kind[VisitorKind.SITE],
            average_seconds=figures.average_s,
            events_today=figures.events_today,
        )


@strawberry.type
class DialogEventMutation:
    @mutation(Requires.DIALOG_WRITE)
    async def set_dialog_typing(self, info: Info, dialog_id: ID, is_typing: bool) -> shown.SetDialogTypingPayload:
        """Tell whoever watches the dialog that the caller types, or has stopped. Nothing is stored."""
        topic = dialog_topic(row_id(dialog_id, "dialog_id"))
        await tell_typing(info.context.actor, topic, is_typing=is_typing)
        return shown.SetDialogTypingPayload(is_typing=is_typing)


@strawberry.type
class DialogEventSubscription:
    @subscription(Requires.DIALOG_READ)
    async def dialog_events(
        self, info: Info, dialog_id: ID, after: BigInt | None = None
    ) -> AsyncGenerator[shown.DialogUpdate, None]:
        """What happens in a dialog: every event behind `after`, then live ones, none twice, none left out.

        Without `after` it begins with what comes next. Errors: RESUME_EXPIRED where `after` is too old, RESUME_FROM
        (`extensions.seq`) for a reader too slow, ACCESS_REVOKED.
        """
        actor, number = info.context.actor, row_id(dialog_id, "dialog_id")
        begin = await present_seq(actor, number) if after is None else int(after)
        async with aclosing(watch_dialog(actor, number, after=begin)) as items:
            async for item in items:
                if (update := await _update(item, actor)) is not None:
                    yield update

    @subscription(Requires.DIALOG_LIST)
    def tenant_dialog_events(self, info: Info, after: BigInt | None = None) -> AsyncGenerator[shown.DialogEvent, None]:
        """What happens in all dialogs of the tenant and in its queue of handoffs. Resumes as `dialogEvents` does."""
        return feed(info, dialogs_topic(info.context.actor.tenant_id), _event, after=after)


async def _update(item: StoredEvent | Passing, actor: Actor) -> shown.DialogFact | shown.DialogStep | None:
    return await _event(item, actor) if isinstance(item, StoredEvent) else _passing(item, actor)


async def _event(event: StoredEvent, actor: Actor) -> shown.DialogFact | None:
    """None where it has become internal, or is of a kind that is not shown."""
    make = _MAKERS.get(event.kind)
    content = await content_of(event)
    if make is None or not content.visible_to(actor):
        return None
    common: Common = {"seq": BigInt(event.seq), "at": event.at, "dialog_id": shown_id(event.payload["dialog_id"])}
    if "handoff_id" in event.payload:
        common["handoff_id"] = shown_id(event.payload["handoff_id"])
    return make(common, content, event.payload)


def _passing(frame: Passing, actor: Actor) -> shown.DialogStep | None:
    if frame.get("type") != TYPING:
        return passing_step(frame)
    if is_own(frame, actor):
        return None
    return shown.DialogTyping(
        dialog_id=shown_id(frame["dialog_id"]),
        is_typing=frame["is_typing"],
        by_staff=frame["staff"],
        name=frame["name"],
    )


def _message_added(common: Common, content: EventContent, told: Mapping[str, Any]) -> shown.DialogFact:
    said = content.said
    return shown.DialogMessageAdded(
        **common,
        message_id=shown_id(told["message_id"]),
        message=None if said is None else DialogMessage.of(said),
        reply_to=None if said is None else shown_id_or_none(said.message.turn_id),
    )


def _requested(common: Common, _: EventContent, told: Mapping[str, Any]) -> shown.DialogFact:
    priority = HandoffPriority(told["priority"])
    return shown.HandoffRequested(
        **common, reason=told["reason"], queue_position=told["queue_position"], priority=priority
    )


def _started(common: Common, _: EventContent, told: Mapping[str, Any]) -> shown.DialogFact:
    operator = shown_id(told["operator_id"])
    return shown.HandoffStarted(**common, operator_id=operator, operator_name=told["operator_name"])


def _released(common: Common, _: EventContent, told: Mapping[str, Any]) -> shown.DialogFact:
    return shown.HandoffReleased(**common, resolution=told["resolution"], to_assistant=told["to_assistant"])


_MAKERS: Mapping[str, Callable[[Common, EventContent, Mapping[str, Any]], shown.DialogFact]] = {
    facts.DialogOpened.kind: lambda common, *_: shown.DialogOpened(**common),
    facts.DialogArchived.kind: lambda common, *_: shown.DialogArchived(**common),
    facts.DialogReopened.kind: lambda common, *_: shown.DialogReopened(**common),
    facts.DialogMessageAdded.kind: _message_added,
    facts.AssistantSilenced.kind: lambda common, _, told: shown.AssistantSilenced(**common, reason=told["reason"]),
    handoffs.HandoffRequested.kind: _requested,
    handoffs.HandoffPrioritised.kind: lambda common, _, told: shown.HandoffPrioritised(
        **common, priority=HandoffPriority(told["priority"])
    ),
    handoffs.HandoffStarted.kind: _started,
    handoffs.HandoffReturned.kind: lambda common, _, told: shown.HandoffReturned(
        **common, queue_position=told["queue_position"]
    ),
    handoffs.HandoffReleased.kind: _released,
    handoffs.HandoffCancelled.kind: lambda common, _, told: shown.HandoffCancelled(**common, reason=told["reason"]),
}

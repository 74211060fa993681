"""Handoffs, the queue of dialogs that wait for an operator, and operators."""

from datetime import datetime
from typing import Self

import strawberry

from core.actor import Actor
from models.dialogs import DialogPlatform
from models.handoffs import Handoff as HandoffRow
from models.handoffs import HandoffPriority, HandoffState, OperatorStatus
from models.tickets import Sentiment
from schema.types.context import Info, computed
from schema.types.languages import Language
from schema.types.messages import Citation
from schema.types.people import Person
from schema.types.rows import copier, shown_id, shown_id_or_none
from services.handoff_context import Attempt, Packet
from services.handoff_queue import Place, Queue, Waiting
from services.operators import Presence

strawberry.enum(HandoffState, description="Requested, active, then released; or cancelled before anybody took it.")
strawberry.enum(OperatorStatus, description="What an operator says of themselves.")

_HANDOFF = copier(
    "request_id", "state", "reason", "priority", "queue_position", "last_user_text", "resolution", "cancel_reason",
    "requested_at", "taken_at", "ended_at",
)  # fmt: skip


@strawberry.type(description="One request for an operator in a dialog, and what became of it.")
class Handoff:
    id: strawberry.ID
    dialog_id: strawberry.ID
    request_id: str = strawberry.field(description="The client's own: repeated, it is the same request.")
    state: HandoffState
    reason: str
    priority: HandoffPriority
    queue_position: int = strawberry.field(description="The place that it got when it was requested; 1 is next.")
    estimated_wait_seconds: int = strawberry.field(description="What was expected then, from measured times.")
    last_user_text: str
    offered_to_id: strawberry.ID | None = strawberry.field(
        description="The operator whom routing chose; anybody may still take it. Null for guests."
    )
    comment: str | None = strawberry.field(description="What operators noted; null for guests.")
    resolution: str | None
    cancel_reason: str | None
    requested_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    operator_id: strawberry.Private[int | None]

    @computed("Who has the dialog, or had it; null while it waits.")
    async def operator(self, info: Info) -> Person | None:
        if self.operator_id is None:
            return None
        return Person.of_or_none(await info.context.loaders.users.load(self.operator_id), info.context.actor)

    @classmethod
    def of(cls, row: HandoffRow, actor: Actor) -> Self:
        """As ``actor`` sees it."""
        return cls(
            id=shown_id(row.id),
            dialog_id=shown_id(row.dialog_id),
            estimated_wait_seconds=row.estimated_wait_s,
            offered_to_id=shown_id_or_none(row.offered_to_id) if actor.is_staff else None,
            comment=row.operator_comment if actor.is_staff else None,
            operator_id=row.operator_id,
            **_HANDOFF(row),
        )


_WAITING = copier(
    "position", "assistant_name", "reason", "priority", "requested_at", "platform", "customer_name", "last_message"
)


@strawberry.type(description="A dialog that waits for an operator.")
class WaitingDialog:
    handoff_id: strawberry.ID
    dialog_id: strawberry.ID
    position: int = strawberry.field(description="Its place among those that the caller serves; 1 is next.")
    assistant_id: strawberry.ID
    assistant_name: str
    reason: str
    priority: HandoffPriority
    requested_at: datetime = strawberry.field(description="Since when it waits, from the first request.")
    offered_to_id: strawberry.ID | None
    platform: DialogPlatform
    customer_name: str = strawberry.field(description="Empty where the customer gave none.")
    last_message: str = strawberry.field(description="What the customer said last.")
    estimated_wait_seconds: int = strawberry.field(description="Expected from now on, from measured times.")

    @classmethod
    def of(cls, row: Waiting) -> Self:
        return cls(
            handoff_id=shown_id(row.id),
            dialog_id=shown_id(row.dialog_id),
            assistant_id=shown_id(row.assistant_id),
            offered_to_id=shown_id_or_none(row.offered_to_id),
            estimated_wait_seconds=row.estimated_wait_s,
            **_WAITING(row),
        )


@strawberry.type(description="What waits for the caller: by priority, then by waiting time.")
class HandoffQueue:
    waiting: list[WaitingDialog]
    total: int = strawberry.field(description="All that wait, not this page alone.")
    estimated_wait_seconds: int = strawberry.field(description="For a dialog that came next.")

    @classmethod
    def of(cls, queue: Queue) -> Self:
        return cls(
            waiting=[WaitingDialog.of(row) for row in queue.waiting],
            total=queue.total,
            estimated_wait_seconds=queue.estimated_wait_s,
        )


@strawberry.type(description="Where a dialog stands in the queue now.")
class HandoffPlace:
    position: int = strawberry.field(description="1 is next.")
    estimated_wait_seconds: int = strawberry.field(description="From now on, by measured times.")

    @classmethod
    def of_or_none(cls, place: Place | None) -> Self | None:
        return None if place is None else cls(position=place.position, estimated_wait_seconds=place.estimated_wait_s)


_OPERATOR = copier("name", "status", "online", "load", "max_capacity", "heartbeat_at")


@strawberry.type(description="Somebody who answers dialogs.")
class Operator:
    id: strawberry.ID
    name: str
    status: OperatorStatus
    online: bool = strawberry.field(description="False from 60 seconds after the last heartbeat.")
    load: int = strawberry.field(description="How many dialogs they have now.")
    max_capacity: int
    assistant_ids: list[strawberry.ID] | None = strawberry.field(
        description="The assistants whose dialogs they answer; null for every one."
    )
    heartbeat_at: datetime | None = strawberry.field(description="Null for one who never sent a heartbeat.")

    @classmethod
    def of(cls, presence: Presence) -> Self:
        served = presence.assistant_ids
        return cls(
            id=shown_id(presence.user_id),
            assistant_ids=None if served is None else [shown_id(each) for each in served],
            **_OPERATOR(presence),
        )


@strawberry.type(description="An answer that the assistant tried.")
class AssistantAttempt:
    message_id: strawberry.ID
    question: str | None
    answer: str
    confidence: float | None = strawberry.field(description="Calibrated probability, 0 to 1, of its ground.")
    citations: list[Citation]

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls(
            message_id=shown_id(attempt.message_id),
            question=attempt.question,
            answer=attempt.answer,
            confidence=attempt.confidence,
            citations=[Citation.of(citation) for citation in attempt.citations],
        )


_PACKET = copier("language", "summary", "summary_model", "sentiment", "earlier_handoffs")


@strawberry.type(description="What an operator needs to know of a dialog before the first word.")
class HandoffContext:
    handoff: Handoff
    language: Language
    waiting_seconds: int = strawberry.field(description="From the first request until somebody took it, or now.")
    summary: str = strawberry.field(description="A model's, else the customer's own words.")
    summary_model: str | None = strawberry.field(description="Null where the summary is the customer's own words.")
    quotes: list[str] = strawberry.field(description="The customer's own words, oldest first.")
    attempts: list[AssistantAttempt] = strawberry.field(description="What the assistant tried, oldest first.")
    sentiment: Sentiment | None = strawberry.field(description="Null where it could not be told in time.")
    earlier_handoffs: int

    @classmethod
    def of(cls, packet: Packet, actor: Actor) -> Self:
        return cls(
            handoff=Handoff.of(packet.handoff, actor),
            waiting_seconds=packet.waiting_s,
            quotes=list(packet.quotes),
            attempts=[AssistantAttempt.of(attempt) for attempt in packet.attempts],
            **_PACKET(packet),
        )

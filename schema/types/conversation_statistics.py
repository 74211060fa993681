"""Figures about tickets and dialogs together, for staff."""

from datetime import date, datetime
from typing import Self

import strawberry

from core.actor import Actor
from schema.types.people import Person
from schema.types.rows import copier
from services import conversation_statistics as statistics
from services.conversation_statistics import BUCKETS_S, CountedKind, EscalationCause

__all__ = ["ConversationStatistics", "CountedKind"]

strawberry.enum(CountedKind, description="Conversations that statistics count.")
strawberry.enum(EscalationCause, description="Why a person was called, to tickets and to dialogs alike.")

_VOLUME = copier(
    "tickets", "dialogs", "total", "by_assistant", "handed_over", "by_people", "waiting", "resolved_by_assistant",
    "first_response_s",
)  # fmt: skip


@strawberry.type(description="Conversations that began in some time. The four outcomes sum to `total`.")
class ConversationVolume:
    tickets: int
    dialogs: int
    total: int
    by_assistant: int = strawberry.field(description="The assistant answered; no person was called or wrote.")
    handed_over: int = strawberry.field(description="The assistant answered, and a person was called or wrote.")
    by_people: int = strawberry.field(description="Operators answered alone.")
    waiting: int = strawberry.field(description="Nobody answered yet.")
    resolved_by_assistant: int = strawberry.field(
        description="Of `byAssistant`, those that are over: the ticket resolved or closed, the dialog archived or a "
        "day silent."
    )
    first_response_s: float | None = strawberry.field(
        description="Median seconds to an operator's first public answer; null where none answered."
    )

    @classmethod
    def of(cls, volume: statistics.Volume) -> Self:
        return cls(**_VOLUME(volume))


@strawberry.type(description="A day of the zone that was asked for.")
class ConversationDay:
    day: date
    volume: ConversationVolume


@strawberry.type(description="First responses that took less than `belowS` seconds and not less than the one before.")
class ResponseBucket:
    below_s: int | None = strawberry.field(description="Null: however long.")
    count: int


@strawberry.type(description="From a ticket's creation, or a dialog's call, to the first public answer of an operator.")
class FirstResponse:
    count: int = strawberry.field(description="Conversations that were measured.")
    average_s: float | None
    median_s: float | None
    p90_s: float | None = strawberry.field(description="Nine in ten were sooner.")
    buckets: list[ResponseBucket]

    @classmethod
    def of(cls, waits: statistics.Waits) -> Self:
        ends = (*BUCKETS_S, None)
        buckets = [ResponseBucket(below_s=end, count=n) for end, n in zip(ends, waits.buckets, strict=True)]
        return cls(
            count=waits.count, average_s=waits.average_s, median_s=waits.median_s, p90_s=waits.p90_s, buckets=buckets
        )


@strawberry.type(description="How often people were called for one cause.")
class EscalationCount:
    cause: EscalationCause
    tickets: int
    dialogs: int = strawberry.field(description="Handoffs that were requested.")


_OPERATOR = copier("answered", "messages", "resolved", "taken", "first_response_s", "handling_s")


@strawberry.type(description="What one member of staff did in conversations of the period.")
class OperatorFigures:
    operator: Person
    answered: int = strawberry.field(description="Conversations with a public message of theirs.")
    messages: int = strawberry.field(description="Their public messages.")
    resolved: int = strawberry.field(description="Tickets that are resolved or closed, and theirs.")
    taken: int = strawberry.field(description="Dialogs that they took over.")
    first_response_s: float | None = strawberry.field(
        description="Median seconds, where the first answer was theirs; null where none was."
    )
    handling_s: float | None = strawberry.field(description="Median seconds from taking a dialog to releasing it.")

    @classmethod
    def of(cls, figures: statistics.OperatorFigures, actor: Actor) -> Self:
        return cls(operator=Person.of(figures.user, actor), **_OPERATOR(figures))


@strawberry.type(description="Tickets and dialogs that began in a period, and the escalations that happened in it.")
class ConversationStatistics:
    start: datetime
    end: datetime
    time_zone: str
    total: ConversationVolume
    first_response: FirstResponse
    assistant_first_s: float | None = strawberry.field(
        description="Median seconds from a ticket's creation to the assistant's first answer."
    )
    days: list[ConversationDay] = strawberry.field(description="Every day of the period, zeros included.")
    escalations: list[EscalationCount] = strawberry.field(description="The most frequent first.")
    operators: list[OperatorFigures] = strawberry.field(description="The 100 who answered most, those first.")

    @classmethod
    def of(cls, found: statistics.ConversationStatistics, actor: Actor) -> Self:
        return cls(
            start=found.period.start,
            end=found.period.end,
            time_zone=found.zone,
            total=ConversationVolume.of(found.total),
            first_response=FirstResponse.of(found.first_response),
            assistant_first_s=found.assistant_first_s,
            days=[ConversationDay(day=day, volume=ConversationVolume.of(volume)) for day, volume in found.days],
            escalations=[_escalations(each) for each in found.escalations],
            operators=[OperatorFigures.of(each, actor) for each in found.operators],
        )


def _escalations(found: statistics.Escalations) -> EscalationCount:
    return EscalationCount(cause=found.cause, tickets=found.tickets, dialogs=found.dialogs)

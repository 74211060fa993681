"""The figures of :mod:`services.statistics`, computed slowly from plain records, and the records as rows."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, median
from typing import Any

from core.actor import system_actor
from core.events import Visibility
from models.categories import Category
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.tenants import Tenant
from models.tickets import FINISHED, Ticket, TicketPriority, TicketStatus
from models.users import User
from services.periods import Period
from services.statistics import TicketStatistics, TimeSummary
from services.unit_of_work import unit_of_work

START = datetime(2024, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """A message, ``minute`` minutes after its ticket; ``by`` numbers a member of staff."""

    kind: AuthorKind
    by: int
    internal: bool
    minute: int


@dataclass(frozen=True)
class Record:
    """A ticket, created ``minute`` minutes after :data:`START`; it took ``took`` minutes to be resolved or closed."""

    status: TicketStatus
    priority: TicketPriority
    category: int | None
    assignee: int | None
    minute: int
    took: int
    messages: Sequence[Said]

    @property
    def created(self) -> datetime:
        return START + timedelta(minutes=self.minute)

    @property
    def resolved(self) -> datetime | None:
        if self.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            return None
        return self.created + timedelta(minutes=self.took)

    @property
    def answers(self) -> list[Said]:
        return [said for said in self.messages if said.kind is AuthorKind.OPERATOR and not said.internal]


@dataclass(frozen=True)
class Shop:
    """A tenant with staff and categories, whom records number."""

    tenant: Tenant
    customer: User
    staff: Sequence[User]
    categories: Sequence[Category]

    async def store(self, records: Sequence[Record]) -> None:
        async with unit_of_work(system_actor(self.tenant.id)):
            for record in records:
                await self._store(record)

    async def _store(self, record: Record) -> None:
        conversation = await Conversation.create(
            tenant_id=self.tenant.id, kind=ConversationKind.TICKET, customer_id=self.customer.id
        )
        ended = record.created + timedelta(minutes=record.took)
        await Ticket.create(
            id=conversation.id,
            tenant_id=self.tenant.id,
            title="T",
            status=record.status,
            priority=record.priority,
            created_by_id=self.customer.id,
            category_id=None if record.category is None else self.categories[record.category].id,
            assigned_to_id=None if record.assignee is None else self.staff[record.assignee].id,
            created_at=record.created,
            resolved_at=ended if record.status is TicketStatus.RESOLVED else None,
            closed_at=ended if record.status in (TicketStatus.CLOSED, TicketStatus.CANCELLED) else None,
        )
        await Message.bulk_create([self._message(conversation.id, record, said) for said in record.messages])

    def _message(self, conversation_id: int, record: Record, said: Said) -> Message:
        by_staff = said.kind is AuthorKind.OPERATOR
        return Message(
            tenant_id=self.tenant.id,
            conversation_id=conversation_id,
            author_kind=said.kind,
            author_id=self.staff[said.by].id if by_staff else None,
            visibility=Visibility.STAFF if said.internal else Visibility.PUBLIC,
            text="x",
            created_at=record.created + timedelta(minutes=said.minute),
        )


def summary(minutes: Sequence[int]) -> tuple[int, float | None, float | None]:
    """How many, and their average and median in hours."""
    hours = [minute / 60 for minute in minutes]
    return len(hours), fmean(hours) if hours else None, median(hours) if hours else None


def helpers(records: Sequence[Record], staff: int) -> dict[int, tuple[int, float | None]]:
    """By number: tickets handled, and the average hours of the first answers that were theirs."""
    found = {}
    for number in range(staff):
        answered = [record for record in records if any(said.by == number for said in record.answers)]
        finished = [record for record in records if record.assignee == number and record.status in FINISHED]
        first = [r.answers[0].minute / 60 for r in records if r.answers and r.answers[0].by == number]
        handled = len({id(record) for record in [*answered, *finished]})
        found[number] = (handled, fmean(first) if first else None)
    return found


def days(records: Sequence[Record], period: Period) -> list[tuple[date, int, int]]:
    """Every day that the period touches."""
    created = Counter(r.created.date() for r in records if period.start <= r.created < period.end)
    resolved = Counter(r.resolved.date() for r in records if r.resolved and period.start <= r.resolved < period.end)
    found, day = [], period.start.date()
    while datetime(day.year, day.month, day.day, tzinfo=UTC) < period.end:
        found.append((day, created[day], resolved[day]))
        day += timedelta(days=1)
    return found


def close(left: object, right: object) -> bool:
    """Whether figures are equal up to what floats lose."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(close, left, right))
    return left == right


def shown(found: TimeSummary) -> tuple[int, float | None, float | None]:
    return found.count, found.average_hours, found.median_hours


def nonzero(counts: Any) -> dict[Any, int]:
    return {key: count for key, count in dict(counts).items() if count}


def shares_of(found: TicketStatistics) -> dict[int | None, int]:
    """Counts by the category's row, those that are not zero."""
    return nonzero({share.category.id if share.category else None: share.count for share in found.categories})

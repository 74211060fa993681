"""📊 Статистика."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor, Role
from models.tickets import TicketStatus
from realtime.frames.telegram import TelegramStatus
from rest.operations import Examples, Group
from rest.shapes import Moment
from rest.telegram import ticket_examples as examples
from rest.telegram.people import PersonView
from rest.telegram.words import PublicId, TelegramPriority, moment, shown_priority, shown_status
from services import categories, people, statistics
from services.people import PersonCard
from services.periods import Period, bound
from services.rate_limits import Bucket
from services.statistics import CategoryShare, HelperFigures, TimeSummary
from services.unit_of_work import UnitOfWork, unit_of_work

group = Group("Статистика", Bucket.OTHER)

_STATUSES: tuple[TelegramStatus, ...] = ("OPEN", "IN_PROGRESS", "WAITING_RESPONSE", "RESOLVED", "CLOSED")
_WITHOUT_CATEGORY = "Без категории"


class TicketCountsView(msgspec.Struct):
    """Every ticket is counted in one of the words below ``total``."""

    total: int
    open: int
    in_progress: int
    waiting_response: int
    resolved: int
    closed: int


class HoursView(msgspec.Struct):
    """Hours; 0 where there is nothing to measure."""

    average_hours: float
    median_hours: float

    @classmethod
    def of(cls, summary: TimeSummary) -> "HoursView":
        return cls(_hours(summary.average_hours), _hours(summary.median_hours))


class CategoryShareView(msgspec.Struct):
    """``percentage`` of all tickets, whole; they sum to 100. ``id`` is null for tickets without a category."""

    id: UUID | None
    name: str
    count: int
    percentage: int

    @classmethod
    def of(cls, share: CategoryShare) -> "CategoryShareView":
        category = share.category
        if category is None:
            return cls(None, _WITHOUT_CATEGORY, share.count, share.percentage)
        return cls(category.public_id, category.name, share.count, share.percentage)


class HelperFiguresView(msgspec.Struct):
    """``avg_response_time`` in hours, of the tickets that they were the first to answer."""

    user: PersonView
    tickets_handled: int
    avg_response_time: float

    @classmethod
    def of(cls, figures: HelperFigures, cards: Mapping[int, PersonCard]) -> "HelperFiguresView":
        user = PersonView.of(cards[figures.user.id])
        return cls(user, figures.tickets_handled, _hours(figures.average_response_hours))


class DashboardView(msgspec.Struct):
    tickets: TicketCountsView
    response_time: HoursView
    categories: list[CategoryShareView]
    helpers: list[HelperFiguresView]


class DayFiguresView(msgspec.Struct):
    """A day of UTC."""

    date: str
    created: int
    resolved: int


class TicketStatisticsView(msgspec.Struct):
    """Of tickets created in the period; ``resolved``, here and by day, counts those that were resolved in it."""

    from_date: datetime
    to_date: datetime
    total: int
    created: int
    resolved: int
    by_status: dict[TelegramStatus, int]
    by_priority: dict[TelegramPriority, int]
    by_category: list[CategoryShareView]
    by_day: list[DayFiguresView]
    response_time: HoursView
    resolution_time: HoursView
    helpers: list[HelperFiguresView]


class TelegramStatisticsQuery(msgspec.Struct):
    """Days (`2024-01-31`, both included) or moments (`2024-01-31T10:00:00Z`, up to the second one); UTC by default."""

    from_date: Annotated[Moment, msgspec.Meta(description="Дата начала периода")] | UnsetType = UNSET
    to_date: Annotated[Moment, msgspec.Meta(description="Дата окончания периода")] | UnsetType = UNSET
    category_id: Annotated[PublicId, msgspec.Meta(description="Фильтр по категории")] | UnsetType = UNSET

    @property
    def period(self) -> Period:
        """Raises InvalidInput."""
        start = None if self.from_date is UNSET else bound(self.from_date, "from_date", ends=False)
        end = None if self.to_date is UNSET else bound(self.to_date, "to_date", ends=True)
        return Period.checked(start, end, fields=("from_date", "to_date"))


@group.get(
    "/statistics/dashboard", "Общая статистика", role=Role.AGENT, errors=(403,),
    examples=Examples(response=examples.DASHBOARD),
)  # fmt: skip
async def dashboard(actor: Actor) -> DashboardView:
    async with unit_of_work(actor) as uow:
        found = await statistics.dashboard(uow)
        helpers = await _helpers(uow, found.helpers)
    return DashboardView(
        tickets=_counts(found.total, found.by_status),
        response_time=HoursView.of(found.response),
        categories=_shares(found.categories),
        helpers=helpers,
    )


@group.get(
    "/statistics/tickets", "Подробная статистика по тикетам", role=Role.AGENT, errors=(403, 404),
    examples=Examples(response=examples.TICKET_STATISTICS),
)  # fmt: skip
async def ticket_statistics(actor: Actor, query: TelegramStatisticsQuery) -> TicketStatisticsView:
    """Без `from_date` — за 30 дней до `to_date`, без `to_date` — по настоящий момент."""
    period = query.period
    async with unit_of_work(actor) as uow:
        chosen = None if query.category_id is UNSET else (await categories.by_public_id(uow, query.category_id)).id
        found = await statistics.ticket_statistics(uow, period, category_id=chosen)
        helpers = await _helpers(uow, found.helpers)
    return _statistics_view(found, helpers)


def _statistics_view(found: statistics.TicketStatistics, helpers: list[HelperFiguresView]) -> TicketStatisticsView:
    return TicketStatisticsView(
        from_date=moment(found.period.start),
        to_date=moment(found.period.end),
        total=found.total,
        created=found.total,
        resolved=found.resolved,
        by_status=_by_status(found.by_status),
        by_priority={shown_priority(priority): count for priority, count in found.by_priority.items()},
        by_category=_shares(found.categories),
        by_day=[DayFiguresView(day.day.isoformat(), day.created, day.resolved) for day in found.days],
        response_time=HoursView.of(found.response),
        resolution_time=HoursView.of(found.resolution),
        helpers=helpers,
    )


def _counts(total: int, by_status: Mapping[TicketStatus, int]) -> TicketCountsView:
    return TicketCountsView(total, **{word.lower(): count for word, count in _by_status(by_status).items()})


def _by_status(by_status: Mapping[TicketStatus, int]) -> dict[TelegramStatus, int]:
    counts = dict.fromkeys(_STATUSES, 0)
    for status, count in by_status.items():
        counts[shown_status(status)] += count
    return counts


def _shares(shares: Iterable[CategoryShare]) -> list[CategoryShareView]:
    return [CategoryShareView.of(share) for share in shares]


async def _helpers(uow: UnitOfWork, helpers: Sequence[HelperFigures]) -> list[HelperFiguresView]:
    cards = await people.cards(uow, [figures.user.id for figures in helpers])
    return [HelperFiguresView.of(figures, cards) for figures in helpers]


def _hours(hours: float | None) -> float:
    return round(hours or 0.0, 2)

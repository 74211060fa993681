"""Figures about tickets, for staff."""

from datetime import date, datetime
from typing import Self

import strawberry

from core.actor import Actor
from models.tickets import TicketStatus
from schema.types.categories import Category
from schema.types.people import Person
from schema.types.rows import copier
from schema.types.tenants import TicketStatusCount
from schema.types.ticket_analytics import TicketPriorityCount
from services import statistics

_SUMMARY = copier("count", "average_hours", "median_hours")


@strawberry.type(description="Hours that something took; null where there is nothing to measure.")
class TimeSummary:
    count: int = strawberry.field(description="Tickets that were measured.")
    average_hours: float | None
    median_hours: float | None

    @classmethod
    def of(cls, summary: statistics.TimeSummary) -> Self:
        return cls(**_SUMMARY(summary))


@strawberry.type(description="Tickets of one category.")
class CategoryShare:
    category: Category | None = strawberry.field(description="Null for tickets without one.")
    count: int
    percentage: int = strawberry.field(description="Of all tickets counted here; together 100.")

    @classmethod
    def of(cls, share: statistics.CategoryShare) -> Self:
        category = None if share.category is None else Category.of(share.category)
        return cls(category=category, count=share.count, percentage=share.percentage)


@strawberry.type(description="What one member of staff did.")
class HelperFigures:
    helper: Person
    tickets_handled: int = strawberry.field(
        description="Tickets in which they answered publicly, and finished ones that they have, each once."
    )
    average_response_hours: float | None = strawberry.field(
        description="From a ticket's creation, over the tickets whose first answer was theirs."
    )

    @classmethod
    def of(cls, figures: statistics.HelperFigures, actor: Actor) -> Self:
        return cls(
            helper=Person.of(figures.user, actor),
            tickets_handled=figures.tickets_handled,
            average_response_hours=figures.average_response_hours,
        )


_DAY = copier("day", "created", "resolved")


@strawberry.type(description="A day of UTC.")
class DayFigures:
    day: date
    created: int
    resolved: int = strawberry.field(description="Tickets that were resolved on it, whenever they were created.")

    @classmethod
    def of(cls, figures: statistics.DayFigures) -> Self:
        return cls(**_DAY(figures))


@strawberry.type(description="All tickets of the tenant at a glance.")
class Dashboard:
    total: int
    by_status: list[TicketStatusCount] = strawberry.field(description="Every status, zeros included.")
    response: TimeSummary = strawberry.field(description="From creation to the first public answer of an operator.")
    categories: list[CategoryShare]
    helpers: list[HelperFigures] = strawberry.field(description="The 100 who handled most, those first.")

    @classmethod
    def of(cls, found: statistics.Dashboard, actor: Actor) -> Self:
        return cls(
            total=found.total,
            by_status=[_status_count(status, count) for status, count in found.by_status.items()],
            response=TimeSummary.of(found.response),
            categories=[CategoryShare.of(share) for share in found.categories],
            helpers=[HelperFigures.of(figures, actor) for figures in found.helpers],
        )


@strawberry.type(description="Tickets created in a period, and how they went.")
class TicketStatistics:
    start: datetime
    end: datetime
    created: int
    resolved: int = strawberry.field(description="Tickets resolved in the period, whenever they were created.")
    by_status: list[TicketStatusCount] = strawberry.field(description="Every status, zeros included.")
    by_priority: list[TicketPriorityCount] = strawberry.field(description="Every priority, zeros included.")
    categories: list[CategoryShare]
    days: list[DayFigures] = strawberry.field(description="Every day of the period, zeros included.")
    response: TimeSummary = strawberry.field(description="From creation to the first public answer of an operator.")
    resolution: TimeSummary = strawberry.field(description="From creation to when they were resolved, or just closed.")
    helpers: list[HelperFigures] = strawberry.field(description="The 100 who handled most, those first.")

    @classmethod
    def of(cls, found: statistics.TicketStatistics, actor: Actor) -> Self:
        return cls(
            start=found.period.start,
            end=found.period.end,
            created=found.total,
            resolved=found.resolved,
            by_status=[_status_count(status, count) for status, count in found.by_status.items()],
            by_priority=[TicketPriorityCount(priority=key, count=n) for key, n in found.by_priority.items()],
            categories=[CategoryShare.of(share) for share in found.categories],
            days=[DayFigures.of(figures) for figures in found.days],
            response=TimeSummary.of(found.response),
            resolution=TimeSummary.of(found.resolution),
            helpers=[HelperFigures.of(figures, actor) for figures in found.helpers],
        )


def _status_count(status: TicketStatus, count: int) -> TicketStatusCount:
    return TicketStatusCount(status=status, count=count)

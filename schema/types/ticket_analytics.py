"""Tickets, counted."""

from typing import Self

import strawberry

from models.tickets import Sentiment, TicketPriority
from schema.types.categories import Category
from schema.types.tenants import TicketStatusCount
from services import ticket_analytics


@strawberry.type
class TicketPriorityCount:
    priority: TicketPriority
    count: int


@strawberry.type
class SentimentCount:
    sentiment: Sentiment
    count: int


@strawberry.type
class CategoryCount:
    category: Category | None = strawberry.field(description="Null for the tickets that have none.")
    count: int


@strawberry.type(description="The tenant's tickets, counted: zeros are there too.")
class TicketAnalytics:
    total: int
    by_status: list[TicketStatusCount]
    by_priority: list[TicketPriorityCount]
    by_sentiment: list[SentimentCount]
    by_category: list[CategoryCount]
    average_resolution_hours: float | None = strawberry.field(
        description="From creation to resolution; null where no ticket is resolved."
    )

    @classmethod
    def of(cls, found: ticket_analytics.TicketAnalytics) -> Self:
        return cls(
            total=found.total,
            by_status=[TicketStatusCount(status=key, count=count) for key, count in found.statuses.items()],
            by_priority=[TicketPriorityCount(priority=key, count=count) for key, count in found.priorities.items()],
            by_sentiment=[SentimentCount(sentiment=key, count=count) for key, count in found.sentiments.items()],
            by_category=[
                CategoryCount(category=Category.of_or_none(each.category), count=each.count)
                for each in found.categories
            ],
            average_resolution_hours=found.average_resolution_hours,
        )

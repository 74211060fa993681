"""Figures about tickets."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers.policy import Requires, query
from schema.types.context import ID, Info
from schema.types.scalars import row_id_or_none
from schema.types.statistics import Dashboard, TicketStatistics
from services import statistics
from services.periods import Period
from services.unit_of_work import unit_of_work

From = Annotated[
    datetime | None, strawberry.argument(name="from", description="Absent: 30 days before the end. UTC by default.")
]
To = Annotated[datetime | None, strawberry.argument(description="Not included. Absent: now.")]


@strawberry.type
class StatisticsQuery:
    @query(Requires.STATISTICS_READ)
    async def dashboard(self, info: Info) -> Dashboard:
        """All tickets of the tenant at a glance."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            return Dashboard.of(await statistics.dashboard(uow), actor)

    @query(Requires.STATISTICS_READ)
    async def ticket_statistics(
        self, info: Info, from_: From = None, to: To = None, category_id: ID | None = None
    ) -> TicketStatistics:
        """Tickets created in a period, of one category or of all. Errors: NOT_FOUND for an unknown category."""
        actor, period = info.context.actor, Period.checked(from_, to, fields=("from", "to"))
        chosen = row_id_or_none(category_id, "category_id")
        async with unit_of_work(actor) as uow:
            return TicketStatistics.of(await statistics.ticket_statistics(uow, period, category_id=chosen), actor)

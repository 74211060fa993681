"""Figures about tickets and dialogs together."""

from typing import Annotated

import strawberry

from resolvers.policy import Requires, query
from resolvers.statistics import From, To
from schema.types.context import Info
from schema.types.conversation_statistics import ConversationStatistics, CountedKind
from services import conversation_statistics
from services.periods import Period
from services.unit_of_work import unit_of_work

Zone = Annotated[str, strawberry.argument(description="Whose days are counted, such as Asia/Almaty.")]
Kind = Annotated[CountedKind | None, strawberry.argument(description="Absent: both.")]


@strawberry.type
class ConversationStatisticsQuery:
    @query(Requires.STATISTICS_READ)
    async def conversation_statistics(
        self, info: Info, from_: From = None, to: To = None, time_zone: Zone = "UTC", kind: Kind = None
    ) -> ConversationStatistics:
        """Volume, first responses, outcomes, escalations and work per operator. Errors: VALIDATION_ERROR."""
        actor, period = info.context.actor, Period.checked(from_, to, fields=("from", "to"))
        async with unit_of_work(actor) as uow:
            found = await conversation_statistics.summary(uow, period, zone=time_zone, kind=kind)
        return ConversationStatistics.of(found, actor)

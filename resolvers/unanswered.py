"""Questions that no knowledge answered: reading, answering, putting aside."""

import strawberry

from core.paging import OffsetPage
from models.unanswered import UnansweredStatus
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.scalars import row_id
from schema.types.unanswered import AnswerUnansweredInput, UnansweredGroup, UnansweredPage, UnansweredQuestion
from services import unanswered_groups
from services.unit_of_work import unit_of_work

_MOST = 100


@strawberry.type
class UnansweredQuery:
    @query(Requires.UNANSWERED_READ, names={"skip": "offset"})
    async def unanswered_groups(
        self,
        info: Info,
        status: UnansweredStatus = UnansweredStatus.OPEN,
        search: str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> UnansweredPage:
        """Groups of questions that no knowledge answered, the most asked first; at most 100 at a time."""
        page = OffsetPage.checked(offset, limit, most=_MOST)
        async with unit_of_work(info.context.actor) as uow:
            return UnansweredPage.of(await unanswered_groups.page_groups(uow, status, page, search=search))

    @query(Requires.UNANSWERED_READ)
    async def unanswered_group(self, info: Info, id: ID) -> UnansweredGroup:
        """One group. Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            return UnansweredGroup.of(await unanswered_groups.get(uow, row_id(id)))

    @query(Requires.UNANSWERED_READ)
    async def unanswered_questions(self, info: Info, group_id: ID) -> list[UnansweredQuestion]:
        """The questions of a group, latest first; at most 50."""
        async with unit_of_work(info.context.actor) as uow:
            rows = await unanswered_groups.questions(uow, row_id(group_id, "groupId"))
        return [UnansweredQuestion.of(row) for row in rows]


@strawberry.type
class UnansweredMutation:
    @mutation(Requires.UNANSWERED_WRITE, names={"assistant_id": "assistantId"})
    async def answer_unanswered(self, info: Info, id: ID, input: AnswerUnansweredInput) -> UnansweredGroup:
        """Write the answer, which is answered from when this answers; the group is done with.

        Errors: NOT_FOUND for the group or the assistant, INVALID_TRANSITION where the group is not open.
        """
        return UnansweredGroup.of(await unanswered_groups.answer(info.context.actor, row_id(id), input.given()))

    @mutation(Requires.UNANSWERED_WRITE)
    async def merge_unanswered(self, info: Info, ids: list[ID]) -> UnansweredGroup:
        """Make open groups, 2 to 100, one: the oldest of them. Errors: NOT_FOUND, INVALID_TRANSITION."""
        async with unit_of_work(info.context.actor) as uow:
            return UnansweredGroup.of(await unanswered_groups.merge(uow, [row_id(each, "ids") for each in ids]))

    @mutation(Requires.UNANSWERED_WRITE)
    async def dismiss_unanswered(self, info: Info, ids: list[ID]) -> list[UnansweredGroup]:
        """Put groups aside, up to 100: they are none of the knowledge's business.

        Errors: NOT_FOUND, INVALID_TRANSITION.
        """
        return await _moved(info, ids, UnansweredStatus.DISMISSED)

    @mutation(Requires.UNANSWERED_WRITE)
    async def reopen_unanswered(self, info: Info, ids: list[ID]) -> list[UnansweredGroup]:
        """Open groups again, up to 100; what was written as their answer stays.

        Errors: NOT_FOUND, INVALID_TRANSITION.
        """
        return await _moved(info, ids, UnansweredStatus.OPEN)


async def _moved(info: Info, ids: list[ID], status: UnansweredStatus) -> list[UnansweredGroup]:
    async with unit_of_work(info.context.actor) as uow:
        rows = await unanswered_groups.move(uow, [row_id(each, "ids") for each in ids], status)
    return [UnansweredGroup.of(row) for row in rows]

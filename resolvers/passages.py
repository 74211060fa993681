"""The passages that answers cite."""

import strawberry

from resolvers.policy import Requires, query
from schema.types.context import ID, Info
from schema.types.passages import CitedPassage
from schema.types.scalars import row_id
from services import passages
from services.unit_of_work import unit_of_work


@strawberry.type
class PassageQuery:
    @query(Requires.KNOWLEDGE_READ)
    async def cited_passage(self, info: Info, chunk_id: ID, version: int) -> CitedPassage:
        """The passage of a citation. Errors: NOT_FOUND once it is deleted, and where only staff may read it."""
        async with unit_of_work(info.context.actor) as uow:
            return CitedPassage.of(await passages.cited(uow, row_id(chunk_id, "chunk_id"), version))

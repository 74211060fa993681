"""The passages that answers cite."""

from typing import Self

import strawberry

from schema.types.knowledge import KnowledgeChunk
from services import passages


@strawberry.type(description="A passage that an answer cites, as it was then and as it is now.")
class CitedPassage:
    cited: KnowledgeChunk = strawberry.field(description="The version that the answer rests on.")
    current: KnowledgeChunk | None = strawberry.field(
        description="The newest version, the cited one where it is; null where the source holds the passage no more."
    )

    @classmethod
    def of(cls, passage: passages.Passage) -> Self:
        current = passage.current
        return cls(
            cited=KnowledgeChunk.of(passage.cited), current=None if current is None else KnowledgeChunk.of(current)
        )

"""Q&A entries."""

from datetime import datetime
from typing import Self

import strawberry

from schema.types.rows import copier, shown_id, shown_id_or_none
from services import entries
from services.qa_entries import QaChanges, QaRow

_QA_ENTRY = copier("question", "answer", "created_at", "updated_at")


@strawberry.type(description="A question with its answer, which an assistant, or all of them, answers from and cites.")
class QaEntry:
    id: strawberry.ID
    assistant_id: strawberry.ID | None = strawberry.field(description="Null where every assistant knows it.")
    question: str
    answer: str
    tags: list[str]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: QaRow) -> Self:
        return cls(
            id=shown_id(row.id),
            assistant_id=shown_id_or_none(row.assistant_id),
            tags=list(row.tags),
            **_QA_ENTRY(row),
        )


@strawberry.input
class CreateQaEntryInput:
    question: str = strawberry.field(description=f"1 to {entries.MAX_QUESTION} characters.")
    answer: str = strawberry.field(description=f"1 to {entries.MAX_ANSWER:,} characters.")
    tags: list[str] = strawberry.field(
        default_factory=list, description=f"Up to {entries.MAX_TAGS}, of 1 to {entries.MAX_TAG} characters each."
    )
    assistant_id: strawberry.ID | None = strawberry.field(default=None, description="Whose it is; absent: everybody's.")


@strawberry.input(description="What to change of an entry; what is left out stays.")
class UpdateQaEntryInput:
    question: strawberry.Maybe[str]
    answer: strawberry.Maybe[str]
    tags: strawberry.Maybe[list[str]]

    def changes(self) -> QaChanges:
        return QaChanges(**{name: given.value for name, given in vars(self).items() if given is not None})


@strawberry.type
class DeleteQaEntryPayload:
    id: strawberry.ID

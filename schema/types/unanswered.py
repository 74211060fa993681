"""Questions that no knowledge answered."""

from datetime import datetime
from typing import Self

import strawberry

from core.events import EscalationReason
from models.unanswered import UnansweredOrigin, UnansweredStatus
from models.unanswered import UnansweredQuestion as UnansweredQuestionRow
from schema.types.languages import Language
from schema.types.rows import copier, shown_id, shown_id_or_none
from schema.types.scalars import row_id_or_none
from services import entries
from services.unanswered_groups import AnswerPlace, GroupPage, GroupRow, NewAnswer

strawberry.enum(
    UnansweredStatus, description="What became of a question. Asked again in vain, an answered one is open."
)
strawberry.enum(UnansweredOrigin, description="Where it was asked.")
strawberry.enum(AnswerPlace, description="FAQ entries are seen by customers too; Q&A entries may be one assistant's.")

_GROUP = copier(
    "status", "question", "language", "count", "first_asked_at", "last_asked_at", "resolved_by", "resolved_at"
)
_QUESTION = copier("text", "language", "origin", "reason", "confidence", "asked_at")


@strawberry.type(description="One question of one customer.")
class UnansweredQuestion:
    id: strawberry.ID
    text: str
    language: Language
    origin: UnansweredOrigin
    reason: EscalationReason
    confidence: float | None = strawberry.field(
        description="Probability, 0 to 1, that the best passage was what was asked for; null where there was none."
    )
    asked_at: datetime
    ticket_id: strawberry.ID | None = strawberry.field(description="The ticket in which a person was called.")
    dialog_id: strawberry.ID | None = strawberry.field(description="The dialog in which a person was called.")
    assistant_id: strawberry.ID | None = strawberry.field(description="Whose knowledge was looked through with all's.")

    @classmethod
    def of(cls, row: UnansweredQuestionRow) -> Self:
        in_dialog = row.origin is UnansweredOrigin.DIALOG
        return cls(
            id=shown_id(row.id),
            ticket_id=None if in_dialog else shown_id(row.conversation_id),
            dialog_id=shown_id(row.conversation_id) if in_dialog else None,
            assistant_id=shown_id_or_none(row.assistant_id),
            **_QUESTION(row),
        )


@strawberry.type(description="Questions that ask the same, in whatever words and languages.")
class UnansweredGroup:
    id: strawberry.ID
    status: UnansweredStatus
    question: str = strawberry.field(description="The first that was asked.")
    language: Language = strawberry.field(description="Of `question`.")
    languages: list[Language] = strawberry.field(description="In which it was asked.")
    count: int = strawberry.field(description="How often it was asked.")
    first_asked_at: datetime
    last_asked_at: datetime
    faq_id: strawberry.ID | None = strawberry.field(description="The FAQ entry that answers it.")
    qa_entry_id: strawberry.ID | None = strawberry.field(description="The Q&A entry that answers it.")
    resolved_by: str | None = strawberry.field(description="Who answered it or put it aside, by name.")
    resolved_at: datetime | None

    @classmethod
    def of(cls, row: GroupRow) -> Self:
        return cls(
            id=shown_id(row.id),
            languages=list(row.languages),
            faq_id=shown_id_or_none(row.faq_id),
            qa_entry_id=shown_id_or_none(row.qa_entry_id),
            **_GROUP(row),
        )


@strawberry.type(description="Some of the groups, and how many there are.")
class UnansweredPage:
    total: int
    groups: list[UnansweredGroup]

    @classmethod
    def of(cls, page: GroupPage) -> Self:
        return cls(total=page.total, groups=[UnansweredGroup.of(row) for row in page.rows])


@strawberry.input(description="The answer to a group of questions, as an entry of the knowledge.")
class AnswerUnansweredInput:
    question: str = strawberry.field(description=f"1 to {entries.MAX_QUESTION} characters.")
    answer: str = strawberry.field(description=f"1 to {entries.MAX_ANSWER:,} characters.")
    place: AnswerPlace
    assistant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of Q&A entries: whose it is; absent: everybody's."
    )
    category: str = strawberry.field(default="", description="Of FAQ entries.")
    tags: list[str] = strawberry.field(
        default_factory=list, description=f"Up to {entries.MAX_TAGS}, of 1 to {entries.MAX_TAG} characters each."
    )

    def given(self) -> NewAnswer:
        return NewAnswer(**{**vars(self), "assistant_id": row_id_or_none(self.assistant_id, "assistantId")})

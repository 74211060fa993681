"""FAQ entries."""

from datetime import datetime
from typing import Self

import strawberry

from schema.types.rows import copier, shown_id
from services import faqs
from services.faqs import FaqChanges, FaqRow

_FAQ = copier("question", "answer", "category", "is_active", "created_at", "updated_at")


@strawberry.type(description="A question with its answer. Answers of the assistant and of the chatbot cite it.")
class Faq:
    id: strawberry.ID
    question: str
    answer: str
    category: str
    tags: list[str]
    is_active: bool = strawberry.field(description="Only active entries are answered from, and seen by customers.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: FaqRow) -> Self:
        return cls(id=shown_id(row.id), tags=list(row.tags), **_FAQ(row))


@strawberry.input(description="Which entries; what is left out does not narrow.")
class FaqFilter:
    category: str | None = None
    search: str | None = strawberry.field(
        default=None, description="Words of questions, answers and tags in any of their forms, or a part of the text."
    )
    is_active: bool | None = None

    def chosen(self) -> faqs.FaqFilter:
        return faqs.FaqFilter(**vars(self))


@strawberry.input
class CreateFaqInput:
    question: str = strawberry.field(description=f"1 to {faqs.MAX_QUESTION} characters.")
    answer: str = strawberry.field(description=f"1 to {faqs.MAX_ANSWER:,} characters.")
    category: str = ""
    tags: list[str] = strawberry.field(
        default_factory=list, description=f"Up to {faqs.MAX_TAGS}, of 1 to {faqs.MAX_TAG} characters each."
    )
    is_active: bool = True


@strawberry.input(description="What to change of an entry; what is left out stays.")
class UpdateFaqInput:
    question: strawberry.Maybe[str]
    answer: strawberry.Maybe[str]
    category: strawberry.Maybe[str]
    tags: strawberry.Maybe[list[str]]
    is_active: strawberry.Maybe[bool]

    def changes(self) -> FaqChanges:
        return FaqChanges(**{name: given.value for name, given in vars(self).items() if given is not None})


@strawberry.type
class DeleteFaqPayload:
    id: strawberry.ID

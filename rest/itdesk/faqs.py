"""FAQ entries of the chatbot."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from core.paging import OffsetPage
from rest.itdesk import chatbot_examples as examples
from rest.itdesk.words import moment
from rest.operations import Examples, Group, Id
from rest.shapes import NOT_BLANK
from services import faqs
from services.faqs import MAX_ANSWER, MAX_CATEGORY, MAX_QUESTION, MAX_SEARCH, MAX_TAG, MAX_TAGS, FaqChanges, FaqRow
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Chatbot", Bucket.OTHER)

MOST_ROWS = 100
Question = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUESTION, extra_json_schema=NOT_BLANK)]
Answer = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ANSWER, extra_json_schema=NOT_BLANK)]
Category = Annotated[str, msgspec.Meta(max_length=MAX_CATEGORY)]
Tags = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TAG)]], msgspec.Meta(max_length=MAX_TAGS)
]


class FaqView(msgspec.Struct):
    """Customers see active entries alone."""

    id: int
    question: str
    answer: str
    category: str
    tags: list[str]
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, row: FaqRow) -> "FaqView":
        return cls(
            id=row.id,
            question=row.question,
            answer=row.answer,
            category=row.category,
            tags=list(row.tags),
            is_active=row.is_active,
            created_at=moment(row.created_at),
        )


class FaqQuery(msgspec.Struct):
    """Beside what the document names: pages, as the other lists have them."""

    category: Annotated[Category, msgspec.Meta(description="Filter by category")] | UnsetType = UNSET
    search: (
        Annotated[str, msgspec.Meta(max_length=MAX_SEARCH, description="Search in questions, answers and tags")]
        | UnsetType
    ) = UNSET
    skip: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = MOST_ROWS

    @property
    def chosen(self) -> faqs.FaqFilter:
        """An empty value is no filter: forms send those of fields that were left blank."""
        return faqs.FaqFilter(category=self.category or None, search=self.search or None)


class NewFaq(msgspec.Struct):
    question: Question
    answer: Answer
    category: Category
    tags: Tags | None = None


class FaqPut(msgspec.Struct):
    """What to change; an inactive entry answers nothing."""

    question: Question | UnsetType = UNSET
    answer: Answer | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    @property
    def changes(self) -> FaqChanges:
        given = msgspec.structs.asdict(self)
        return FaqChanges(**{name: unset.UNSET if value is UNSET else value for name, value in given.items()})


class DeletedView(msgspec.Struct):
    message: str


@group.get("/chatbot/faqs", "Get FAQ entries with optional filtering", examples=Examples(response=[examples.FAQ]))
async def list_faqs(actor: Actor, query: FaqQuery) -> list[FaqView]:
    """Oldest first."""
    page = OffsetPage.checked(query.skip, query.limit, most=MOST_ROWS)
    async with unit_of_work(actor) as uow:
        return [FaqView.of(row) for row in await faqs.list_faqs(uow, query.chosen, page)]


@group.post(
    "/chatbot/faqs", "Create a new FAQ entry", role=Role.AGENT, status=201,
    examples=Examples(examples.NEW_FAQ, examples.CREATED_FAQ),
)  # fmt: skip
async def create_faq(actor: Actor, body: NewFaq) -> FaqView:
    """The chatbot answers from it when this answers."""
    row = await faqs.create(
        actor, question=body.question, answer=body.answer, category=body.category, tags=body.tags or ()
    )
    return FaqView.of(row)


@group.put("/chatbot/faqs/{faq_id}", "Update a FAQ entry", role=Role.AGENT, errors=(404, 409))
async def update_faq(actor: Actor, faq_id: Id, body: FaqPut) -> FaqView:
    return FaqView.of(await faqs.update(actor, faq_id, body.changes))


@group.delete("/chatbot/faqs/{faq_id}", "Delete a FAQ entry", role=Role.AGENT, errors=(404,))
async def delete_faq(actor: Actor, faq_id: Id) -> DeletedView:
    await faqs.delete(actor, faq_id)
    return DeletedView("FAQ deleted successfully")

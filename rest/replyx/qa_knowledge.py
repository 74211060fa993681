"""📄 База Q&A: questions with the answers that assistants are to give. Changes and removal stand in no path of the
document.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from rest.operations import Examples, Group, Id
from rest.replyx import knowledge_examples as examples
from rest.replyx.done import DoneView
from rest.replyx.words import moment
from rest.shapes import NOT_BLANK
from services import qa_entries
from services.entries import MAX_ANSWER, MAX_QUESTION, MAX_SEARCH, MAX_TAG, MAX_TAGS
from services.qa_entries import QaChanges, QaRow
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Документы и знания", Bucket.OTHER)

AssistantId = Annotated[Id, msgspec.Meta(description="ID ассистента; без него — все ассистенты")]
Question = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUESTION, extra_json_schema=NOT_BLANK)]
Answer = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ANSWER, extra_json_schema=NOT_BLANK)]
Tags = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TAG)]], msgspec.Meta(max_length=MAX_TAGS)
]


class QaView(msgspec.Struct):
    id: int
    assistant_id: int | None
    question: str
    answer: str
    tags: list[str]
    created_at: datetime

    @classmethod
    def of(cls, row: QaRow) -> "QaView":
        return cls(row.id, row.assistant_id, row.question, row.answer, list(row.tags), moment(row.created_at))


class NewQa(msgspec.Struct):
    question: Question
    answer: Answer
    tags: Tags | None = None
    assistant_id: AssistantId | None = None


class QaPut(msgspec.Struct):
    """What to change; what is left out stays. An entry stays its assistant's."""

    question: Question | UnsetType = UNSET
    answer: Answer | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET

    @property
    def changes(self) -> QaChanges:
        given = msgspec.structs.asdict(self)
        return QaChanges(**{name: unset.UNSET if value is UNSET else value for name, value in given.items()})


class QaQuery(msgspec.Struct):
    assistant_id: AssistantId | UnsetType = UNSET
    q: Annotated[str, msgspec.Meta(max_length=MAX_SEARCH, description="Поисковый запрос")] = ""


@group.post(
    "/qa-knowledge", "Добавление Q&A записи", role=Role.AGENT, status=201, errors=(404,),
    examples=Examples(examples.NEW_QA, examples.QA),
)  # fmt: skip
async def create_qa(actor: Actor, body: NewQa) -> QaView:
    """Из записи отвечают сразу."""
    row = await qa_entries.create(
        actor, question=body.question, answer=body.answer, tags=body.tags or (), assistant_id=body.assistant_id
    )
    return QaView.of(row)


@group.get(
    "/qa-knowledge", "Получение Q&A базы знаний", role=Role.AGENT, errors=(404,),
    examples=Examples(response=[examples.QA]),
)  # fmt: skip
async def list_qa(actor: Actor, query: QaQuery) -> list[QaView]:
    """С `q` лучшие первыми, без него старые первыми; не больше тысячи."""
    assistant_id = None if query.assistant_id is UNSET else query.assistant_id
    async with unit_of_work(actor) as uow:
        return [QaView.of(row) for row in await qa_entries.search(uow, query.q, assistant_id=assistant_id)]


@group.put(
    "/qa-knowledge/{entry_id}", "Изменение Q&A записи", role=Role.AGENT, errors=(404, 409),
    examples=Examples(response=examples.QA),
)  # fmt: skip
async def update_qa(actor: Actor, entry_id: Id, body: QaPut) -> QaView:
    return QaView.of(await qa_entries.update(actor, entry_id, body.changes))


@group.delete(
    "/qa-knowledge/{entry_id}", "Удаление Q&A записи", role=Role.AGENT, errors=(404,),
    examples=Examples(response=examples.QA_DELETED),
)  # fmt: skip
async def delete_qa(actor: Actor, entry_id: Id) -> DoneView:
    await qa_entries.delete(actor, entry_id)
    return DoneView(examples.QA_DELETED["message"])

"""💬 Сообщения."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from core.actor import Actor
from models.conversations import Message
from realtime.frames.telegram import SUPERVISOR, author_of
from rest.operations import Examples, Group
from rest.telegram import ticket_examples as examples
from rest.telegram.files import FileView
from rest.telegram.people import PersonView
from rest.telegram.words import PageQuery, PageSize, PublicId, moment
from services import messages, people, ticket_pages
from services.files import MOST_ATTACHMENTS
from services.messages import MAX_TEXT, MessageView
from services.people import PersonCard
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Сообщения", Bucket.OTHER)


class TelegramMessageView(msgspec.Struct):
    """A message as the document shows one; the assistant and the system write as people of their own."""

    id: UUID
    content: str
    user: PersonView
    attachments: list[FileView]
    is_internal: bool
    created_at: datetime

    @classmethod
    def of(cls, view: MessageView, authors: Mapping[int, PersonCard]) -> "TelegramMessageView":
        return cls(
            id=view.message.public_id,
            content=view.message.text,
            user=PersonView.of(author_of(view, authors)),
            attachments=[FileView.of(attachment) for attachment in view.attachments],
            is_internal=view.message.visibility == "staff",
            created_at=moment(view.message.created_at),
        )


class CreatedMessageView(msgspec.Struct):
    id: UUID
    content: str
    user_id: UUID
    ticket_id: UUID
    is_internal: bool
    attachments: list[FileView]
    created_at: datetime


class TelegramMessagePage(msgspec.Struct):
    items: list[TelegramMessageView]
    total: int
    page: int
    size: int


class TelegramMessageQuery(PageQuery):
    size: PageSize = 50


class TelegramNewMessage(msgspec.Struct):
    """``content`` may be empty where there are ``attachments``: files that the caller uploaded and has not sent yet."""

    content: Annotated[str, msgspec.Meta(max_length=MAX_TEXT, description="Текст сообщения")] = ""
    is_internal: Annotated[bool, msgspec.Meta(description="Внутренняя заметка персонала")] = False
    attachments: Annotated[list[PublicId], msgspec.Meta(max_length=MOST_ATTACHMENTS)] = []


@group.get(
    "/tickets/{ticket_id}/messages", "История сообщений тикета", errors=(403, 404),
    examples=Examples(response=examples.MESSAGE_PAGE),
)  # fmt: skip
async def list_messages(actor: Actor, ticket_id: PublicId, query: TelegramMessageQuery) -> TelegramMessagePage:
    """Старые сверху; внутренние заметки видит только персонал."""
    async with unit_of_work(actor) as uow:
        number = await ticket_pages.id_of(uow, ticket_id)
        found = await messages.list_messages(uow, number, query.rows)
        total = await ticket_pages.count_messages(uow, number)
        authors = await people.authors(uow, [view.message.id for view in found])
        items = [TelegramMessageView.of(view, authors) for view in found]
    return TelegramMessagePage(items, total, query.page, query.size)


@group.post(
    "/tickets/{ticket_id}/messages", "Добавление сообщения", status=201, errors=(403, 404),
    examples=Examples(examples.NEW_MESSAGE, examples.CREATED_MESSAGE),
)  # fmt: skip
async def add_message(actor: Actor, ticket_id: PublicId, body: TelegramNewMessage) -> CreatedMessageView:
    """На сообщение клиента отвечает ассистент."""
    async with unit_of_work(actor) as uow:
        message = await messages.add(
            uow,
            await ticket_pages.id_of(uow, ticket_id),
            text=body.content,
            internal=body.is_internal,
            attachments=body.attachments,
        )
        view = (await messages.views(uow, [message.id]))[message.id]
        author = (await people.authors(uow, [message.id])).get(message.id, SUPERVISOR)
        return _created(view, author.public_id, ticket_id)


def _created(view: MessageView, user_id: UUID, ticket_id: UUID) -> CreatedMessageView:
    message: Message = view.message
    return CreatedMessageView(
        id=message.public_id,
        content=message.text,
        user_id=user_id,
        ticket_id=ticket_id,
        is_internal=message.visibility == "staff",
        attachments=[FileView.of(attachment) for attachment in view.attachments],
        created_at=moment(message.created_at),
    )

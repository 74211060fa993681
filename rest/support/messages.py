"""Messages of a ticket."""

from datetime import datetime
from typing import Annotated

import msgspec

from core.actor import Actor
from models.conversations import AuthorKind
from models.knowledge import Citation
from rest.operations import Examples, Group, Id
from rest.shapes import NOT_BLANK
from rest.support import examples
from rest.support.words import PageQuery, SupportAuthor, meant_author, moment, shown_author
from services import messages
from services.messages import MAX_TEXT, MessageView
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Tickets", Bucket.OTHER)


class CitationView(msgspec.Struct):
    """A passage that the message rests on: where it stands, as it was, and how well it fits (0 to 1)."""

    id: int | None
    source: str
    chunk: str
    version: int
    score: float

    @classmethod
    def of(cls, citation: Citation) -> "CitationView":
        return cls(citation.chunk_id, citation.source, citation.quote, citation.version, citation.score)


class TicketMessageView(msgspec.Struct):
    """A message as the document shows one, with what it cites and how sure the assistant was (0 to 1)."""

    id: int
    ticket_id: int
    role: SupportAuthor
    content: str
    created_at: datetime
    internal: bool
    confidence: float | None
    citations: list[CitationView]

    @classmethod
    def of(cls, view: MessageView) -> "TicketMessageView":
        message = view.message
        return cls(
            id=message.id,
            ticket_id=message.conversation_id,
            role=shown_author(message.author_kind),
            content=message.text,
            created_at=moment(message.created_at),
            internal=message.visibility == "staff",
            confidence=message.confidence if message.author_kind is AuthorKind.ASSISTANT else None,
            citations=[CitationView.of(citation) for citation in view.citations],
        )


class NewMessage(msgspec.Struct):
    """``role`` absent means what the caller is; customers write as `user` alone."""

    content: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT, extra_json_schema=NOT_BLANK)]
    role: SupportAuthor | None = None
    auto_respond: bool = True
    internal: Annotated[bool, msgspec.Meta(description="A note among staff, never shown to customers")] = False


@group.get(
    "/tickets/{ticket_id}/messages", "Сообщения тикета", errors=(403, 404),
    examples=Examples(response=examples.MESSAGES),
)  # fmt: skip
async def list_messages(actor: Actor, ticket_id: Id, query: PageQuery) -> list[TicketMessageView]:
    """Oldest first; customers see no internal notes."""
    async with unit_of_work(actor) as uow:
        found = await messages.list_messages(uow, ticket_id, query.page)
        return [TicketMessageView.of(view) for view in found]


@group.post(
    "/tickets/{ticket_id}/messages", "Добавление сообщения", status=201, errors=(403, 404),
    examples=Examples(examples.NEW_MESSAGE, examples.MESSAGE),
)  # fmt: skip
async def add_message(actor: Actor, ticket_id: Id, body: NewMessage) -> TicketMessageView:
    async with unit_of_work(actor) as uow:
        message = await messages.add(
            uow,
            ticket_id,
            text=body.content,
            author=meant_author(body.role) if body.role else None,
            internal=body.internal,
            auto_respond=body.auto_respond,
        )
        return TicketMessageView.of(MessageView(message, ()))

"""Messages and what they cite."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from core.events import Visibility
from models.conversations import AuthorKind
from models.knowledge import Citation as CitationRow
from schema.types.context import Info, computed
from schema.types.files import Attachment
from schema.types.people import Person
from schema.types.rows import copier, shown_id, shown_id_or_none, view
from services.messages import MessageView
from services.ticket_rows import LAST_MESSAGE, TicketRow
from services.ticket_rows import MessagePreview as PreviewRow

strawberry.enum(AuthorKind, description="Who speaks: the customer, the AI assistant, an operator, or the system.")

_CITATION = copier("source", "version", "score", "quote")


@strawberry.type(description="A passage of the knowledge base that an answer rests on, as it was then.")
class Citation:
    source: str
    chunk_id: strawberry.ID | None = strawberry.field(description="Null once the chunk is deleted.")
    version: int
    score: float = strawberry.field(description="Probability, 0 to 1, that the passage is what was asked for.")
    quote: str

    @classmethod
    def of(cls, citation: CitationRow) -> Self:
        return cls(chunk_id=shown_id_or_none(citation.chunk_id), **_CITATION(citation))


_MESSAGE = copier("author_kind", "text", "client_id", "confidence", "model", "created_at", "author_id")


@strawberry.type(description="One message of a ticket.")
class Message:
    id: strawberry.ID
    ticket_id: strawberry.ID
    author_kind: AuthorKind
    text: str
    internal: bool = strawberry.field(description="A note among staff; customers never see it.")
    client_id: UUID | None = strawberry.field(description="The writer's own, where one was given.")
    confidence: float | None = strawberry.field(
        description="Of the assistant's answers: calibrated probability, 0 to 1, that the ground is the right one."
    )
    model: str | None = strawberry.field(description="Of the assistant's answers: `extractive` for a quotation.")
    citations: list[Citation]
    attachments: list[Attachment]
    created_at: datetime
    author_id: strawberry.Private[int | None]

    @computed("Null for the assistant and the system.")
    async def author(self, info: Info) -> Person | None:
        if self.author_id is None:
            return None
        return Person.of_or_none(await info.context.loaders.users.load(self.author_id), info.context.actor)

    @classmethod
    def of(cls, view: MessageView) -> Self:
        message = view.message
        return cls(
            id=shown_id(message.id),
            ticket_id=shown_id(message.conversation_id),
            internal=message.visibility is Visibility.STAFF,
            citations=[Citation.of(citation) for citation in view.citations],
            attachments=[Attachment.of(attachment) for attachment in view.attachments],
            **_MESSAGE(message),
        )


@strawberry.type(description="The beginning of a message, for lists.")
class MessagePreview:
    id: strawberry.ID
    author_kind: AuthorKind
    excerpt: str
    internal: bool
    created_at: datetime

    @classmethod
    def of_or_none(cls, preview: PreviewRow | None) -> Self | None:
        if preview is None:
            return None
        return cls(
            id=shown_id(preview.id),
            author_kind=preview.author_kind,
            excerpt=preview.excerpt,
            internal=preview.internal,
            created_at=preview.created_at,
        )


_listed = view(MessagePreview, LAST_MESSAGE)


def last_message_of(row: TicketRow) -> MessagePreview | None:
    """Of a ticket in a list."""
    return None if row.get("message_id") is None else _listed(row, None)


@strawberry.input(description="A message to a ticket.")
class AddMessageInput:
    text: str = strawberry.field(description="1 to 20,000 characters; may be empty where files are sent.")
    author: AuthorKind | None = strawberry.field(
        default=None,
        description="Staff may say CUSTOMER, to note what a customer said elsewhere. Absent: what the caller is.",
    )
    internal: bool = strawberry.field(default=False, description="A note among staff.")
    auto_respond: bool = strawberry.field(
        default=True, description="Whether the assistant answers what a customer wrote."
    )
    attachments: list[UUID] = strawberry.field(
        default_factory=list,
        description="Up to 10 files, by `publicId`, that the caller uploaded by `POST /api/v1/files/upload`"
        " and has not sent yet.",
    )
    client_id: UUID | None = strawberry.field(
        default=None, description="The client's own, new for each message: repeated, it is the same message."
    )

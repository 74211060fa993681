"""How a message of a dialog is shown: to those who read back what the frames of real time told."""

from datetime import datetime
from uuid import UUID

import msgspec

from models.conversations import Attachment
from models.knowledge import Citation
from realtime.frames.replyx import SENDERS
from rest.replyx.words import moment
from services import file_links
from services.dialog_messages import SaidInDialog


class FileView(msgspec.Struct):
    """``url`` opens it without a token, for about a quarter of an hour."""

    id: UUID
    filename: str
    size: int
    content_type: str
    url: str

    @classmethod
    def of(cls, file: Attachment) -> "FileView":
        return cls(file.public_id, file.file_name, file.size_bytes, file.mime_type, file_links.signed_path(file))


class CitationView(msgspec.Struct):
    """A passage that an answer rests on; ``position`` is that of its marker, such as ``[1]``."""

    position: int
    source: str
    score: float
    quote: str

    @classmethod
    def of(cls, citation: Citation) -> "CitationView":
        return cls(citation.position, citation.source, round(citation.score, 4), citation.quote)


class MessageView(msgspec.Struct, omit_defaults=True):
    """What the document does not have is shown where there is any: the customer's message that an answer replies to,
    its citations, files; ``is_internal`` of notes among staff, which customers never see.
    """

    id: int
    sender: str
    text: str
    created_at: datetime
    operator_name: str | None = None
    reply_to: int | None = None
    citations: list[CitationView] = msgspec.field(default_factory=list)
    attachments: list[FileView] = msgspec.field(default_factory=list)
    is_internal: bool = False

    @classmethod
    def of(cls, said: SaidInDialog) -> "MessageView":
        message = said.message
        return cls(
            id=message.id,
            sender=SENDERS[message.author_kind],
            text=message.text,
            created_at=moment(message.created_at),
            operator_name=said.operator_name,
            reply_to=message.turn_id,
            citations=[CitationView.of(citation) for citation in said.citations],
            attachments=[FileView.of(file) for file in said.attachments],
            is_internal=said.internal,
        )

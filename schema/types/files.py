"""Files that messages carry, and what was said in recordings."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from models.conversations import Attachment as AttachmentRow
from schema.types.languages import Language
from schema.types.rows import copier, shown_id
from schema.types.scalars import BigInt
from services import files
from services.transcription import Transcript as TranscriptRow

_ATTACHMENT = copier("public_id", "file_name", "mime_type", "created_at")


@strawberry.type(
    description="A file of a message. It is uploaded first: by `uploadFile`, or by `POST /api/v1/files/upload`"
    " (multipart/form-data, field `file`) with the token of this API, which answers its `publicId` as `id`."
)
class Attachment:
    id: strawberry.ID
    public_id: UUID
    file_name: str
    mime_type: str = strawberry.field(description="Told from the content, not from the name.")
    size_bytes: BigInt
    url: str = strawberry.field(
        description="A path that opens the file without a token, for ten to fifteen minutes; without its query it needs"
        " the token of somebody who may see the message."
    )
    created_at: datetime

    @classmethod
    def of(cls, row: AttachmentRow) -> Self:
        return cls(
            id=shown_id(row.id), size_bytes=BigInt(row.size_bytes), url=files.signed_path(row), **_ATTACHMENT(row)
        )


@strawberry.type(description="An upload that was removed.")
class DeleteUploadPayload:
    public_id: UUID


@strawberry.type(description="What was said in a recording.")
class Transcript:
    text: str = strawberry.field(description="Empty where nobody speaks.")
    language: Language | None = strawberry.field(description="Null where it is not known.")
    confidence: float | None = strawberry.field(
        description="The model's own certainty, 0 to 1, not calibrated; null where it tells none."
    )

    @classmethod
    def of(cls, row: TranscriptRow) -> Self:
        return cls(text=row.text, language=row.language, confidence=row.confidence)

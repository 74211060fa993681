"""Documents that assistants are given."""

from datetime import datetime
from typing import Self

import strawberry

from models import documents
from models.documents import DocumentStatus
from schema.types.context import computed
from schema.types.languages import Language
from schema.types.rows import copier, shown_id, shown_id_or_none
from schema.types.scalars import BigInt
from services import document_files

strawberry.enum(DocumentStatus, description="A document is read, known, or could not be read.")
_DOCUMENT = copier("file_name", "mime_type", "status", "progress", "chunks_count", "created_at", "completed_at")


@strawberry.type(description="A file on its way into the knowledge of an assistant, or of all assistants.")
class Document:
    id: strawberry.ID
    assistant_id: strawberry.ID | None = strawberry.field(description="Null where every assistant knows it.")
    file_name: str
    mime_type: str
    size_bytes: BigInt
    status: DocumentStatus
    progress: int = strawberry.field(description="In percent.")
    chunks_count: int = strawberry.field(description="Passages that are found and cited.")
    created_at: datetime
    completed_at: datetime | None
    row: strawberry.Private[documents.Document]

    @computed("Why it could not be read; null else.")
    async def error(self, language: Language = Language.ENGLISH) -> str | None:
        return document_files.failure(self.row, language)

    @classmethod
    def of(cls, row: documents.Document) -> Self:
        return cls(
            id=shown_id(row.id),
            assistant_id=shown_id_or_none(row.assistant_id),
            size_bytes=BigInt(row.size_bytes),
            row=row,
            **_DOCUMENT(row),
        )


@strawberry.type
class DeleteDocumentPayload:
    id: strawberry.ID


@strawberry.type(description="A document came, was read a part further, or is done.")
class DocumentProgress:
    seq: BigInt = strawberry.field(description="Rises strictly: give the last one as `after` to go on behind it.")
    at: datetime
    document_id: strawberry.ID
    status: DocumentStatus
    progress: int = strawberry.field(description="In percent.")
    document: Document | None = strawberry.field(description="As it is now; null once it is deleted.")

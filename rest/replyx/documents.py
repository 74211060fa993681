"""📄 Документы: files that assistants are given to know."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor, Role
from core.languages import Language
from models.documents import Document, DocumentStatus
from rest.operations import Examples, Group, Id
from rest.replyx import knowledge_examples as examples
from rest.replyx.done import DoneView
from rest.replyx.words import moment
from rest.uploads import Upload
from services import document_files
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Документы и знания", Bucket.OTHER)

AssistantId = Annotated[Id, msgspec.Meta(description="ID ассистента; без него — все ассистенты")]


class UploadForm(msgspec.Struct):
    assistant_id: AssistantId | UnsetType = UNSET


class DocumentsQuery(msgspec.Struct):
    assistant_id: AssistantId | UnsetType = UNSET


class DocumentView(msgspec.Struct):
    """A document. ``progress`` is in percent, ``error`` tells why it was not read."""

    id: int
    filename: str
    size: int
    content_type: str
    status: DocumentStatus
    chunks_count: int
    progress: int
    error: str | None
    assistant_id: int | None
    created_at: datetime

    @classmethod
    def of(cls, document: Document) -> "DocumentView":
        return cls(
            id=document.id,
            filename=document.file_name,
            size=document.size_bytes,
            content_type=document.mime_type,
            status=document.status,
            chunks_count=document.chunks_count,
            progress=document.progress,
            error=document_files.failure(document, Language.RUSSIAN),
            assistant_id=document.assistant_id,
            created_at=moment(document.created_at),
        )


@group.post(
    "/documents/upload", "Загрузка документа", role=Role.ADMIN, status=201, bucket=Bucket.UPLOAD,
    errors=(400, 404, 413, 415, 422, 503), examples=Examples(response=examples.UPLOADED),
)  # fmt: skip
async def upload_document(actor: Actor, form: UploadForm, upload: Upload) -> DocumentView:
    """`.txt`, `.md`, `.pdf`, `.docx`. Документ с тем же именем заменяет прежний; о ходе обработки говорит `status`."""
    assistant_id = None if form.assistant_id is UNSET else form.assistant_id
    document = await document_files.upload(actor, file_name=upload.name, data=upload.data, assistant_id=assistant_id)
    return DocumentView.of(document)


@group.get(
    "/documents", "Получение списка документов", role=Role.AGENT, errors=(404,),
    examples=Examples(response=[examples.DOCUMENT]),
)  # fmt: skip
async def list_documents(actor: Actor, query: DocumentsQuery) -> list[DocumentView]:
    """Новые первыми, не больше тысячи."""
    assistant_id = None if query.assistant_id is UNSET else query.assistant_id
    async with unit_of_work(actor) as uow:
        rows = await document_files.list_documents(uow, assistant_id=assistant_id)
    return [DocumentView.of(row) for row in rows]


@group.delete(
    "/documents/{document_id}", "Удаление документа", role=Role.ADMIN, errors=(404,),
    examples=Examples(response=examples.DOCUMENT_DELETED),
)  # fmt: skip
async def delete_document(actor: Actor, document_id: Id) -> DoneView:
    """Из документа больше не отвечают, даже если он ещё обрабатывался."""
    await document_files.delete(actor, document_id)
    return DoneView(examples.DOCUMENT_DELETED["message"])

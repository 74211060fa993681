"""Файлы: the document's section on uploading and downloading."""

from datetime import datetime
from uuid import UUID

import msgspec
from starlette.datastructures import Headers

from core.actor import Actor
from models.conversations import Attachment
from rest.downloads import Download
from rest.operations import Examples, Group
from rest.telegram.words import moment
from rest.uploads import Upload
from services import files
from services.rate_limits import Bucket

group = Group("Файлы", Bucket.OTHER)

_EXAMPLE = {
    "id": "5f0c4d1e-8a8e-4f0b-9a53-0a4f3f2b6c11",
    "filename": "document.pdf",
    "size": 1024567,
    "content_type": "application/pdf",
    "url": "/uploads/files/5f0c4d1e-8a8e-4f0b-9a53-0a4f3f2b6c11/document.pdf?tenant=1&expires=1704104100&signature=…",
    "created_at": "2024-01-01T10:00:00Z",
}


class FileView(msgspec.Struct):
    """A file as messages show it. ``url`` opens it without a token, for about a quarter of an hour."""

    id: UUID
    filename: str
    size: int
    content_type: str
    url: str

    @classmethod
    def of(cls, attachment: Attachment) -> "FileView":
        return cls(
            attachment.public_id,
            attachment.file_name,
            attachment.size_bytes,
            attachment.mime_type,
            files.signed_path(attachment),
        )


class UploadedFileView(msgspec.Struct):
    """As :class:`FileView`, with the time of its upload."""

    id: UUID
    filename: str
    size: int
    content_type: str
    url: str
    created_at: datetime

    @classmethod
    def of(cls, attachment: Attachment) -> "UploadedFileView":
        return cls(**msgspec.structs.asdict(FileView.of(attachment)), created_at=moment(attachment.created_at))


@group.post(
    "/files/upload", "Загрузка файла", status=201, errors=(400, 413, 415, 422), examples=Examples(response=_EXAMPLE),
)  # fmt: skip
async def upload_file(actor: Actor, upload: Upload) -> UploadedFileView:
    """Файл отправляют затем с сообщением (`attachments`), в течение суток; иначе он удаляется."""
    return UploadedFileView.of(await files.upload(actor, file_name=upload.name, data=upload.data))


@group.get("/files/{file_id}", "Скачивание файла", errors=(404,))
async def download_file(actor: Actor, file_id: UUID, headers: Headers) -> Download:
    """Бинарные данные; с заголовком `Range` — их часть (206)."""
    return await Download.of(await files.read(actor, file_id), headers)

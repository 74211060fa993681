"""What an assistant knows of its own: documents that were uploaded for it, and questions with their answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.ids import new_uuid


class DocumentStatus(StrEnum):
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Document(Model):
    """An uploaded file on its way into the knowledge. ``storage_key`` is where the file store keeps it until then.

    Nobody sees it before ``stored_at``. ``source_id`` is the knowledge source that its passages stand in; ``progress``
    is in percent; ``error`` is the key of a text. ``assistant_id`` None means that every assistant of the tenant knows
    it.
    """

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    assistant_id: int | None = fields.BigIntField(null=True, db_index=True)
    file_name = fields.CharField(max_length=255)
    mime_type = fields.CharField(max_length=127)
    size_bytes = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    storage_key = fields.CharField(max_length=255, null=True)
    status = fields.CharEnumField(DocumentStatus, max_length=16, default=DocumentStatus.PROCESSING)
    progress: int = fields.SmallIntField(default=0)
    error: str | None = fields.TextField(null=True)
    source_id: int | None = fields.BigIntField(null=True)
    chunks_count: int = fields.IntField(default=0)
    uploaded_by_id: int | None = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    stored_at: datetime | None = fields.DatetimeField(null=True)
    completed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        app = "opora"
        table = "documents"
        indexes = (Index(fields=["tenant_id", "id"]),)


class QaEntry(Model):
    """A question with its answer. Its text is a passage of the knowledge too, so that it is found and cited."""

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    assistant_id: int | None = fields.BigIntField(null=True, db_index=True)
    question: str = fields.TextField()
    answer: str = fields.TextField()
    tags: list[str] = fields.JSONField(default=list)
    created_by_id: int | None = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "qa_entries"
        indexes = (Index(fields=["tenant_id", "id"]),)

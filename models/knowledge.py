"""Knowledge: sources, their chunks in versions, and the citations that answers make of them.

The vectors stand in ``chunk_vectors``, which the migrations create: its type is pgvector's, unknown to the ORM.
"""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class KnowledgeSource(Model):
    """A named document or feed, unique in its tenant or, where it is one assistant's, there."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    assistant_id: int | None = fields.BigIntField(null=True, db_index=True)
    """The assistant that alone knows it; None for what all of the tenant know."""
    name = fields.CharField(max_length=255)
    mime_type = fields.CharField(max_length=127, null=True)
    sha256 = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "knowledge_sources"
        unique_together = (("tenant_id", "assistant_id", "name"),)


class KnowledgeChunk(Model):
    """One version of one passage. ``identity`` says which passage of the source it is."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    source_id: int = fields.BigIntField()
    identity = fields.CharField(max_length=255)
    version = fields.IntField(default=1)
    is_current = fields.BooleanField(default=True)
    heading = fields.CharField(max_length=512, default="")
    content: str = fields.TextField()
    language = fields.CharField(max_length=8)
    """ISO 639 code that retrieval found: more than the three in which people are answered."""
    metadata: dict[str, Any] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "knowledge_chunks"
        unique_together = (("source_id", "identity", "version"),)
        indexes = (Index(fields=["tenant_id", "id"]),)


class Citation(Model):
    """A passage that a message rests on. Quote, source and version are kept as they were, also after deletion."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    message_id: int = fields.BigIntField(db_index=True)
    chunk_id: int | None = fields.BigIntField(null=True, db_index=True)
    position = fields.SmallIntField()
    source = fields.CharField(max_length=255)
    version = fields.IntField()
    score = fields.FloatField()
    quote: str = fields.TextField()

    class Meta:
        app = "opora"
        table = "citations"

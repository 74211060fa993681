"""Categories of tickets: what a tenant sorts its tickets by, and what triage learns from its corrections."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.fields import Field
from tortoise.indexes import Index
from tortoise.models import Model

from core.ids import new_uuid
from core.languages import Language


class Category(Model):
    """``key`` names one of the built-in categories that every tenant begins with; None for those of its own."""

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    key = fields.CharField(max_length=64, null=True)
    name = fields.CharField(max_length=100)
    description: str = fields.TextField(default="")
    icon = fields.CharField(max_length=16, default="")
    color = fields.CharField(max_length=7, default="")
    is_active = fields.BooleanField(default=True)
    sort_order = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "categories"
        unique_together = (("tenant_id", "key"),)
        indexes = (Index(fields=["tenant_id", "sort_order", "id"]),)


class TriageExample(Model):
    """What a person decided about a ticket: the classifier of the tenant learns from it. One for each ticket."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    ticket_id: int = fields.BigIntField(unique=True)
    category_id: int = fields.BigIntField(db_index=True)
    text = fields.TextField()
    language: Field[Language | None] = fields.CharEnumField(  # type: ignore[assignment]  # null=True
        Language, max_length=2, null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "triage_examples"
        indexes = (Index(fields=["tenant_id", "id"]),)


class TriageModel(Model):
    """The classifier of a tenant as :mod:`services.triage` writes it. ``embedder`` is the model of its vectors."""

    tenant_id: int = fields.BigIntField(primary_key=True, generated=False)
    embedder = fields.CharField(max_length=128)
    examples = fields.IntField()
    parameters: dict[str, object] = fields.JSONField()
    fitted_at: datetime = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "triage_models"

"""Assistants: who answers in dialogs, by which words and model, on which sites and with which bot."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.ids import new_uuid


class Assistant(Model):
    """One assistant of a tenant. ``site_token`` names it to widgets; pages show it, so it is no secret.

    ``allowed_domains`` are the sites whose pages may use it, ``ai_model`` None takes the installation's.
    """

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    name = fields.CharField(max_length=128)
    description: str = fields.TextField(default="")
    system_prompt: str = fields.TextField(default="")
    ai_model = fields.CharField(max_length=128, null=True)
    is_active = fields.BooleanField(default=True)
    website_integration = fields.BooleanField(default=False)
    allowed_domains: list[str] = fields.JSONField(default=list)
    site_token = fields.CharField(max_length=64, unique=True)
    created_by_id: int | None = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "assistants"
        indexes = (Index(fields=["tenant_id", "id"]),)

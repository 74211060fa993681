"""Requests of companies to those who run the installation: tickets of the default tenant with an author elsewhere."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class SupportRequest(Model):
    """``id`` is the ticket's, which belongs to the default tenant; ``number`` reads ``TICKET-2025-001234``.

    Its author is a user of ``author_tenant_id``, and is shown it by that alone.
    """

    id: int = fields.BigIntField(primary_key=True, generated=False)
    tenant_id: int = fields.BigIntField()
    number = fields.CharField(max_length=20, unique=True)
    author_tenant_id: int = fields.BigIntField()
    author_id: int = fields.BigIntField()
    contact_email = fields.CharField(max_length=320, null=True)
    topic = fields.CharField(max_length=64, default="")
    """What the author called the category."""
    attachments: list[str] = fields.JSONField(default=list)
    """Names of files that the author mentions."""
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "support_requests"
        indexes = (Index(fields=["author_tenant_id", "author_id", "id"]),)

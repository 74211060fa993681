"""Contacts: people who talk to a tenant through a client of its own, known by the name which that client gives them."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class Contact(Model):
    """``external_id`` is the client's name of the person, unique within the tenant.

    ``held_by`` names the answer that is being made for them, until ``held_until``: their messages are answered in turn.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    external_id = fields.CharField(max_length=255)
    held_by: UUID | None = fields.UUIDField(null=True)
    held_until: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "contacts"
        unique_together = (("tenant_id", "external_id"),)

"""Contacts: people who talk to a tenant through a client of its own, known by the name which that client gives them."""

from tortoise import fields
from tortoise.models import Model


class Contact(Model):
    """``external_id`` is the client's name of the person, unique within the tenant."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    external_id = fields.CharField(max_length=255)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "contacts"
        unique_together = (("tenant_id", "external_id"),)

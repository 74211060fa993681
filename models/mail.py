"""E-mail: the outbox, and the codes that confirm addresses."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.ids import new_uuid
from core.languages import Language


class Mail(Model):
    """One e-mail, kept as it goes out. ``public_id`` makes its Message-ID; ``once`` is a key it is written once under.

    ``sealed_body`` holds text and HTML encrypted, since it may carry a code; it is emptied when old.
    """

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    template = fields.CharField(max_length=32)
    language = fields.CharEnumField(Language, max_length=2)
    recipient = fields.CharField(max_length=320)
    reply_to = fields.CharField(max_length=320, null=True)
    subject = fields.CharField(max_length=255)
    sealed_body: str = fields.TextField()
    once = fields.CharField(max_length=96, null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    last_error: str | None = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "mail"
        unique_together = (("tenant_id", "once"),)
        indexes = (Index(fields=["tenant_id", "id"]),)


class EmailCode(Model):
    """The code that a user has still to repeat: hashed, for a quarter of an hour and five tries."""

    user_id: int = fields.BigIntField(primary_key=True, generated=False)
    tenant_id: int = fields.BigIntField(db_index=True)
    email = fields.CharField(max_length=320)
    code_hash = fields.CharField(max_length=64)
    tries: int = fields.SmallIntField(default=0)
    expires_at: datetime = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "email_codes"

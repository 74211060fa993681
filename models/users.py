"""Users and their sessions."""

import uuid
from datetime import datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.actor import Role
from core.ids import new_uuid


class User(Model):
    """A person of one tenant. ``email`` keeps its spelling; uniqueness ignores case (index in the migrations).

    ``telegram_username`` is what Telegram says, and may be somebody else's ``username``, which people sign in with.
    """

    id = fields.BigIntField(primary_key=True)
    public_id = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    email = fields.CharField(max_length=320, null=True)
    username = fields.CharField(max_length=64, null=True)
    full_name = fields.CharField(max_length=255, default="")
    first_name = fields.CharField(max_length=128, default="")
    last_name = fields.CharField(max_length=128, default="")
    telegram_id: int | None = fields.BigIntField(null=True)
    telegram_username = fields.CharField(max_length=64, null=True)
    password_hash = fields.CharField(max_length=60, null=True)
    role = fields.CharEnumField(Role, max_length=16, default=Role.USER)
    is_active = fields.BooleanField(default=True)
    email_confirmed_at: datetime | None = fields.DatetimeField(null=True)
    last_login_at: datetime | None = fields.DatetimeField(null=True)
    onboarding_completed = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "users"
        indexes = (Index(fields=["tenant_id", "id"]),)


class Session(Model):
    """One signed-in device: the family of refresh tokens that descend from one login.

    ``generation`` is the number that the newest refresh token carries; an older one presented again is a theft.
    """

    id: uuid.UUID = fields.UUIDField(primary_key=True, default=new_uuid)
    tenant_id: int = fields.BigIntField()
    user_id: int = fields.BigIntField(db_index=True)
    dialect = fields.CharField(max_length=16)
    generation = fields.IntField(default=0)
    expires_at = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)
    revoked_reason = fields.CharField(max_length=32, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "sessions"

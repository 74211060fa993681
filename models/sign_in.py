"""Sign-in by a company's identity provider: the providers, who is whom at them, and sign-ins under way."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.actor import Role


class SignInProvider(Model):
    """An OpenID Connect provider of a tenant. ``sealed_secret`` is encrypted; None for a public client."""

    id: int = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    name = fields.CharField(max_length=64)
    issuer = fields.CharField(max_length=512)
    client_id = fields.CharField(max_length=255)
    sealed_secret: str | None = fields.TextField(null=True)
    scopes = fields.CharField(max_length=255)
    creates_users = fields.BooleanField(default=False)
    """Whether somebody whom the tenant does not know yet becomes a user by signing in."""
    default_role = fields.CharEnumField(Role, max_length=16, default=Role.USER)
    """Of those whom no rule below names."""
    roles_claim = fields.CharField(max_length=128, default="")
    """The claim that roles come from, as ``groups`` or ``realm_access.roles``; empty: people keep theirs."""
    role_rules: list[dict[str, Any]] = fields.JSONField(default=list)
    """``{"value": ..., "role": ...}``: who has the value in the claim has the role, the highest of several."""
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "sign_in_providers"
        indexes = (Index(fields=["tenant_id", "id"]),)


class SignInIdentity(Model):
    """A user as a provider knows them: its ``subject`` never changes, an e-mail may."""

    id: int = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    provider_id: int = fields.BigIntField()
    subject = fields.CharField(max_length=255)
    user_id: int = fields.BigIntField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "sign_in_identities"
        unique_together = (("provider_id", "subject"),)


class SignInAttempt(Model):
    """A sign-in under way. State and browser key are kept as digests, the rest sealed; finished, the row is gone."""

    id: int = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    provider_id: int = fields.BigIntField()
    state_digest = fields.CharField(max_length=64, unique=True)
    browser_digest = fields.CharField(max_length=64)
    sealed_challenge = fields.TextField()
    redirect_uri = fields.CharField(max_length=2048)
    expires_at: datetime = fields.DatetimeField(db_index=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "sign_in_attempts"

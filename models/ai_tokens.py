"""The installation's tokens for chat models, how often each was used, and what tenants used of them."""

from datetime import date, datetime
from decimal import Decimal

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class AiToken(Model):
    """A token of no tenant: the superadmin's. ``sealed_token`` is encrypted; the lowest ``priority`` is tried first.

    ``model_access`` names the models that it may use, all where it is empty. Limits count requests: None is unlimited,
    0 is none. ``base_url`` None means the settings' endpoint. It rests until ``rests_until`` after ``failures`` in a
    row, and may be asked once to see whether it is well.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=128)
    sealed_token: str = fields.TextField()
    masked_token = fields.CharField(max_length=32)
    base_url = fields.CharField(max_length=512, null=True)
    model_access: list[str] = fields.JSONField(default=list)
    daily_limit: int | None = fields.IntField(null=True)
    monthly_limit: int | None = fields.IntField(null=True)
    priority: int = fields.IntField(default=100)
    notes: str = fields.TextField(default="")
    is_active = fields.BooleanField(default=True)
    failures: int = fields.IntField(default=0)
    rests_until: datetime | None = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "ai_tokens"


class AiTokenDay(Model):
    """Requests of one token on one day of UTC: the counters that its limits are held against. Key: (token, day)."""

    id = fields.BigIntField(primary_key=True)
    token_id: int = fields.BigIntField()
    day: date = fields.DateField()
    requests: int = fields.IntField(default=0)
    failures: int = fields.IntField(default=0)
    total_ms: int = fields.BigIntField(default=0)

    class Meta:
        app = "opora"
        table = "ai_token_days"
        unique_together = (("token_id", "day"),)


class AiModelPrice(Model):
    """What a model costs for a million tokens, in roubles."""

    model = fields.CharField(max_length=128, primary_key=True)
    prompt_price: Decimal = fields.DecimalField(max_digits=12, decimal_places=4, default=Decimal(0))
    completion_price: Decimal = fields.DecimalField(max_digits=12, decimal_places=4, default=Decimal(0))

    class Meta:
        app = "opora"
        table = "ai_model_prices"


class AiUsage(Model):
    """One request to a chat model that was made for a tenant. ``token_id`` None is the environment's key."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    token_id: int | None = fields.BigIntField(null=True)
    model = fields.CharField(max_length=128)
    prompt_tokens: int = fields.IntField(default=0)
    completion_tokens: int = fields.IntField(default=0)
    estimated = fields.BooleanField(default=False)
    """Whether the tokens were reckoned from the texts, because the endpoint counted none."""
    cost: Decimal = fields.DecimalField(max_digits=14, decimal_places=4, default=Decimal(0))
    duration_ms: int = fields.IntField()
    error = fields.CharField(max_length=64, null=True)
    """The code of the failure that made it fail over, None where it answered."""
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "ai_usage"
        indexes = (Index(fields=["tenant_id", "created_at"]), Index(fields=["created_at"]))

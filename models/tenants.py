"""Tenants: the unit of isolation."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.languages import Language

DEFAULT_TENANT_ID = 1
DEFAULT_TENANT_SLUG = "default"


class TelegramMode(StrEnum):
    """What a tenant's Telegram bot does with those who write to it."""

    SUPPORT = "support"
    LEADS = "leads"


class Tenant(Model):
    """A company. Row-level security shows a tenant its own row alone."""

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=63, unique=True)
    name = fields.CharField(max_length=255)
    language = fields.CharEnumField(Language, max_length=2, default=Language.RUSSIAN)
    registration_open = fields.BooleanField(default=True)
    answer_threshold: float | None = fields.FloatField(null=True)
    """Calibrated score from which a passage answers; None takes the measured default."""
    suggest_threshold: float | None = fields.FloatField(null=True)
    """Score below which nothing is offered and a person is called; None takes the measured default."""
    telegram_chat_id: int | None = fields.BigIntField(null=True)
    """The Telegram chat that hears of new leads."""
    telegram_mode = fields.CharEnumField(TelegramMode, max_length=16, default=TelegramMode.SUPPORT)
    hours: dict[str, Any] | None = fields.JSONField(null=True)
    """When its people work, as :mod:`services.working_hours` writes it; None for always."""
    plan = fields.CharField(max_length=32, default="trial")
    """What the account is billed by, in the installation's own words; a superadmin sets it."""
    created_by_id: int | None = fields.BigIntField(null=True, db_index=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "tenants"

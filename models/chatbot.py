"""The FAQ chatbot: its entries, its sessions and what was asked in them."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.ids import new_uuid


class Faq(Model):
    """A question with its answer. Its text is a passage of the tenant's knowledge too, so that it can be cited."""

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    question = fields.TextField()
    answer = fields.TextField()
    category = fields.CharField(max_length=100, default="")
    tags: list[str] = fields.JSONField(default=list)
    is_active = fields.BooleanField(default=True)
    created_by_id: int | None = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "faqs"
        indexes = (Index(fields=["tenant_id", "id"]),)


class ChatbotSession(Model):
    """A conversation with the chatbot. ``id`` is the conversation's, ``key`` what the client calls it by."""

    id: int = fields.BigIntField(primary_key=True, generated=False)
    tenant_id: int = fields.BigIntField()
    user_id: int = fields.BigIntField()
    key = fields.CharField(max_length=64)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "chatbot_sessions"
        unique_together = (("tenant_id", "user_id", "key"),)


class ChatbotExchange(Model):
    """One question to the chatbot and what it said. ``query_key`` is the question as questions are counted by."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    session_id: int = fields.BigIntField()
    user_id: int = fields.BigIntField()
    query = fields.TextField()
    query_key = fields.CharField(max_length=64)
    response = fields.TextField()
    confidence = fields.FloatField()
    was_escalated = fields.BooleanField(default=False)
    ticket_id: int | None = fields.BigIntField(null=True)
    response_time_ms = fields.IntField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "chatbot_exchanges"
        indexes = (Index(fields=["tenant_id", "id"]), Index(fields=["session_id", "id"]))

"""Conversations and their messages: what tickets, dialogs, chatbot sessions and interviews have in common."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.fields import Field
from tortoise.indexes import Index
from tortoise.models import Model

from core.events import Visibility
from core.ids import new_uuid
from core.languages import Language


class ConversationKind(StrEnum):
    TICKET = "ticket"
    CHATBOT = "chatbot"
    INTERVIEW = "interview"
    DIALOG = "dialog"


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    OPERATOR = "operator"
    SYSTEM = "system"


class Conversation(Model):
    """The thread itself; what is special to its kind stands in the kind's own table under the same id."""

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField(db_index=True)
    kind = fields.CharEnumField(ConversationKind, max_length=16)
    customer_id: int | None = fields.BigIntField(null=True, db_index=True)
    language: Field[Language | None] = fields.CharEnumField(  # type: ignore[assignment]  # null=True
        Language, max_length=2, null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "conversations"


class Message(Model):
    """One message. ``turn_id`` is set on what answers a customer's turn, and unique there: a turn has one answer.

    It holds the customer's message id, or 0 where the turn is the ticket's own text.
    """

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    conversation_id: int = fields.BigIntField()
    author_kind = fields.CharEnumField(AuthorKind, max_length=16)
    author_id: int | None = fields.BigIntField(null=True)
    author_name = fields.CharField(max_length=128, null=True)
    """The name that an operator signed with, where it is not the account's."""
    visibility = fields.CharEnumField(Visibility, max_length=8, default=Visibility.PUBLIC)
    text = fields.TextField()
    turn_id: int | None = fields.BigIntField(null=True)
    client_id: UUID | None = fields.UUIDField(null=True)
    """The writer's own number of it: sent again, it is the same message."""
    confidence: float | None = fields.FloatField(null=True)
    model = fields.CharField(max_length=128, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "messages"
        unique_together = (("conversation_id", "turn_id"),)
        indexes = (Index(fields=["conversation_id", "id"]),)


class Attachment(Model):
    """A file, of a message once it is sent with one. ``storage_key`` is where the file store keeps it.

    While ``stored_at`` is None it only reserves its place in the quotas: it is being stored, or being removed.
    """

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    message_id: int | None = fields.BigIntField(null=True, db_index=True)
    uploaded_by_id: int | None = fields.BigIntField(null=True, db_index=True)
    guest_id: UUID | None = fields.UUIDField(null=True)
    """The visitor of a site who uploaded it."""
    file_name = fields.CharField(max_length=255)
    mime_type = fields.CharField(max_length=127)
    size_bytes = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    storage_key = fields.CharField(max_length=255)
    stored_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "attachments"

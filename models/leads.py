"""Leads, and the interviews that they come from."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.errors import InvalidTransition
from core.ids import new_uuid
from core.languages import Language


class LeadStatus(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REJECTED = "rejected"


MOVES: Mapping[LeadStatus, frozenset[LeadStatus]] = {
    LeadStatus.NEW: frozenset({LeadStatus.IN_PROGRESS, LeadStatus.COMPLETED, LeadStatus.REJECTED}),
    LeadStatus.IN_PROGRESS: frozenset({LeadStatus.NEW, LeadStatus.COMPLETED, LeadStatus.REJECTED}),
    LeadStatus.COMPLETED: frozenset({LeadStatus.IN_PROGRESS}),
    LeadStatus.REJECTED: frozenset({LeadStatus.IN_PROGRESS}),
}


class Interview(Model):
    """A conversation that asks for what a lead needs. ``id`` is the conversation's; a contact has one open at most.

    ``facts`` holds what the client said so far, by the names of :class:`Lead`'s columns; ``asked`` what was asked for.
    """

    id: int = fields.BigIntField(primary_key=True, generated=False)
    tenant_id: int = fields.BigIntField()
    contact_id: int = fields.BigIntField()
    owner_id: int | None = fields.BigIntField(null=True)
    language = fields.CharEnumField(Language, max_length=2)
    facts: dict[str, Any] = fields.JSONField(default=dict)
    asked: list[str] = fields.JSONField(default=list)
    finished_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "interviews"
        indexes = (Index(fields=["tenant_id", "contact_id", "id"]),)


class Lead(Model):
    """What an interview found out. ``phone`` is as the client wrote it, ``phone_e164`` what it means."""

    id = fields.BigIntField(primary_key=True)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    interview_id: int = fields.BigIntField(unique=True)
    contact_id: int = fields.BigIntField()
    owner_id: int | None = fields.BigIntField(null=True)
    name = fields.CharField(max_length=255)
    phone = fields.CharField(max_length=32)
    phone_e164 = fields.CharField(max_length=16)
    city = fields.CharField(max_length=255, null=True)
    object_type = fields.CharField(max_length=255, null=True)
    area = fields.CharField(max_length=64, null=True)
    summary: str = fields.TextField(default="")
    language = fields.CharEnumField(Language, max_length=2)
    status = fields.CharEnumField(LeadStatus, max_length=16, default=LeadStatus.NEW)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "leads"
        indexes = (Index(fields=["tenant_id", "id"]), Index(fields=["tenant_id", "status", "id"]))

    def move(self, status: LeadStatus) -> bool:
        """Change the status; False where it is the present one. Raises InvalidTransition."""
        if status is self.status:
            return False
        if status not in MOVES[self.status]:
            raise InvalidTransition("Lead", self.status, status)
        self.status = status
        return True

"""Dialogs: a person on a site or in Telegram, an assistant that answers, and the operators who take over."""

from enum import StrEnum
from typing import Self
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from tortoise.queryset import QuerySet

from core.actor import Actor
from core.ids import new_uuid


class DialogPlatform(StrEnum):
    TELEGRAM = "telegram"
    WEBSITE = "website"


class DialogStatus(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"


class HandoffStatus(StrEnum):
    """Where a dialog stands between its assistant and the operators: none → requested → active → released."""

    NONE = "none"
    REQUESTED = "requested"
    ACTIVE = "active"
    RELEASED = "released"


WITH_A_PERSON = frozenset({HandoffStatus.REQUESTED, HandoffStatus.ACTIVE})
"""While a dialog waits for an operator or has one, its assistant is silent."""


class Dialog(Model):
    """``id`` is the conversation's id. ``guest_id`` names an unknown visitor of a site; ``telegram_chat_id`` is the id
    of our row of the chat. ``handoff_id`` is the latest handoff, whose state ``handoff_status`` repeats for lists.
    """

    id: int = fields.BigIntField(primary_key=True, generated=False)
    public_id: UUID = fields.UUIDField(default=new_uuid, unique=True)
    tenant_id: int = fields.BigIntField()
    assistant_id: int = fields.BigIntField()
    platform = fields.CharEnumField(DialogPlatform, max_length=16)
    guest_id: UUID | None = fields.UUIDField(null=True)
    telegram_chat_id: int | None = fields.BigIntField(null=True)
    first_name = fields.CharField(max_length=128, default="")
    last_name = fields.CharField(max_length=128, default="")
    status = fields.CharEnumField(DialogStatus, max_length=16, default=DialogStatus.ACTIVE)
    handoff_status = fields.CharEnumField(HandoffStatus, max_length=16, default=HandoffStatus.NONE)
    handoff_id: int | None = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    """When something was last said or done in it."""

    class Meta:
        app = "opora"
        table = "dialogs"
        indexes = (Index(fields=["tenant_id", "id"]), Index(fields=["assistant_id"]))

    @classmethod
    def readable_by(cls, actor: Actor) -> QuerySet[Self]:
        """Dialogs that the actor may see: staff all of the tenant, a guest their own."""
        dialogs = cls.filter(tenant_id=actor.tenant_id)
        if actor.is_staff:
            return dialogs
        if actor.guest is None:
            return dialogs.filter(id=0)
        return dialogs.filter(guest_id=actor.guest.id, assistant_id=actor.guest.assistant_id)

    @property
    def with_a_person(self) -> bool:
        return self.handoff_status in WITH_A_PERSON

"""Saved views: filters of the inbox that somebody gave a name."""

from typing import Any, Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from tortoise.models import Model
from tortoise.queryset import QuerySet

from core.actor import Actor


class SavedView(Model):
    """``chosen`` is an ``InboxFilter`` of the API, as its owner's screen sent it. ``shared``: all staff see it."""

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    owner_id: int = fields.BigIntField()
    name = fields.CharField(max_length=64)
    shared = fields.BooleanField(default=False)
    chosen: dict[str, Any] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "opora"
        table = "saved_views"
        indexes = (Index(fields=["tenant_id", "id"]),)

    @classmethod
    def readable_by(cls, actor: Actor) -> QuerySet[Self]:
        """The actor's own, and those that colleagues share; customers have none."""
        views = cls.filter(tenant_id=actor.tenant_id)
        return views.filter(Q(owner_id=actor.user_id) | Q(shared=True)) if actor.is_staff else views.filter(id=0)

    def changeable_by(self, actor: Actor) -> bool:
        """Whether the actor may change or remove it: its owner, and admins where it is shared."""
        return self.owner_id == actor.user_id or (self.shared and actor.is_admin)

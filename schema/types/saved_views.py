"""Saved views of the inbox."""

from datetime import datetime
from typing import Self

import strawberry

from core.actor import Actor
from core.unset import UNSET
from models.saved_views import SavedView as ViewRow
from schema.types.rows import copier, shown_id
from schema.types.scalars import JSONObject
from services.saved_views import LONGEST_NAME, MOST, ViewChanges

_VIEW = copier("name", "shared", "created_at", "updated_at")
_FILTER = "A JSON object as `inbox(filter:)` takes one; the server keeps it as it is."


@strawberry.type(description="A filter of the inbox that somebody gave a name.")
class SavedView:
    id: strawberry.ID
    name: str
    filter: JSONObject = strawberry.field(description=_FILTER)
    shared: bool = strawberry.field(description="Whether all staff see it.")
    mine: bool = strawberry.field(description="Whether the caller made it.")
    can_change: bool = strawberry.field(description="Whether the caller may change or remove it.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: ViewRow, actor: Actor) -> Self:
        return cls(
            id=shown_id(row.id),
            filter=JSONObject(row.chosen),
            mine=row.owner_id == actor.user_id,
            can_change=row.changeable_by(actor),
            **_VIEW(row),
        )


@strawberry.input(description=f"A new view of the caller, who may have {MOST}.")
class CreateSavedViewInput:
    name: str = strawberry.field(description=f"1 to {LONGEST_NAME} characters.")
    filter: JSONObject = strawberry.field(description=_FILTER)
    shared: bool = False

    def changes(self) -> ViewChanges:
        return ViewChanges(self.name, self.filter, self.shared)


@strawberry.input(description="What to change of a view; what is left out stays.")
class UpdateSavedViewInput:
    name: strawberry.Maybe[str]
    filter: strawberry.Maybe[JSONObject]
    shared: strawberry.Maybe[bool]

    def changes(self) -> ViewChanges:
        return ViewChanges(
            name=self.name.value if self.name else UNSET,
            chosen=self.filter.value if self.filter else UNSET,
            shared=self.shared.value if self.shared else UNSET,
        )


@strawberry.type
class DeleteSavedViewPayload:
    id: strawberry.ID

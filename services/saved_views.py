"""Saved views of the inbox: kept by staff for themselves or for all colleagues."""

from dataclasses import dataclass, fields
from typing import Any

import orjson

from core.errors import Forbidden, InvalidInput, NotFound
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.saved_views import SavedView
from services.unit_of_work import UnitOfWork

LONGEST_NAME = 64
MOST = 100
"""Views that one person may have."""
_MOST_BYTES = 8_192


@dataclass(frozen=True, slots=True)
class ViewChanges:
    """What to change; a field left UNSET stays. ``chosen`` is an ``InboxFilter`` of the API, as a JSON object."""

    name: str | UnsetType = UNSET
    chosen: dict[str, Any] | UnsetType = UNSET
    shared: bool | UnsetType = UNSET

    def checked(self) -> dict[str, Any]:
        """The fields that are given. Raises InvalidInput."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        values = {name: value for name, value in given.items() if value is not UNSET}
        if "name" in values:
            values["name"] = checked_text(values["name"], field="name", least=1, most=LONGEST_NAME).strip()
        if len(orjson.dumps(values.get("chosen", {}))) > _MOST_BYTES:
            raise InvalidInput(f"filter must be at most {_MOST_BYTES} bytes long", field="filter")
        return values


async def list_views(uow: UnitOfWork) -> list[SavedView]:
    """The actor's own views and those that colleagues share, oldest first."""
    return await SavedView.readable_by(uow.actor).order_by("id")


async def create(uow: UnitOfWork, changes: ViewChanges) -> SavedView:
    """A new view of the actor. Raises Forbidden for customers and the system, InvalidInput for one view too many."""
    values = changes.checked()
    if not uow.actor.is_staff or uow.actor.user_id is None or uow.actor.home_tenant_id is not None:
        raise Forbidden
    if await SavedView.filter(tenant_id=uow.tenant_id, owner_id=uow.actor.user_id).count() >= MOST:
        raise InvalidInput(f"One person has at most {MOST} views: remove some first", field="name")
    return await SavedView.create(tenant_id=uow.tenant_id, owner_id=uow.actor.user_id, **values)


async def update(uow: UnitOfWork, view_id: int, changes: ViewChanges) -> SavedView:
    """Change a view. Raises NotFound, Forbidden where it is a colleague's, InvalidInput."""
    values = changes.checked()
    view = await _changeable(uow, view_id)
    await view.update_from_dict(values).save(update_fields=[*values, "updated_at"])
    return view


async def delete(uow: UnitOfWork, view_id: int) -> None:
    """Remove a view. Raises NotFound, Forbidden where it is a colleague's."""
    await (await _changeable(uow, view_id)).delete()


async def _changeable(uow: UnitOfWork, view_id: int) -> SavedView:
    view = await SavedView.readable_by(uow.actor).select_for_update().get_or_none(id=view_id)
    if view is None:
        raise NotFound("view", view_id)
    if not view.changeable_by(uow.actor):
        raise Forbidden
    return view

"""Categories: what a tenant sorts its tickets by. Seven come with every tenant, an admin adds others.

The built-in ones are written at first use, in the tenant's language: a tenant may be made in many places, and an old
one has to have them too.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import orjson

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.facts.triage import CategoriesChanged
from core.ids import new_uuid
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.categories import Category
from models.tenants import Tenant
from models.tickets import Ticket
from services.unit_of_work import UnitOfWork

MAX_DESCRIPTION = 2_000
MAX_CATEGORIES = 200
"""Of one tenant: lists are shown whole, and a classifier of more classes would guess."""

OTHER = "other"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LEARNED_FROM = frozenset({"name", "description", "is_active"})
# Two first uses at once both write: the second waits for the first, and then has nothing to add.
_ADD_BUILTIN = """
INSERT INTO categories (public_id, tenant_id, key, name, description, icon, color, is_active, sort_order, created_at,
    updated_at)
SELECT public_id, $1, key, name, description, icon, color, true, sort_order, clock_timestamp(), clock_timestamp()
FROM jsonb_to_recordset($2::jsonb)
    AS new (public_id uuid, key text, name text, description text, icon text, color text, sort_order int)
ON CONFLICT DO NOTHING
"""
_TAKEN = "SELECT is_active FROM categories WHERE id = $1 FOR KEY SHARE"
_NAMED = "SELECT 1 FROM categories WHERE tenant_id = $1 AND lower(name) = lower($2) AND id <> $3"
_LOCK_NAMES = "SELECT pg_advisory_xact_lock(7060110, ($1 % 2147483647)::int)"


@dataclass(frozen=True, slots=True)
class CategoryChanges:
    """What to change; a field left UNSET stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    icon: str | UnsetType = UNSET
    color: str | UnsetType = UNSET
    sort_order: int | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not UNSET}


@cache
def builtin() -> Mapping[str, Mapping[str, Any]]:
    """Icon, color, names and descriptions by language of the built-in categories, by key, in their order."""
    return tomllib.loads(files("services").joinpath("categories.toml").read_text("utf-8"))


async def list_categories(uow: UnitOfWork) -> list[Category]:
    """In the tenant's order: active ones for customers, all for staff. One statement but for the first time."""
    found = await ensure_builtin(uow)
    return found if uow.actor.is_staff else [category for category in found if category.is_active]


async def ensure_builtin(uow: UnitOfWork) -> list[Category]:
    """All categories of the tenant; the built-in ones are written where any of them is missing."""
    found = await _all()
    missing = builtin().keys() - {category.key for category in found}
    if missing:
        await _add_builtin(uow, missing)
        found = await _all()
    return found


async def get(uow: UnitOfWork, category_id: int) -> Category:
    """Raises NotFound, also to a customer for one that is not active."""
    return _seen(uow, await Category.get_or_none(id=category_id), category_id)


async def by_public_id(uow: UnitOfWork, public_id: UUID) -> Category:
    """As :func:`get`."""
    return _seen(uow, await Category.get_or_none(public_id=public_id), public_id)


async def by_keys(uow: UnitOfWork) -> dict[str, Category]:
    """The built-in categories by key, active or not."""
    return {category.key: category for category in await ensure_builtin(uow) if category.key}


async def take(uow: UnitOfWork, category_id: int) -> None:
    """Check that a ticket may be given this category, and keep it from being deleted until the unit of work ends.

    Raises InvalidInput.
    """
    row = await uow.row(_TAKEN, category_id)
    if row is None:
        raise InvalidInput("category_id must be a category of this tenant", field="category_id")
    if not row["is_active"]:
        raise InvalidInput("category_id must be an active category", field="category_id")


async def is_available(uow: UnitOfWork, category_id: int) -> bool:
    """As :func:`take`, for choices that no person made: False where the category is gone or switched off."""
    row = await uow.row(_TAKEN, category_id)
    return row is not None and bool(row["is_active"])


async def create(
    uow: UnitOfWork, *, name: str, description: str = "", icon: str = "", color: str = "", sort_order: int = 0
) -> Category:
    """A category of the tenant's own. Raises Forbidden below admin, InvalidInput, Conflict for a name that is taken."""
    _require_admin(uow)
    given = CategoryChanges(name, description, icon, color, sort_order)
    values = _checked(given)
    if len(await ensure_builtin(uow)) >= MAX_CATEGORIES:
        raise Conflict(f"A tenant has at most {MAX_CATEGORIES} categories")
    await _check_free(uow, values["name"], but=0)
    category = await Category.create(tenant_id=uow.tenant_id, **values)
    uow.emit(CategoriesChanged(category.id))
    return category


async def update(uow: UnitOfWork, category_id: int, changes: CategoryChanges) -> Category:
    """Change what is given. Raises Forbidden below admin, NotFound, InvalidInput, Conflict."""
    _require_admin(uow)
    category = await _locked(category_id, deleting=False)
    changed = {name: value for name, value in _checked(changes).items() if getattr(category, name) != value}
    if "name" in changed:
        await _check_free(uow, changed["name"], but=category.id)
    if changed:
        await category.update_from_dict(changed).save(update_fields=[*changed, "updated_at"])
    if changed.keys() & _LEARNED_FROM:
        uow.emit(CategoriesChanged(category.id))
    return category


async def delete(uow: UnitOfWork, category_id: int) -> None:
    """Raises Forbidden below admin, NotFound; Conflict for a built-in one, and for one that tickets are in."""
    _require_admin(uow)
    category = await _locked(category_id, deleting=True)
    if category.key is not None:
        raise Conflict("A built-in category is not deleted: deactivate it")
    # The row lock keeps tickets from taking the category (see take) while they are counted.
    count = await Ticket.filter(category_id=category.id).count()
    if count:
        tickets = "1 ticket is" if count == 1 else f"{count} tickets are"
        raise Conflict(f"The category is in use: {tickets} in it. Move them to another one, or deactivate it")
    await category.delete()
    uow.emit(CategoriesChanged(category.id))


async def _all() -> list[Category]:
    return await Category.all().order_by("sort_order", "id")


async def _add_builtin(uow: UnitOfWork, keys: Iterable[str]) -> None:
    wanted = set(keys)
    language = (await Tenant.get(id=uow.tenant_id)).language
    rows = [
        {
            "public_id": new_uuid(),
            "key": key,
            "name": each[language],
            "description": each["description"][language],
            "icon": each["icon"],
            "color": each["color"],
            "sort_order": number,
        }
        for number, (key, each) in enumerate(builtin().items(), 1)
        if key in wanted
    ]
    await uow.rows(_ADD_BUILTIN, uow.tenant_id, orjson.dumps(rows).decode())


async def _locked(category_id: int, *, deleting: bool) -> Category:
    category = await Category.filter(id=category_id).select_for_update(no_key=not deleting).get_or_none()
    if category is None:
        raise NotFound("category", category_id)
    return category


async def _check_free(uow: UnitOfWork, name: str, *, but: int) -> None:
    """Names of one tenant are given one after another: of two alike at once, the second finds the first."""
    await uow.rows(_LOCK_NAMES, uow.tenant_id)
    if await uow.row(_NAMED, uow.tenant_id, name, but) is not None:
        raise Conflict("A category of this name exists", field="name")


def _seen(uow: UnitOfWork, category: Category | None, key: object) -> Category:
    if category is None or not (category.is_active or uow.actor.is_staff):
        raise NotFound("category", key)
    return category


def _checked(changes: CategoryChanges) -> dict[str, Any]:
    values = changes.given()
    if isinstance(changes.name, str):
        values["name"] = checked_text(changes.name.strip(), field="name", least=1, most=100)
    if isinstance(changes.description, str):
        checked_text(changes.description, field="description", most=MAX_DESCRIPTION)
    if isinstance(changes.icon, str):
        checked_text(changes.icon, field="icon", most=16)
    if isinstance(changes.color, str) and changes.color and not _COLOR.fullmatch(changes.color):
        raise InvalidInput("color must be written as #rrggbb", field="color")
    if isinstance(changes.sort_order, int) and not -(2**31) <= changes.sort_order < 2**31:
        raise InvalidInput("sort_order must fit in 32 bits", field="sort_order")
    return values


def _require_admin(uow: UnitOfWork) -> None:
    if not uow.actor.is_admin:
        raise Forbidden

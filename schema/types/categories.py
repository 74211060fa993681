"""Categories of tickets."""

from typing import Self
from uuid import UUID

import strawberry

from models.categories import Category as CategoryModel
from schema.types.rows import copier, shown_id, view
from services.categories import CategoryChanges
from services.ticket_rows import CATEGORY, CategoryRow, TicketRow

_CATEGORY = copier("public_id", "key", "name", "description", "icon", "color", "is_active", "sort_order")


@strawberry.type(description="What a tenant sorts its tickets by.")
class Category:
    id: strawberry.ID
    public_id: UUID = strawberry.field(description="Its id in the Telegram dialect.")
    key: str | None = strawberry.field(description="Names one of the seven built-in categories; null for others.")
    name: str
    description: str
    icon: str
    color: str = strawberry.field(description="`#rrggbb`, or empty.")
    is_active: bool = strawberry.field(description="Whether new tickets may be given it.")
    sort_order: int

    @classmethod
    def of(cls, row: CategoryModel | CategoryRow) -> Self:
        return cls(id=shown_id(row.id), **_CATEGORY(row))

    @classmethod
    def of_or_none(cls, row: CategoryRow | None) -> Self | None:
        return None if row is None else cls.of(row)


_listed = view(Category, CATEGORY)


def category_of(row: TicketRow) -> Category | None:
    """Of a ticket in a list."""
    return None if row.get("category_id") is None else _listed(row, None)


@strawberry.input
class CreateCategoryInput:
    name: str = strawberry.field(description="1 to 100 characters; no other category of the tenant has it.")
    description: str = strawberry.field(default="", description="What belongs here: the classifier learns from it.")
    icon: str = ""
    color: str = strawberry.field(default="", description="`#rrggbb`.")
    sort_order: int = 0


@strawberry.input(description="What to change of a category; what is left out stays.")
class UpdateCategoryInput:
    name: strawberry.Maybe[str]
    description: strawberry.Maybe[str]
    icon: strawberry.Maybe[str]
    color: strawberry.Maybe[str]
    sort_order: strawberry.Maybe[int]
    is_active: strawberry.Maybe[bool]

    def changes(self) -> CategoryChanges:
        return CategoryChanges(**{name: given.value for name, given in vars(self).items() if given is not None})


@strawberry.type
class DeleteCategoryPayload:
    id: strawberry.ID

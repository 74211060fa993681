"""🏷️ Категории."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from models.categories import Category
from rest.operations import Examples, Group
from rest.shapes import NOT_BLANK
from rest.telegram.category_examples import CATEGORIES, CHANGES, CREATED, DELETED, NEW_CATEGORY
from rest.telegram.words import PublicId
from services import categories
from services.categories import MAX_DESCRIPTION, CategoryChanges
from services.rate_limits import Bucket
from services.unit_of_work import UnitOfWork, unit_of_work

group = Group("Категории", Bucket.OTHER)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, description="Название", extra_json_schema=NOT_BLANK)]
Description = Annotated[str, msgspec.Meta(max_length=MAX_DESCRIPTION)]
Icon = Annotated[str, msgspec.Meta(max_length=16)]
Color = Annotated[
    str, msgspec.Meta(max_length=7, description="#rrggbb", extra_json_schema={"pattern": "^(#[0-9a-fA-F]{6})?$"})
]
SortOrder = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]


class CategoryView(msgspec.Struct):
    id: UUID
    name: str
    description: str
    icon: str
    color: str
    is_active: bool
    sort_order: int

    @classmethod
    def of(cls, category: Category) -> "CategoryView":
        return cls(
            id=category.public_id,
            name=category.name,
            description=category.description,
            icon=category.icon,
            color=category.color,
            is_active=category.is_active,
            sort_order=category.sort_order,
        )


class NewCategory(msgspec.Struct):
    name: Name
    description: Description = ""
    icon: Icon = ""
    color: Color = ""
    sort_order: SortOrder = 0


class CategoryPut(msgspec.Struct):
    """What to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    icon: Icon | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    sort_order: SortOrder | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def changes(self) -> CategoryChanges:
        given = msgspec.structs.asdict(self).items()
        return CategoryChanges(**{name: unset.UNSET if value is UNSET else value for name, value in given})


class MessageView(msgspec.Struct):
    message: str


@group.get("/categories", "Список категорий тикетов", examples=Examples(response=CATEGORIES))
async def list_categories(actor: Actor) -> list[CategoryView]:
    """Customers see the active ones."""
    async with unit_of_work(actor) as uow:
        return [CategoryView.of(category) for category in await categories.list_categories(uow)]


@group.post(
    "/categories", "Создание категории", role=Role.ADMIN, status=201, errors=(409,),
    examples=Examples(NEW_CATEGORY, CREATED),
)  # fmt: skip
async def create_category(actor: Actor, body: NewCategory) -> CategoryView:
    async with unit_of_work(actor) as uow:
        return CategoryView.of(await categories.create(uow, **msgspec.structs.asdict(body)))


@group.put(
    "/categories/{id}", "Обновление категории", role=Role.ADMIN, errors=(404, 409),
    examples=Examples(CHANGES, CREATED | CHANGES),
)  # fmt: skip
async def update_category(actor: Actor, id: PublicId, body: CategoryPut) -> CategoryView:
    async with unit_of_work(actor) as uow:
        number = await _number(uow, id)
        return CategoryView.of(await categories.update(uow, number, body.changes()))


@group.delete(
    "/categories/{id}", "Удаление категории", role=Role.ADMIN, errors=(404, 409),
    examples=Examples(response=DELETED),
)  # fmt: skip
async def delete_category(actor: Actor, id: PublicId) -> MessageView:
    """409, где категория встроенная или в ней есть тикеты: сказано, сколько."""
    async with unit_of_work(actor) as uow:
        await categories.delete(uow, await _number(uow, id))
    return MessageView("Категория успешно удалена")


async def _number(uow: UnitOfWork, public_id: UUID) -> int:
    number: int = (await categories.by_public_id(uow, public_id)).id
    return number

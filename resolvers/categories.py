"""Categories of tickets."""

import strawberry

from resolvers.policy import Requires, mutation, query
from schema.types.categories import Category, CreateCategoryInput, DeleteCategoryPayload, UpdateCategoryInput
from schema.types.context import ID, Info
from schema.types.scalars import row_id
from services import categories
from services.unit_of_work import unit_of_work


@strawberry.type
class CategoryQuery:
    @query(Requires.CATEGORY_READ)
    async def categories(self, info: Info) -> list[Category]:
        """All categories in the tenant's order; customers see the active ones."""
        async with unit_of_work(info.context.actor) as uow:
            return [Category.of(row) for row in await categories.list_categories(uow)]


@strawberry.type
class CategoryMutation:
    @mutation(Requires.CATEGORY_MANAGE)
    async def create_category(self, info: Info, input: CreateCategoryInput) -> Category:
        """A category of the tenant's own. Errors: CONFLICT for a name that is taken."""
        async with unit_of_work(info.context.actor) as uow:
            return Category.of(await categories.create(uow, **vars(input)))

    @mutation(Requires.CATEGORY_MANAGE)
    async def update_category(self, info: Info, id: ID, input: UpdateCategoryInput) -> Category:
        """Change a category. Errors: CONFLICT for a name that is taken."""
        async with unit_of_work(info.context.actor) as uow:
            return Category.of(await categories.update(uow, row_id(id), input.changes()))

    @mutation(Requires.CATEGORY_MANAGE)
    async def delete_category(self, info: Info, id: ID) -> DeleteCategoryPayload:
        """Remove a category. Errors: CONFLICT for a built-in one, and for one in use, saying by how many tickets."""
        async with unit_of_work(info.context.actor) as uow:
            await categories.delete(uow, row_id(id))
        return DeleteCategoryPayload(id=id)

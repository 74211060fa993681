"""Who looks at a conversation now."""

import asyncio

import strawberry

from schema.types.context import Info, computed
from schema.types.people import Person


@strawberry.type(description="Those of the staff who look at a ticket or dialog, but for the caller.")
class Viewers:
    user_ids: strawberry.Private[frozenset[int]]

    @computed("Without those of other tenants.")
    async def people(self, info: Info) -> list[Person]:
        # All at once, so that they share a statement.
        users = await asyncio.gather(*map(info.context.loaders.users.load, sorted(self.user_ids)))
        return [Person.of(user, info.context.actor) for user in users if user is not None]

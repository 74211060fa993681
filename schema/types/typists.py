"""Who is typing."""

import strawberry

from schema.types.context import Info, computed
from schema.types.people import Person


@strawberry.type(description="Somebody began or stopped typing in a ticket.")
class Typing:
    is_typing: bool
    user_id: strawberry.Private[int | None]

    @computed("Null for somebody of another tenant who looks in.")
    async def user(self, info: Info) -> Person | None:
        if self.user_id is None:
            return None
        return Person.of_or_none(await info.context.loaders.users.load(self.user_id), info.context.actor)


@strawberry.type
class SetTypingPayload:
    is_typing: bool

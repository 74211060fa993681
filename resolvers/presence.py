"""Who looks at a conversation now, and who is there to be given it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from realtime.presence import watch_presence
from resolvers.policy import Requires, query, subscription
from schema.types.context import ID, Info
from schema.types.people import Person
from schema.types.presence import Viewers
from schema.types.scalars import row_id
from services import conversations, people
from services.unit_of_work import unit_of_work


@strawberry.type
class PresenceQuery:
    @query(Requires.STAFF_READ)
    async def staff(self, info: Info) -> list[Person]:
        """Who answers customers in the tenant, by name: active users from agents up."""
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            return [Person.of(user, actor) for user in await people.staff(uow)]


@strawberry.type
class PresenceSubscription:
    @subscription(Requires.PRESENCE_WATCH)
    async def viewers(self, info: Info, conversation_id: ID) -> AsyncGenerator[Viewers, None]:
        """Who else of the staff looks at a ticket or dialog, at each change; whoever subscribes is seen to look.

        Nothing is stored. Errors: NOT_FOUND, ACCESS_REVOKED.
        """
        actor = info.context.actor
        async with unit_of_work(actor) as uow:
            found = await conversations.get(uow, row_id(conversation_id, "conversation_id"))
        async with aclosing(watch_presence(actor, conversations.topic_of(found))) as changes:
            async for others in changes:
                yield Viewers(user_ids=others)

"""Who is typing in a ticket, while it lasts."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from core.events import ticket_topic
from realtime.subscription import watch_ephemeral
from realtime.typists import TYPING, is_own, tell_typing
from resolvers.policy import Requires, mutation, subscription
from schema.types.context import ID, Info
from schema.types.scalars import row_id
from schema.types.typists import SetTypingPayload, Typing


@strawberry.type
class TypistMutation:
    @mutation(Requires.TYPING)
    async def set_typing(self, info: Info, ticket_id: ID, is_typing: bool) -> SetTypingPayload:
        """Tell whoever watches the ticket that the caller types, or has stopped. Nothing is stored."""
        await tell_typing(info.context.actor, ticket_topic(row_id(ticket_id, "ticket_id")), is_typing=is_typing)
        return SetTypingPayload(is_typing=is_typing)


@strawberry.type
class TypistSubscription:
    @subscription(Requires.TYPING)
    async def typing(self, info: Info, ticket_id: ID) -> AsyncGenerator[Typing, None]:
        """Who types in a ticket, others than the caller. It may miss some: nothing is stored or sent again."""
        actor = info.context.actor
        async with aclosing(watch_ephemeral(actor, ticket_topic(row_id(ticket_id, "ticket_id")))) as frames:
            async for frame in frames:
                if frame.get("type") == TYPING and not is_own(frame, actor):
                    yield Typing(is_typing=frame["is_typing"], user_id=frame["user_id"])

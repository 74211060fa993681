"""The chatbot: asking it, its log, watching its sessions."""

from collections.abc import AsyncGenerator

import strawberry

from core.actor import Actor
from core.facts.chatbot import ChatbotMessageAdded as MessageFact
from core.facts.chatbot import chatbot_topic, own_chatbot_topic
from core.paging import CursorPage
from realtime.content import content_of
from resolvers.feeds import feed
from resolvers.policy import Requires, mutation, query, subscription
from schema.types.chatbot import (
    AskChatbotInput,
    ChatbotAnalytics,
    ChatbotExchange,
    ChatbotLogFilter,
    ChatbotMessageAdded,
    ChatbotReply,
)
from schema.types.context import Info
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import BigInt
from services import chatbot, chatbot_log
from services.events import StoredEvent
from services.unit_of_work import unit_of_work


@strawberry.type
class ChatbotQuery:
    @query(Requires.CHATBOT_LOG)
    async def chatbot_analytics(self, info: Info) -> ChatbotAnalytics:
        """What all that was asked of the chatbot comes to."""
        async with unit_of_work(info.context.actor) as uow:
            return ChatbotAnalytics.of(await chatbot_log.summary(uow))

    @query(Requires.CHATBOT_LOG)
    async def chatbot_logs(
        self, info: Info, first: First = 20, after: After = None, filter: ChatbotLogFilter | None = None
    ) -> Connection[ChatbotExchange]:
        """What was asked of the chatbot and what it said, newest first."""
        chosen, page = (filter or ChatbotLogFilter()).chosen(), CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await chatbot_log.page_log(uow, chosen, page)
        return connection(rows, node=ChatbotExchange.of, key=lambda row: row.id, after=after)


@strawberry.type
class ChatbotMutation:
    @mutation(Requires.CHATBOT_ASK, names={"session_id": "sessionId"})
    async def ask_chatbot(self, info: Info, input: AskChatbotInput) -> ChatbotReply:
        """Ask the chatbot. Where it has no ground for an answer, or a person is asked for, a ticket is opened."""
        reply = await chatbot.chat(info.context.actor, message=input.message, session_key=input.session_id)
        return ChatbotReply.of(reply)


@strawberry.type
class ChatbotSubscription:
    @subscription(Requires.CHATBOT_WATCH)
    def chatbot_events(self, info: Info, after: BigInt | None = None) -> AsyncGenerator[ChatbotMessageAdded, None]:
        """What is said in sessions with the chatbot: the caller's own, for staff all of the tenant.

        Resumes as `ticketEvents` does.
        """
        actor = info.context.actor
        topic = chatbot_topic(actor.tenant_id) if actor.is_staff else own_chatbot_topic(actor.user_id or 0)
        return feed(info, topic, _shown, after=after)


async def _shown(event: StoredEvent, actor: Actor) -> ChatbotMessageAdded | None:
    content = await content_of(event)
    if event.kind != MessageFact.kind or not content.visible_to(actor):
        return None
    return ChatbotMessageAdded.of(event, content.message)

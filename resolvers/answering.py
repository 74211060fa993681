"""The assistant: asked freely, asked to answer a ticket, watched while it writes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from resolvers.answer_steps import watch_answers
from resolvers.policy import Requires, mutation, query, subscription
from schema.types.answering import AgentHealth, Answer, RequestReplyPayload
from schema.types.context import ID, Info
from schema.types.events import AnswerEvent
from schema.types.scalars import row_id
from services import answering, retrieval
from services.unit_of_work import unit_of_work

MaxContext = Annotated[int, strawberry.argument(description=f"Passages to look at, 1 to {retrieval.CANDIDATES}.")]


@strawberry.type
class AnsweringQuery:
    @query(Requires.AGENT_HEALTH)
    async def agent_health(self, info: Info) -> AgentHealth:
        """The models in use, and whether the chat endpoint answers."""
        return AgentHealth.of(await answering.model_health())

    @query(Requires.ANSWER_ASK)
    async def ask(self, info: Info, question: str, max_context: MaxContext = 5) -> Answer:
        """The playground: what the assistant would say. Nothing is stored."""
        return Answer.of(await answering.ask(info.context.actor, question, max_context=max_context))


@strawberry.type
class AnsweringMutation:
    @mutation(Requires.ANSWER_ASK)
    async def respond_to_ticket(
        self, info: Info, ticket_id: ID, save: bool = True, max_context: MaxContext = 5
    ) -> Answer:
        """Answer a ticket's last turn now; `save` stores the answer or calls a person. Errors: NOT_FOUND, FORBIDDEN."""
        draft = await answering.respond(
            info.context.actor, row_id(ticket_id, "ticket_id"), save=save, max_context=max_context
        )
        return Answer.of(draft)

    @mutation(Requires.ANSWER_ASK)
    async def request_reply(self, info: Info, ticket_id: ID) -> RequestReplyPayload:
        """Have a ticket's last turn answered in the background. Errors: NOT_FOUND, FORBIDDEN."""
        async with unit_of_work(info.context.actor) as uow:
            await answering.request_reply(uow, row_id(ticket_id, "ticket_id"))
        return RequestReplyPayload(ticket_id=ticket_id)


@strawberry.type
class AnsweringSubscription:
    @subscription(Requires.ANSWER_WATCH)
    async def answer_stream(self, info: Info, ticket_id: ID) -> AsyncGenerator[AnswerEvent, None]:
        """Answers to a ticket while they are written; pieces may be lost, `AnswerFinished` brings the message."""
        async with aclosing(watch_answers(info.context.actor, row_id(ticket_id, "ticket_id"))) as steps:
            async for step in steps:
                yield step

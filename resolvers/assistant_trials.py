"""Trying an assistant out."""

import strawberry

from resolvers.policy import Requires, query
from schema.types.answering import Answer
from schema.types.context import ID, Info
from schema.types.scalars import row_id
from services import assistant_trials


@strawberry.type
class AssistantTrialQuery:
    @query(Requires.ASSISTANT_TRY)
    async def ask_assistant(self, info: Info, id: ID, message: str) -> Answer:
        """Try an assistant out; nothing is stored.

        Errors: NOT_FOUND, AI_PROVIDER_UNAVAILABLE, AI_TOKEN_LIMIT_EXCEEDED, AI_REQUEST_TIMEOUT, AI_PROXY_FAILOVER.
        """
        return Answer.of(await assistant_trials.ask(info.context.actor, row_id(id), message))

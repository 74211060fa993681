"""The copilot of operators: it suggests and rewrites, people send."""

import strawberry

from core.languages import Language
from resolvers.policy import Requires, mutation, query
from schema.types.answering import Answer
from schema.types.context import ID, Info
from schema.types.copilot import Copilot, CopilotText
from schema.types.scalars import row_id
from services import copilot
from services.copilot import Rewriting


@strawberry.type
class CopilotQuery:
    @query(Requires.COPILOT_READ)
    async def copilot(self, info: Info) -> Copilot:
        """Whether there is a copilot, and why not."""
        return Copilot.of(await copilot.model_name(info.context.actor))


@strawberry.type
class CopilotMutation:
    @mutation(Requires.COPILOT_USE)
    async def suggest_reply(self, info: Info, conversation_id: ID) -> Answer:
        """A reply to what the customer of a ticket or dialog asked last, by the tenant's knowledge. It is not stored.

        `needsEscalation` where the knowledge says nothing of it. Errors: NOT_FOUND, NOTHING_TO_ANSWER,
        COPILOT_UNAVAILABLE, AI_PROVIDER_UNAVAILABLE, AI_TOKEN_LIMIT_EXCEEDED, AI_REQUEST_TIMEOUT, AI_PROXY_FAILOVER.
        """
        return Answer.of(await copilot.suggest(info.context.actor, row_id(conversation_id, "conversation_id")))

    @mutation(Requires.COPILOT_USE)
    async def shorten_text(self, info: Info, text: str) -> CopilotText:
        """The text, of up to 6,000 characters, in fewer words. Errors: as of `suggestReply`; AI_ANSWER_CUT_SHORT."""
        return CopilotText.of(await copilot.rewrite(info.context.actor, text, Rewriting.SHORTEN))

    @mutation(Requires.COPILOT_USE)
    async def translate_text(self, info: Info, text: str, language: Language) -> CopilotText:
        """The text, of up to 6,000 characters, in another language. Errors: as of `shortenText`."""
        return CopilotText.of(await copilot.rewrite(info.context.actor, text, Rewriting.TRANSLATE, language))

    @mutation(Requires.COPILOT_USE)
    async def summarise_conversation(self, info: Info, conversation_id: ID, language: Language) -> CopilotText:
        """What was said in a ticket or dialog, in a few sentences of `language`. Errors: as of `suggestReply`."""
        number = row_id(conversation_id, "conversation_id")
        return CopilotText.of(await copilot.summarise(info.context.actor, number, language))

"""What the assistant says, and with what it says it."""

from typing import Self

import strawberry

from schema.types.escalations import EscalationReason
from schema.types.knowledge import FoundChunk
from schema.types.languages import Language
from schema.types.rows import copier
from services.answering import AnswerHealth
from services.drafting import Draft

_ANSWER = copier("content", "needs_escalation", "model", "confidence", "language")


@strawberry.type(description="An answer of the assistant.")
class Answer:
    content: str = strawberry.field(description="The reply, or the notice that a person takes over.")
    needs_escalation: bool
    escalation_reason: EscalationReason | None
    context: list[FoundChunk] = strawberry.field(description="All that was found, best first.")
    cited: list[FoundChunk] = strawberry.field(description="What the reply rests on, in the order of its markers.")
    model: str = strawberry.field(description="`extractive` where no chat model is configured: the reply is a quote.")
    confidence: float | None
    language: Language

    @classmethod
    def of(cls, draft: Draft) -> Self:
        return cls(
            escalation_reason=draft.escalation,
            context=[FoundChunk.of(chunk) for chunk in draft.context],
            cited=[FoundChunk.of(chunk) for chunk in draft.cited],
            **_ANSWER(draft),
        )


@strawberry.type(description="A reply has been asked for; it arrives in the ticket.")
class RequestReplyPayload:
    ticket_id: strawberry.ID


@strawberry.type(description="The models that are used.")
class AgentHealth:
    available: bool = strawberry.field(description="Whether a chat endpoint is configured and answers.")
    chat_model: str
    embed_model: str
    models: list[str] = strawberry.field(description="What the chat endpoint offers.")

    @classmethod
    def of(cls, health: AnswerHealth) -> Self:
        return cls(
            available=health.available,
            chat_model=health.chat_model,
            embed_model=health.embed_model,
            models=list(health.models),
        )

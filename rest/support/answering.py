"""🤖 Agent API: the assistant on demand."""

from typing import Annotated

import msgspec

from core.actor import Actor
from rest.operations import Examples, Group, Id
from rest.shapes import NOT_BLANK
from rest.support import examples
from rest.support.knowledge import FoundChunkView
from services import answering, retrieval
from services.drafting import Draft
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Agent", Bucket.AGENT)

MaxContext = Annotated[int, msgspec.Meta(ge=1, le=retrieval.CANDIDATES, description="Passages to look at")]


class AgentHealthView(msgspec.Struct):
    """``ollama_available``: whether the configured chat endpoint answers."""

    ollama_available: bool
    chat_model: str
    embed_model: str
    models_loaded: list[str]


class RespondBody(msgspec.Struct):
    save_response: bool = True
    max_context: MaxContext = 5


class AskBody(msgspec.Struct):
    question: Annotated[str, msgspec.Meta(min_length=1, max_length=retrieval.MAX_QUESTION, extra_json_schema=NOT_BLANK)]
    max_context: MaxContext = 5


class AnswerView(msgspec.Struct):
    """``confidence``, 0 to 1, is null where nothing was searched."""

    content: str
    needs_escalation: bool
    escalation_reason: str | None
    context_used: list[FoundChunkView]
    model: str
    confidence: float | None
    language: str

    @classmethod
    def of(cls, draft: Draft) -> "AnswerView":
        return cls(
            content=draft.content,
            needs_escalation=draft.needs_escalation,
            escalation_reason=draft.escalation,
            context_used=[FoundChunkView.of(found) for found in draft.context],
            model=draft.model,
            confidence=round(draft.confidence, 4) if draft.confidence is not None else None,
            language=draft.language,
        )


class AcceptedView(msgspec.Struct):
    status: str
    message: str
    ticket_id: int


@group.get("/agent/health", "Проверка здоровья AI", examples=Examples(response=examples.AGENT_HEALTH))
async def agent_health(actor: Actor) -> AgentHealthView:
    health = await answering.model_health()
    return AgentHealthView(health.available, health.chat_model, health.embed_model, list(health.models))


@group.post(
    "/agent/respond/{ticket_id}", "Генерация ответа на тикет", errors=(400, 403, 404),
    examples=Examples(examples.RESPOND, examples.ANSWER),
)  # fmt: skip
async def respond(actor: Actor, ticket_id: Id, body: RespondBody) -> AnswerView:
    """With `save_response` the answer becomes a message of the ticket, unless its last turn has one."""
    draft = await answering.respond(actor, ticket_id, save=body.save_response, max_context=body.max_context)
    return AnswerView.of(draft)


@group.post("/agent/ask", "Свободный вопрос (Playground)", examples=Examples(examples.ASK, examples.ANSWER))
async def ask(actor: Actor, body: AskBody) -> AnswerView:
    return AnswerView.of(await answering.ask(actor, body.question, max_context=body.max_context))


@group.post(
    "/agent/auto-respond/{ticket_id}", "Автоответ в фоне", status=202, errors=(403, 404),
    examples=Examples(response=examples.ACCEPTED),
)  # fmt: skip
async def auto_respond(actor: Actor, ticket_id: Id) -> AcceptedView:
    async with unit_of_work(actor) as uow:
        await answering.request_reply(uow, ticket_id)
    return AcceptedView("accepted", f"Auto-response triggered for ticket {ticket_id}", ticket_id)

"""🤖 Проверка ассистента: what it would answer. It stands in no path of the document."""

from typing import Annotated

import msgspec

from core.actor import Actor, Role
from rest.operations import Examples, Group, Id
from rest.replyx import ai_tokens_examples as examples
from rest.shapes import words
from services import assistant_trials, retrieval
from services.rate_limits import Bucket

group = Group("Ассистенты", Bucket.OTHER)


class AssistantTrial(msgspec.Struct):
    message: Annotated[str, msgspec.Meta(extra_json_schema=words(retrieval.MAX_QUESTION))]


class AssistantTrialView(msgspec.Struct):
    """``answer`` is what a customer would read; nothing of it is stored."""

    answer: str
    model: str
    needs_handoff: bool
    sources: list[str]


@group.post(
    "/assistants/{assistant_id}/test", "Проверка ассистента", role=Role.AGENT, bucket=Bucket.AGENT,
    errors=(404, 429, 503), examples=Examples({"message": "Сколько идёт доставка?"}, examples.ASSISTANT_TRIAL),
)  # fmt: skip
async def test_assistant(actor: Actor, assistant_id: Id, body: AssistantTrial) -> AssistantTrialView:
    """Ответ по знаниям ассистента, без сохранения. Если модель не отвечает, ошибка называет причину (AI_*)."""
    draft = await assistant_trials.ask(actor, assistant_id, body.message)
    sources = list(dict.fromkeys(chunk.source for chunk in draft.cited))
    return AssistantTrialView(draft.content, draft.model, draft.needs_escalation, sources)

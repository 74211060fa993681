"""🔄 Handoff система: dialogs are handed to operators and back. `take` is the older form of `takeover`."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from core.actor import Actor, Role
from core.ids import new_uuid
from core.languages import Language
from models.dialogs import HandoffStatus
from models.handoffs import Handoff, HandoffPriority, HandoffState
from models.tickets import Sentiment
from rest.operations import Examples, Group, Id, Origin
from rest.replyx import handoff_examples as examples
from rest.replyx.words import duration, moment, wait
from rest.shapes import words
from services import handoff_context, handoffs
from services.handoff_context import Attempt, Packet
from services.handoff_notices import LONGEST_NAME
from services.handoffs import LONGEST_TEXT, LONGEST_WORD, Taken, Wish
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Handoff система", Bucket.OTHER)

Word = Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_WORD))]
Comment = Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_TEXT, blank=True))]
ShownName = Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_NAME))]


class HandoffRequest(msgspec.Struct):
    """Without ``request_id``, which the older form does not have, each request is one of its own."""

    reason: Word = "customer_request"
    request_id: Word | None = None
    last_user_text: Comment = ""
    priority: HandoffPriority | None = None


class RequestedView(msgspec.Struct):
    """The answer to a request, the same however often it is sent: ``status`` is what the request came to."""

    dialog_id: int
    reason: str
    queue_position: int
    estimated_wait_time: str
    request_id: str
    created_at: datetime
    status: Literal["requested"] = "requested"

    @classmethod
    def of(cls, handoff: Handoff) -> "RequestedView":
        return cls(
            dialog_id=handoff.dialog_id,
            reason=handoff.reason,
            queue_position=handoff.queue_position,
            estimated_wait_time=wait(handoff.estimated_wait_s),
            request_id=handoff.request_id,
            created_at=moment(handoff.requested_at),
        )


class Takeover(msgspec.Struct):
    """``operator_name`` is what the customer is told; another's ``operator_id`` is for admins."""

    operator_comment: Comment = ""
    operator_name: ShownName | None = None
    operator_id: Id | None = None


class OperatorView(msgspec.Struct):
    id: int
    name: str
    email: str | None


class TakenView(msgspec.Struct):
    dialog_id: int
    operator: OperatorView
    taken_at: datetime | None
    status: Literal["active"] = "active"

    @classmethod
    def of(cls, taken: Taken) -> "TakenView":
        operator, at = taken.operator, taken.handoff.taken_at
        shown = OperatorView(operator.id, operator.full_name, operator.email)
        return cls(taken.handoff.dialog_id, shown, None if at is None else moment(at))


class Release(msgspec.Struct):
    resolution: Word | None = None
    operator_comment: Comment = ""
    return_to_ai: bool = True


class ReleasedView(msgspec.Struct):
    dialog_id: int
    handoff_status: HandoffStatus
    resolution: str | None
    return_to_ai: bool
    released_at: datetime | None
    status: Literal["released"] = "released"


class Cancellation(msgspec.Struct):
    cancel_reason: Word = "cancelled"
    comment: Comment = ""


class CancelledView(msgspec.Struct):
    dialog_id: int
    handoff_status: HandoffStatus
    cancel_reason: str | None
    cancelled_at: datetime | None
    status: Literal["cancelled"] = "cancelled"


class CitationView(msgspec.Struct):
    source: str
    quote: str


class AttemptView(msgspec.Struct):
    question: str | None
    answer: str
    confidence: float | None
    citations: list[CitationView]

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptView":
        cited = [CitationView(citation.source, citation.quote) for citation in attempt.citations]
        return cls(attempt.question, attempt.answer, attempt.confidence, cited)


class ContextView(msgspec.Struct):
    dialog_id: int
    status: HandoffState
    reason: str
    priority: HandoffPriority
    language: Language
    wait_time: str
    summary: str
    customer_quotes: list[str]
    sentiment: Sentiment | None
    ai_attempts: list[AttemptView]
    previous_handoffs: int

    @classmethod
    def of(cls, packet: Packet) -> "ContextView":
        handoff = packet.handoff
        return cls(
            dialog_id=handoff.dialog_id,
            status=handoff.state,
            reason=handoff.reason,
            priority=handoff.priority,
            language=packet.language,
            wait_time=duration(packet.waiting_s),
            summary=packet.summary,
            customer_quotes=list(packet.quotes),
            sentiment=packet.sentiment,
            ai_attempts=[AttemptView.of(attempt) for attempt in packet.attempts],
            previous_handoffs=packet.earlier_handoffs,
        )


@group.post(
    "/dialogs/{dialog_id}/handoff/request", "Запрос передачи оператору", role=Role.AGENT, guests=True,
    errors=(404, 409), examples=Examples(examples.REQUEST, examples.REQUESTED),
)  # fmt: skip
async def request_handoff(actor: Actor, dialog_id: Id, body: HandoffRequest, origin: Origin) -> RequestedView:
    """Повтор с тем же `request_id` получает тот же ответ. Не больше трёх запросов в минуту на диалог."""
    wish = Wish(body.reason, body.request_id or str(new_uuid()), body.last_user_text, body.priority)
    return RequestedView.of(await handoffs.ask(actor, dialog_id, wish, origin.limiter))


@group.post(
    "/dialogs/{dialog_id}/handoff/takeover", "Принятие диалога оператором", role=Role.AGENT, errors=(404, 409),
    examples=Examples(examples.TAKEOVER, examples.TAKEN),
)  # fmt: skip
async def take_over(actor: Actor, dialog_id: Id, body: Takeover) -> TakenView:
    """Из одновременно принимающих диалог получает один, остальные `HANDOFF_CONFLICT`."""
    return await _taken(actor, dialog_id, body)


@group.post(
    "/dialogs/{dialog_id}/handoff/take", "Принятие диалога оператором (прежняя форма)", role=Role.AGENT,
    errors=(404, 409), examples=Examples(examples.TAKE, examples.TAKEN),
)  # fmt: skip
async def take(actor: Actor, dialog_id: Id, body: Takeover) -> TakenView:
    """Чужой `operator_id` называет только администратор."""
    return await _taken(actor, dialog_id, body)


@group.post(
    "/dialogs/{dialog_id}/handoff/release", "Освобождение диалога оператором", role=Role.AGENT, errors=(404, 409),
    examples=Examples(examples.RELEASE, examples.RELEASED),
)  # fmt: skip
async def release(actor: Actor, dialog_id: Id, body: Release) -> ReleasedView:
    """Для оператора, который ведёт диалог, и администратора. С `return_to_ai: false` диалог уходит в архив, пока клиент
    не напишет снова.
    """
    async with unit_of_work(actor) as uow:
        handoff = await handoffs.release(
            uow,
            dialog_id,
            resolution=body.resolution or None,
            comment=body.operator_comment,
            return_to_ai=body.return_to_ai,
        )
    ended = handoff.ended_at
    at = None if ended is None else moment(ended)
    return ReleasedView(dialog_id, handoff.state.of_dialog, handoff.resolution, body.return_to_ai, at)


@group.post(
    "/dialogs/{dialog_id}/handoff/cancel", "Отмена запроса передачи", role=Role.AGENT, guests=True, errors=(404,),
    examples=Examples(examples.CANCEL, examples.CANCELLED),
)  # fmt: skip
async def cancel(actor: Actor, dialog_id: Id, body: Cancellation) -> CancelledView:
    """Отменяется то, что ещё никто не принял; клиенту снова отвечает ассистент."""
    async with unit_of_work(actor) as uow:
        handoff = await handoffs.cancel(uow, dialog_id, reason=body.cancel_reason, comment=body.comment)
    ended = handoff.ended_at
    at = None if ended is None else moment(ended)
    return CancelledView(dialog_id, handoff.state.of_dialog, handoff.cancel_reason, at)


@group.get(
    "/dialogs/{dialog_id}/handoff/context", "Что оператору знать о диалоге", role=Role.AGENT, errors=(404,),
    examples=Examples(response=examples.CONTEXT),
)  # fmt: skip
async def handoff_packet(actor: Actor, dialog_id: Id) -> ContextView:
    """Чего хочет клиент, что пробовал ассистент и на что опирался, тон, ожидание. В документе этого пути нет."""
    return ContextView.of(await handoff_context.packet(actor, dialog_id))


async def _taken(actor: Actor, dialog_id: int, body: Takeover) -> TakenView:
    async with unit_of_work(actor) as uow:
        taken = await handoffs.takeover(
            uow,
            dialog_id,
            comment=body.operator_comment,
            operator_id=body.operator_id,
            operator_name=body.operator_name,
        )
    return TakenView.of(taken)

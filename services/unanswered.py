"""Questions that no knowledge answered: noted where they were asked, and grouped by a job with those that ask the same.

Noting a question is one transaction with calling a person to it. The job embeds it, and puts it into the nearest group,
or begins one: see :mod:`services.question_grouping`. :mod:`services.unanswered_groups` is what people do with them.
"""

from core.actor import system_actor
from core.events import EscalationReason
from core.facts.unanswered import QuestionUnanswered
from integrations.embeddings.port import Vector
from models.unanswered import UnansweredOrigin, UnansweredQuestion, UnansweredStatus
from services import jobs
from services.drafting import Draft
from services.jobs import RunningJob
from services.language import identify
from services.providers import providers
from services.question_grouping import direction, threshold
from services.retrieval import MAX_QUESTION
from services.unit_of_work import UnitOfWork, unit_of_work

_NOTE = """
INSERT INTO unanswered_questions
    (tenant_id, conversation_id, turn_id, origin, assistant_id, text, language, reason, confidence, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
ON CONFLICT (conversation_id, turn_id) DO NOTHING RETURNING id
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('opora.unanswered', $1))"
_NEAREST = """
SELECT id, status, 1 - (centroid <=> $3::vector) AS nearness FROM unanswered_groups
WHERE tenant_id = $1 AND model = $2 AND vector_dims(centroid) = vector_dims($3::vector)
ORDER BY centroid <=> $3::vector, id LIMIT 1
"""
_JOIN = """
UPDATE unanswered_groups SET centroid = centroid + $2::vector,
    status = CASE status WHEN $3 THEN $4 ELSE status END,
    faq_id = CASE status WHEN $3 THEN NULL ELSE faq_id END,
    qa_entry_id = CASE status WHEN $3 THEN NULL ELSE qa_entry_id END,
    resolved_by_id = CASE status WHEN $3 THEN NULL ELSE resolved_by_id END,
    resolved_at = CASE status WHEN $3 THEN NULL ELSE resolved_at END
WHERE id = $1
"""
_BEGIN = """
INSERT INTO unanswered_groups (tenant_id, status, model, centroid, created_at)
VALUES ($1, $2, $3, $4::vector, now()) RETURNING id
"""


async def note(
    uow: UnitOfWork,
    draft: Draft,
    *,
    origin: UnansweredOrigin,
    conversation_id: int,
    turn_id: int,
    assistant_id: int | None = None,
) -> None:
    """Keep what the customer asked where the draft has no answer to it; once for a turn, however often it is told."""
    if draft.unanswered is None:
        return
    reason = draft.escalation or EscalationReason.NO_GROUND
    row = await uow.row(
        _NOTE,
        uow.tenant_id,
        conversation_id,
        turn_id,
        origin,
        assistant_id,
        draft.unanswered[:MAX_QUESTION],
        draft.language,
        reason,
        draft.confidence,
    )
    if row is not None:
        uow.emit(QuestionUnanswered(row["id"]))


async def ungrouped(question_id: int) -> UnansweredQuestion | None:
    """The question, if it is in no group yet."""
    return await UnansweredQuestion.get_or_none(id=question_id, group_id=None)


async def group(job: RunningJob, question: UnansweredQuestion) -> None:
    """The job behind QuestionUnanswered. Raises ModelUnavailable."""
    asks = await _direction(question.text)
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        # One after the other: of two that ask the same at once, the second must find the group of the first.
        await uow.rows(_LOCK, uow.tenant_id)
        group_id = await _join(uow, asks)
        await UnansweredQuestion.filter(id=question.id, group_id=None).update(group_id=group_id)
        await jobs.finish(uow, job)


async def _direction(text: str) -> Vector:
    means = {str(name): mean for name, mean in (await providers().calibration.queries()).items()}
    return direction(await providers().embedder.query(text), identify(text), means)


async def _join(uow: UnitOfWork, asks: Vector) -> int:
    """The group of a question, begun where none is near enough. One whose answer did not help is open again."""
    model, written = providers().embedder.model, "[" + ",".join(f"{value:.6g}" for value in asks.tolist()) + "]"
    nearest = await uow.row(_NEAREST, uow.tenant_id, model, written)
    if nearest is not None and nearest["nearness"] >= threshold(model):
        await uow.rows(_JOIN, nearest["id"], written, UnansweredStatus.ANSWERED, UnansweredStatus.OPEN)
        return int(nearest["id"])
    begun = await uow.rows(_BEGIN, uow.tenant_id, UnansweredStatus.OPEN, model, written)
    return int(begun[0]["id"])

"""Answering: the playground, a reply on demand, and the job that answers each customer's turn once.

language → wants a person? → retrieve → enough ground? → generate or quote → is it grounded? (:mod:`services.drafting`)
→ store with citations, or escalate with a reason and tell the customer so (:mod:`services.turns`). The models are
called between units of work, never inside one.
"""

from dataclasses import dataclass

from core.actor import Actor, system_actor
from core.errors import InvalidInput
from core.events import ReplyRequested
from models.tenants import Tenant
from models.tickets import Ticket
from services import ai_pool, jobs, retrieval, tickets, turns
from services.drafting import EXTRACTIVE_MODEL, Draft, Question, compose
from services.generation import Tell
from services.jobs import RunningJob
from services.language import detect
from services.providers import providers
from services.turns import OpenTurn
from services.unit_of_work import UnitOfWork, unit_of_work


@dataclass(frozen=True, slots=True)
class AnswerHealth:
    """``available`` says whether a chat endpoint is set and answers; without one, answers are quotes."""

    available: bool
    chat_model: str
    embed_model: str
    models: tuple[str, ...]


async def model_health() -> AnswerHealth:
    chat, embedder = await ai_pool.installation_chat(), providers().embedder
    if chat is None:
        return AnswerHealth(False, EXTRACTIVE_MODEL, embedder.model, ())
    health = await chat.health()
    return AnswerHealth(health.available, chat.name, embedder.model, health.models)


async def ask(actor: Actor, question: str, *, max_context: int = 5) -> Draft:
    """The playground: what the assistant would say, with nothing stored. Raises InvalidInput."""
    if not question.strip() or len(question) > retrieval.MAX_QUESTION:
        raise InvalidInput(f"question must be 1 to {retrieval.MAX_QUESTION} characters long", field="question")
    async with unit_of_work(actor):
        tenant = await Tenant.get(id=actor.tenant_id)
    language = detect(question, hint=tenant.language)
    return await compose(actor, Question(question, language, turns.thresholds_of(tenant)), max_context=max_context)


async def respond(actor: Actor, ticket_id: int, *, save: bool, max_context: int = 5) -> Draft:
    """Answer a ticket's last turn now. With ``save`` it is stored, unless the turn has its answer already.

    Raises NotFound, Forbidden.
    """
    async with unit_of_work(actor) as uow:
        turn = await turns.last(uow, await tickets.get(uow, ticket_id))
    draft = await compose(actor, turn.question, max_context=max_context)
    if save:
        async with unit_of_work(actor) as uow:
            await turns.settle(uow, await tickets.get_locked(uow, ticket_id), turn, draft)
    return draft


async def request_reply(uow: UnitOfWork, ticket_id: int) -> None:
    """Have the ticket's last turn answered by a job. Raises NotFound, Forbidden."""
    turn = await turns.last(uow, await tickets.get(uow, ticket_id))
    uow.emit(ReplyRequested(ticket_id, message_id=turn.id or None))


async def reply(job: RunningJob, turn: OpenTurn, *, ticket_id: int, tell: Tell) -> Draft | None:
    """The job behind ReplyRequested, for a turn that :func:`turns.take` gave: answered once, however often it is tried.

    Returns what was drafted, None where the turn was owed nothing any more.
    """
    actor = system_actor(job.tenant_id)
    draft = await compose(actor, turn.question, key=job.idempotency_key, tell=tell)
    async with unit_of_work(actor) as uow:
        # Asked again under the lock: a person may have taken over, or the ticket may be gone, while the model thought.
        ticket = await Ticket.filter(id=ticket_id).select_for_update().get_or_none()
        wanted = ticket is not None and not turns.person_in_charge(ticket)
        if ticket is not None and wanted:
            await turns.settle(uow, ticket, turn, draft)
        await jobs.finish(uow, job)
    return draft if wanted else None

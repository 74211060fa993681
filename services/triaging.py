"""New tickets are looked at: which category, what tone, which language. A person's word is never overruled."""

import asyncio

import structlog

from core.actor import Actor, system_actor
from core.errors import ModelUnavailable
from core.events import TicketUpdated
from core.facts.triage import ClassifierOutdated
from models.conversations import Conversation
from models.tickets import Ticket
from services import categories, classifiers, jobs, language
from services.classifiers import label_of
from services.corrections import text_of
from services.jobs import RunningJob
from services.providers import providers
from services.scoring import Vector
from services.sentiment import sentiment
from services.shipped_examples import Collection, shipped
from services.tickets import AutoCategory
from services.triage import Triage
from services.triage_rules import rules
from services.unit_of_work import UnitOfWork, unit_of_work

logger = structlog.get_logger(__name__)


async def choose(actor: Actor, title: str, description: str) -> AutoCategory | None:
    """The built-in category that a new ticket's words are likeliest of, at once: for callers who wait for it.

    None where the embedding model fails or is late, and the choice is left to the job of the new ticket, or where every
    built-in category is switched off. Opens units of work of its own: call it outside of any.
    """
    try:
        async with asyncio.timeout(rules().patience):
            vector = await providers().embedder.query(f"{title}\n{description}".strip())
            known = await classifiers.shipped()
    except (ModelUnavailable, TimeoutError) as error:
        logger.warning("triage_left_to_job", reason=str(error) or type(error).__name__)
        return None
    async with unit_of_work(actor) as uow:
        return await _likeliest(uow, vector, known, builtin_only=True)


async def warm_up() -> None:
    """Load what the first new ticket would wait for: the models of language and meaning, and the shipped classifier.

    Of a model whose vectors of the examples are not shipped nothing is asked: an endpoint is called when somebody needs
    it. Raises ModelUnavailable.
    """
    await asyncio.to_thread(language.load)
    embedder = providers().embedder
    if await asyncio.to_thread(shipped, Collection.TRIAGE, embedder.model) is not None:
        await embedder.query("")
        await classifiers.shipped()


async def find(ticket_id: int) -> Ticket | None:
    """The ticket, if it is still there."""
    return await Ticket.get_or_none(id=ticket_id)


async def look_at(job: RunningJob, ticket: Ticket) -> None:
    """The job of a new ticket: its category where it has none, its tone, its language. Raises ModelUnavailable."""
    vector = await providers().embedder.query(text_of(ticket))
    tone = await sentiment(vector, providers().embedder)
    known = await classifiers.shipped()
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        locked = await Ticket.filter(id=ticket.id).select_for_update().get_or_none()
        if locked is not None:
            changed = await _categorise(uow, locked, vector, known)
            if locked.sentiment is None:
                locked.sentiment = tone
                changed.append("sentiment")
            await _save(uow, locked, changed, known_language=await _set_language(locked))
        await jobs.finish(uow, job)


async def _likeliest(uow: UnitOfWork, vector: Vector, known: Triage, *, builtin_only: bool) -> AutoCategory | None:
    found = await classifiers.classifier(uow, known)
    if found.outdated:
        uow.emit(ClassifierOutdated())
    ids = {
        label_of(category): category.id
        for category in await categories.ensure_builtin(uow)
        if category.is_active and (category.key or not builtin_only)
    }
    if not ids.keys() & set(found.classifier.labels):
        return None
    verdict = found.classifier.classify(vector, among=ids.keys())
    return AutoCategory(ids[verdict.label], verdict.confidence)


async def _categorise(uow: UnitOfWork, ticket: Ticket, vector: Vector, known: Triage) -> list[str]:
    """Give the ticket the likeliest category, if it is likely enough; the fields that changed."""
    if ticket.category_id is not None:
        return []
    chosen = await _likeliest(uow, vector, known, builtin_only=False)
    if chosen is None or chosen.confidence < rules().category:
        return []
    if not await categories.is_available(uow, chosen.category_id):
        return []
    ticket.category_id, ticket.category_confidence = chosen.category_id, chosen.confidence
    ticket.auto_categorized = True
    return ["category_id", "category_confidence", "auto_categorized"]


async def _set_language(ticket: Ticket) -> bool:
    """False where the language was unknown until now."""
    conversation = await Conversation.get(id=ticket.id)
    if conversation.language is not None:
        return True
    conversation.language = language.detect(text_of(ticket))
    await conversation.save(update_fields=["language"])
    return False


async def _save(uow: UnitOfWork, ticket: Ticket, changed: list[str], *, known_language: bool) -> None:
    if changed:
        await ticket.save(update_fields=changed)
    if changed or not known_language:
        uow.emit(TicketUpdated(ticket.id))

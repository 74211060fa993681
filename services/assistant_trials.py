"""Trying an assistant out: what it would say to a question, with its own words, model and knowledge."""

from core.actor import Actor
from core.errors import InvalidInput
from models.tenants import Tenant
from services import assistants, drafting, retrieval, turns
from services.drafting import Draft, Persona, Question
from services.language import detect
from services.unit_of_work import unit_of_work


async def ask(actor: Actor, assistant_id: int, text: str) -> Draft:
    """The draft, of which nothing is stored. Unlike a customer, who is handed to a person, the caller is told why a
    model gives no answer.

    Raises NotFound, Forbidden for customers, InvalidInput, ModelUnavailable (:mod:`core.refusals.models`).
    """
    if not text.strip() or len(text) > retrieval.MAX_QUESTION:
        raise InvalidInput(f"message must be 1 to {retrieval.MAX_QUESTION} characters long", field="message")
    async with unit_of_work(actor) as uow:
        row = await assistants.get(uow, assistant_id)
        tenant = await Tenant.get(id=actor.tenant_id)
    persona = Persona(row.id, row.system_prompt, row.ai_model)
    language = detect(text, hint=tenant.language)
    return await drafting.attempt(actor, Question(text, language, turns.thresholds_of(tenant), persona=persona))

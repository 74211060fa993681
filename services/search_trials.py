"""Trying the search out: what it finds for a question, how each lane scores it, and what would come of it."""

import time
from dataclasses import dataclass

from core.actor import Actor
from models.tenants import Tenant
from services import assistants, retrieval, turns
from services.retrieval import FoundChunk
from services.scoring import Decision, decide
from services.unit_of_work import unit_of_work


@dataclass(frozen=True, slots=True)
class SearchTrial:
    """``passages`` is how many were searched; the thresholds are probabilities, in [0, 1], as they hold at present."""

    language: str
    decision: Decision
    answer_threshold: float
    suggest_threshold: float
    milliseconds: int
    passages: int
    found: tuple[FoundChunk, ...]


async def run(actor: Actor, question: str, *, limit: int = 10, assistant_id: int | None = None) -> SearchTrial:
    """Search what all of the tenant know, and what an assistant alone knows. Raises Forbidden below agent, NotFound for
    the assistant, InvalidInput, ModelUnavailable, Unavailable.
    """
    actor.require_staff()
    async with unit_of_work(actor) as uow:
        if assistant_id is not None:
            await assistants.get(uow, assistant_id)
        thresholds = turns.thresholds_of(await Tenant.get(id=actor.tenant_id))
    started = time.monotonic()
    search = await retrieval.search(actor, question, limit=limit, assistant_id=assistant_id)
    return SearchTrial(
        language=search.language,
        decision=decide(search.hits, thresholds),
        answer_threshold=thresholds.answer,
        suggest_threshold=thresholds.suggest,
        milliseconds=round((time.monotonic() - started) * 1000),
        passages=search.means.chunks,
        found=search.chunks,
    )

"""The classifier of a tenant: the shipped one until the tenant has categories or corrections of its own."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from core.actor import system_actor
from core.bounded_cache import BoundedCache
from integrations.embeddings.port import Embedder
from models.categories import Category, TriageExample
from services import categories, jobs, triage
from services.jobs import RunningJob
from services.providers import providers
from services.shipped_examples import Collection, examples
from services.triage import Example, Triage
from services.unit_of_work import UnitOfWork, unit_of_work

MAX_CORRECTIONS = 2_000
"""The newest count: what a category meant years ago is not what it means now."""

_SHIPPED: BoundedCache[str, Triage] = BoundedCache(4)
_FITTED: BoundedCache[tuple[int, datetime], Triage] = BoundedCache(64)
_running: dict[str, asyncio.Task[Triage]] = {}
_AT_ONCE = 8
_FOUND = "SELECT embedder, fitted_at FROM triage_models WHERE tenant_id = $1"
_PARAMETERS = "SELECT parameters FROM triage_models WHERE tenant_id = $1 AND fitted_at = $2"
_LATER = "SELECT 1 FROM jobs WHERE task = $1 AND id > $2 AND state IN ('pending', 'sent') LIMIT 1"
# An attempt that was overtaken by a later one keeps its hands off the later one's result.
_STORE = """
INSERT INTO triage_models AS known (tenant_id, embedder, examples, parameters, fitted_at)
VALUES ($1, $2, $3, $4::jsonb, clock_timestamp())
ON CONFLICT (tenant_id) DO UPDATE SET embedder = EXCLUDED.embedder, examples = EXCLUDED.examples,
    parameters = EXCLUDED.parameters, fitted_at = EXCLUDED.fitted_at
WHERE coalesce((known.parameters ->> 'job')::bigint, 0) <= $5
"""


@dataclass(frozen=True, slots=True)
class Found:
    """``outdated`` where the tenant's own was fitted with another embedding model, and the shipped one stands in."""

    classifier: Triage
    outdated: bool = False


def label_of(category: Category) -> str:
    """What classifiers call a category: its key, or its id where it is the tenant's own."""
    return category.key or str(category.id)


async def shipped() -> Triage:
    """Knows the built-in categories by the shipped examples; fitted once a process. Raises ModelUnavailable.

    A caller who gives up leaves the work running: where a slow model embeds the examples, a later caller finds them.
    """
    embedder = providers().embedder
    known = _SHIPPED.get(embedder.model)
    if known is not None:
        return known
    task = _running.get(embedder.model)
    if task is None or task.done():
        task = _running[embedder.model] = asyncio.create_task(_fit_shipped(embedder))
        # Where nobody waits any more, nobody asks for the failure either.
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return await asyncio.shield(task)


async def _fit_shipped(embedder: Embedder) -> Triage:
    fitted = await asyncio.to_thread(triage.fit, await examples(Collection.TRIAGE, embedder))
    _SHIPPED.put(embedder.model, fitted)
    return fitted


async def classifier(uow: UnitOfWork, instead: Triage) -> Found:
    """The tenant's own classifier, else ``instead``."""
    found = await uow.row(_FOUND, uow.tenant_id)
    if found is None:
        return Found(instead)
    if found["embedder"] != providers().embedder.model:
        return Found(instead, outdated=True)
    key = (uow.tenant_id, found["fitted_at"])
    own = _FITTED.get(key)
    if own is None:
        row = await uow.row(_PARAMETERS, *key)
        if row is None:
            return Found(instead)
        own = await asyncio.to_thread(_loaded, row["parameters"])
        _FITTED.put(key, own)
    return Found(own)


@dataclass(frozen=True, slots=True)
class Material:
    """What a tenant's classifier is fitted to beside the shipped examples: labels, and own texts with theirs."""

    labels: frozenset[str]
    own: list[tuple[str, str]]


async def gather(uow: UnitOfWork, job: RunningJob) -> Material | None:
    """What to fit the classifier to; None where a later job is to do it."""
    if await uow.row(_LATER, job.task, job.id) is not None:
        return None
    active = [category for category in await categories.ensure_builtin(uow) if category.is_active]
    own = [*_described(active), *await _corrections(active)]
    return Material(frozenset(map(label_of, active)), own)


async def fit(job: RunningJob, material: Material) -> None:
    """Fit the tenant's classifier anew. Raises Unavailable."""
    known = await examples(Collection.TRIAGE, providers().embedder)
    labels, own = material.labels, material.own
    learned = [each for each in known if each.label in labels] + await _embedded(own)
    fitted = await asyncio.to_thread(_fitted_json, learned, job.id) if learned else None
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        if fitted is not None:
            await uow.rows(_STORE, job.tenant_id, providers().embedder.model, len(learned), fitted, job.id)
        await jobs.finish(uow, job)


async def _corrections(active: Sequence[Category]) -> list[tuple[str, str]]:
    labels = {category.id: label_of(category) for category in active}
    newest = TriageExample.filter(category_id__in=list(labels)).order_by("-updated_at").limit(MAX_CORRECTIONS)
    return [(labels[row["category_id"]], row["text"]) for row in await newest.values("category_id", "text")]


def _described(active: Iterable[Category]) -> list[tuple[str, str]]:
    """A category of the tenant's own is known by what its admin wrote of it."""
    texts = []
    for category in active:
        if category.key is None:
            texts.append((label_of(category), category.name))
            if category.description.strip():
                texts.append((label_of(category), f"{category.name}. {category.description}"))
    return texts


async def _embedded(texts: Sequence[tuple[str, str]]) -> list[Example]:
    free = asyncio.Semaphore(_AT_ONCE)

    async def embed(label: str, text: str) -> Example:
        async with free:
            return Example(label, await providers().embedder.query(text))

    return list(await asyncio.gather(*(embed(label, text) for label, text in texts)))


def _fitted_json(learned: Sequence[Example], job_id: int) -> str:
    return orjson.dumps({**triage.fit(learned).to_json(), "job": job_id}).decode()


def _loaded(parameters: str | dict[str, object]) -> Triage:
    stored = orjson.loads(parameters) if isinstance(parameters, str) else parameters
    return Triage.from_json(stored)

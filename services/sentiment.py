"""The tone of a text: negative, neutral or positive, by the shipped examples of each in three languages.

A problem that is told plainly is neutral, however grave. What it gets right is measured by ``python -m
benchmarks.triage``; irony and mixed feelings it does not see.
"""

import asyncio

from core.bounded_cache import BoundedCache
from integrations.embeddings.port import Embedder
from models.tickets import Sentiment
from services import categories, triage
from services.scoring import Vector
from services.shipped_examples import Collection, examples
from services.triage import Example, Triage
from services.triage_rules import rules

# Of the shipped tickets, every third is an example of a problem told plainly: enough to teach it, too few to drown the
# tones. "other" holds thanks too.
_PLAIN_EVERY = 3
_fitted: BoundedCache[str, Triage] = BoundedCache(4)


async def sentiment(vector: Vector, embedder: Embedder) -> Sentiment:
    """The tone of a text by its raw query vector of ``embedder``. Raises ModelUnavailable at the first use."""
    verdict = (await _classifier(embedder)).classify(vector)
    return Sentiment(verdict.label) if verdict.confidence >= rules().tone else Sentiment.NEUTRAL


async def _classifier(embedder: Embedder) -> Triage:
    fitted = _fitted.get(embedder.model)
    if fitted is None:
        known = await examples(Collection.SENTIMENT, embedder) + await _plain_problems(embedder)
        fitted = await asyncio.to_thread(triage.fit, known)
        _fitted.put(embedder.model, fitted)
    return fitted


async def _plain_problems(embedder: Embedder) -> list[Example]:
    tickets = [each for each in await examples(Collection.TRIAGE, embedder) if each.label != categories.OTHER]
    return [Example(Sentiment.NEUTRAL, each.vector) for each in tickets[::_PLAIN_EVERY]]

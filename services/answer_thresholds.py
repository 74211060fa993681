"""What a tenant's thresholds do: of its latest answers, how many would be given, offered, or left to a person.

Each answer, and each notice that the knowledge had none, keeps the confidence of the best passage that was found for
it (see :mod:`services.scoring`), so other thresholds can be tried on what customers really asked.
"""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Forbidden, InvalidInput
from services.providers import providers
from services.scoring import Thresholds, recipe
from services.unit_of_work import UnitOfWork

MOST_ANSWERS = 5000
BUCKETS = 20
_EFFECT = f"""
WITH recent AS (
    SELECT confidence, created_at FROM messages WHERE tenant_id = $1 AND confidence IS NOT NULL
    ORDER BY id DESC LIMIT $2
)
SELECT greatest(least(floor(confidence * {BUCKETS})::int, {BUCKETS - 1}), 0) AS bucket, count(*) AS n,
    count(*) FILTER (WHERE confidence >= $4 AND confidence >= $3) AS answered,
    count(*) FILTER (WHERE confidence < $4) AS escalated, min(created_at) AS since
FROM recent GROUP BY bucket ORDER BY bucket
"""  # noqa: S608  # numbers of ours


@dataclass(frozen=True, slots=True)
class Effect:
    """Counts of the ``sampled`` latest answers, the first of which is of ``since``.

    ``distribution`` counts them by confidence in BUCKETS equal steps from 0 to 1; ``measured`` are the thresholds of
    who sets none.
    """

    sampled: int
    since: datetime | None
    answered: int
    suggested: int
    escalated: int
    distribution: tuple[int, ...]
    thresholds: Thresholds
    measured: Thresholds


async def effect(uow: UnitOfWork, *, answer: float | None, suggest: float | None, last: int) -> Effect:
    """What thresholds (None for the measured ones) would have done with the ``last`` answers.

    Raises Forbidden below admin, InvalidInput.
    """
    if not uow.actor.is_admin:
        raise Forbidden
    if not 1 <= last <= MOST_ANSWERS:
        raise InvalidInput(f"last must be between 1 and {MOST_ANSWERS}", field="last")
    measured = recipe(providers().embedder.model).thresholds
    tried = measured.overridden(answer, suggest)
    rows = await uow.rows(_EFFECT, uow.tenant_id, last, tried.answer, tried.suggest)
    counts = {row["bucket"]: row["n"] for row in rows}
    sampled, answered = sum(counts.values()), sum(row["answered"] for row in rows)
    escalated = sum(row["escalated"] for row in rows)
    return Effect(
        sampled=sampled,
        since=min((row["since"] for row in rows), default=None),
        answered=answered,
        suggested=sampled - answered - escalated,
        escalated=escalated,
        distribution=tuple(counts.get(bucket, 0) for bucket in range(BUCKETS)),
        thresholds=tried,
        measured=measured,
    )

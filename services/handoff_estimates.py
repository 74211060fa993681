"""How long a dialog waits for an operator: from what earlier ones of the tenant waited and took, and who is there now.

Where n are before it and the operators who are there have room for as many, it waits for somebody to notice it. Else
it waits until enough of the present dialogs end: with C places, one ends every handling time / C.
"""

from dataclasses import dataclass
from datetime import timedelta

from config.settings import get_settings
from core import clock
from core.languages import Language
from models.handoffs import Handoff, HandoffPriority
from services.operators import present_since
from services.unit_of_work import Row, UnitOfWork
from services.wording.texts import wording

# What is assumed before anything is measured, and as how many measurements it counts beside those that come.
_PRIOR_NOTICED_S = 120.0
_PRIOR_HANDLED_S = 300.0
_PRIOR_WEIGHT = 5
_MEASURED_DAYS = 30
_MOST_MEASURED = 200
_RANGES_MIN = (2, 5, 10, 15, 30, 60)

# Whoever was first in the queue waited only to be noticed: of them, the time within which three in four were.
_MEASURES = f"""
WITH recent AS (
    SELECT extract(epoch FROM ended_at - taken_at) AS handled,
        CASE WHEN queue_position = 1 THEN extract(epoch FROM taken_at - requested_at) END AS noticed
    FROM handoffs WHERE tenant_id = $1 AND state = 'released' AND ended_at > $2
    ORDER BY ended_at DESC LIMIT {_MOST_MEASURED}
), present AS (
    SELECT o.max_capacity, (
        SELECT count(*) FROM handoffs h WHERE h.tenant_id = $1 AND h.operator_id = o.user_id AND h.state = 'active'
    ) AS held
    FROM operators o WHERE o.tenant_id = $1 AND o.status = 'available' AND o.heartbeat_at > $3
)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY handled) AS handled, count(handled) AS handled_n,
    percentile_cont(0.75) WITHIN GROUP (ORDER BY noticed) AS noticed, count(noticed) AS noticed_n,
    (SELECT coalesce(sum(max_capacity), 0) FROM present) AS places,
    (SELECT coalesce(sum(greatest(max_capacity - held, 0)), 0) FROM present) AS free
FROM recent
"""  # noqa: S608  # a number of ours
_BEFORE = """
SELECT count(*) AS n FROM handoffs
WHERE tenant_id = $1 AND state = 'requested' AND (rank, requested_at, id) < ($2, $3, $4)
"""
_MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the queue moves: seconds until the first is noticed and that one dialog takes, and places, of which
    some are free."""

    noticed_s: float
    handled_s: float
    places: int
    free: int

    def wait(self, position: int) -> int:
        """Seconds until the dialog at ``position`` of the queue, counted from 1, has an operator."""
        ends = max(0, position - self.free)
        return round(self.noticed_s + ends * self.handled_s / self.places)


async def estimate(uow: UnitOfWork, position: int) -> int:
    """As :meth:`Pace.wait`, by the pace of now."""
    return (await pace(uow)).wait(position)


async def pace(uow: UnitOfWork) -> Pace:
    """How fast the tenant's queue moves now."""
    since = clock.now() - timedelta(days=_MEASURED_DAYS)
    (row,) = await uow.rows(_MEASURES, uow.tenant_id, since, present_since())
    handled = _weighed(row, "handled", _PRIOR_HANDLED_S)
    noticed = _weighed(row, "noticed", _PRIOR_NOTICED_S)
    # With nobody there, one person is expected to come.
    places = int(row["places"]) or get_settings().dialogs.operator_capacity
    return Pace(noticed, handled, places, int(row["free"]))


async def place(uow: UnitOfWork, handoff: Handoff) -> int:
    """Where a handoff stands in the tenant's queue, or will once it waits again; 1 is next."""
    row = await uow.row(_BEFORE, uow.tenant_id, handoff.rank, handoff.requested_at, handoff.id)
    return 1 if row is None else int(row["n"]) + 1


async def next_place(uow: UnitOfWork, priority: HandoffPriority) -> int:
    """Where a handoff of this priority would stand if it were requested now."""
    row = await uow.row(_BEFORE, uow.tenant_id, priority.rank, clock.now(), _MOST_ID)
    return 1 if row is None else int(row["n"]) + 1


def in_words(seconds: int, language: Language) -> str:
    """The wait as people are told it: "5-10 минут"."""
    minutes = seconds / 60
    most = next((each for each in _RANGES_MIN if minutes < each), None)
    return wording(language).render("handoff_wait_long" if most is None else f"handoff_wait_{most}")


def _weighed(row: Row, name: str, prior: float) -> float:
    """The measured time, drawn to the prior as long as there are few measurements."""
    count = int(row[f"{name}_n"])
    measured = float(row[name] or 0.0)
    return (count * measured + _PRIOR_WEIGHT * prior) / (count + _PRIOR_WEIGHT)

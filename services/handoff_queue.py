"""The queue of dialogs that wait for an operator: by priority, then by how long they have waited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.paging import CursorPage, OffsetPage, Slice
from models.dialogs import Dialog, DialogPlatform
from models.handoffs import Handoff, HandoffPriority, HandoffState
from services import dialogs, handoff_estimates, operators
from services.handoff_estimates import Pace
from services.unit_of_work import Row, UnitOfWork

_PAGE = """
WITH waiting AS (
    SELECT h.id, row_number() OVER (ORDER BY h.rank, h.requested_at, h.id) AS position
    FROM handoffs h
    WHERE h.tenant_id = $1 AND h.state = 'requested' AND ($2::bigint[] IS NULL OR h.assistant_id = ANY ($2))
    ORDER BY h.rank, h.requested_at, h.id LIMIT $3 OFFSET $4
)
SELECT w.position, h.id, h.dialog_id, h.assistant_id, a.name AS assistant_name, h.reason, h.priority, h.requested_at,
    h.offered_to_id, d.platform, concat_ws(' ', nullif(d.first_name, ''), nullif(d.last_name, '')) AS customer_name,
    coalesce(said.text, h.last_user_text) AS last_message
FROM waiting w JOIN handoffs h ON h.id = w.id
JOIN dialogs d ON d.id = h.dialog_id JOIN assistants a ON a.id = h.assistant_id
LEFT JOIN LATERAL (
    SELECT m.text FROM messages m
    WHERE m.conversation_id = h.dialog_id AND m.author_kind = 'customer' AND m.visibility = 'public' AND m.text <> ''
    ORDER BY m.id DESC LIMIT 1
) said ON true
ORDER BY w.position
"""
_COUNT = """
SELECT count(*) AS n FROM handoffs
WHERE tenant_id = $1 AND state = 'requested' AND ($2::bigint[] IS NULL OR assistant_id = ANY ($2))
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dialog that waits. ``position`` counts from 1 in the queue of whoever asks; the estimate is from now."""

    position: int
    id: int
    dialog_id: int
    assistant_id: int
    assistant_name: str
    reason: str
    priority: HandoffPriority
    requested_at: datetime
    offered_to_id: int | None
    platform: DialogPlatform
    customer_name: str
    last_message: str
    estimated_wait_s: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of it; ``total`` counts all that wait, ``estimated_wait_s`` is for whoever came next."""

    waiting: Sequence[Waiting]
    total: int
    estimated_wait_s: int


async def queue(uow: UnitOfWork, page: OffsetPage) -> Queue:
    """What waits for the actor: dialogs of the assistants that they serve. Raises Forbidden to customers."""
    uow.actor.require_staff()
    served = await operators.served_by(uow)
    rows = await uow.rows(_PAGE, uow.tenant_id, served, page.limit, page.skip)
    count = await uow.row(_COUNT, uow.tenant_id, served)
    total = 0 if count is None else int(count["n"])
    pace = await handoff_estimates.pace(uow)
    return Queue([_waiting(row, pace) for row in rows], total, pace.wait(total + 1))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dialog stands in the queue now; ``estimated_wait_s`` is from now on."""

    position: int
    estimated_wait_s: int


async def place(uow: UnitOfWork, dialog_id: int) -> Place | None:
    """The place of a dialog, for its customer too; None where it does not wait. Raises NotFound."""
    dialog: Dialog = await dialogs.get(uow, dialog_id)
    handoff = await Handoff.get_or_none(dialog_id=dialog.id, state=HandoffState.REQUESTED)
    if handoff is None:
        return None
    position = await handoff_estimates.place(uow, handoff)
    return Place(position, await handoff_estimates.estimate(uow, position))


async def history(uow: UnitOfWork, dialog_id: int, page: CursorPage) -> Slice[Handoff]:
    """The handoffs of a dialog, newest first; the cursor is a handoff's id. Raises NotFound."""
    dialog: Dialog = await dialogs.get(uow, dialog_id)
    found = Handoff.filter(dialog_id=dialog.id)
    if page.after is not None:
        found = found.filter(id__lt=page.after)
    rows = await found.order_by("-id").limit(page.size + 1)
    return Slice(rows[: page.size], len(rows) > page.size)


def _waiting(row: Row, pace: Pace) -> Waiting:
    enums = {"priority": HandoffPriority(row["priority"]), "platform": DialogPlatform(row["platform"])}
    return Waiting(**{**row, **enums, "estimated_wait_s": pace.wait(int(row["position"]))})

"""What was sent to endpoints and how that went; and sending it once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from core import clock
from core.errors import NotFound
from core.facts.webhooks import WebhookDue
from core.paging import CursorPage, Slice
from models.webhooks import DeliveryState, WebhookDelivery, WebhookMessage
from services import webhook_events, webhooks
from services.unit_of_work import Row, UnitOfWork

MOST_REPLAYED = 1000
_COLUMNS = """
d.id, d.endpoint_id, d.state, d.tries, d.attempts, d.next_at, d.created_at, d.finished_at,
m.public_id, m.event, m.body
"""
_PAGE = f"""
SELECT {_COLUMNS} FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
WHERE d.endpoint_id = $1 AND d.tenant_id = $2
    AND ($3::bigint IS NULL OR d.id < $3) AND ($4::text IS NULL OR d.state = $4)
ORDER BY d.id DESC LIMIT $5
"""  # noqa: S608  # the piece is ours
_ONE = f"""
SELECT {_COLUMNS} FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
WHERE d.id = $1 AND d.tenant_id = $2
"""  # noqa: S608
_AGAIN = """
UPDATE webhook_deliveries SET state = 'pending', round = round + 1, tries = 0, next_at = clock_timestamp(),
    finished_at = NULL
WHERE id = $1 AND tenant_id = $2 RETURNING id, round
"""
# Also what happened while the endpoint was given up, for which there are messages and no deliveries.
_ALL_AGAIN = """
INSERT INTO webhook_deliveries
    (tenant_id, endpoint_id, message_id, state, round, tries, attempts, next_at, created_at)
SELECT m.tenant_id, $2, m.id, 'pending', 0, 0, '[]', clock_timestamp(), clock_timestamp()
FROM webhook_messages m LEFT JOIN webhook_deliveries d ON d.message_id = m.id AND d.endpoint_id = $2
WHERE m.tenant_id = $1 AND m.created_at >= $3 AND m.event <> $4 AND ($5::text[] IS NULL OR m.event = ANY ($5))
    AND (d.id IS NULL OR d.state = 'failed')
ORDER BY m.created_at, m.id LIMIT $6
ON CONFLICT (endpoint_id, message_id) DO UPDATE SET state = 'pending', round = webhook_deliveries.round + 1, tries = 0,
    next_at = clock_timestamp(), finished_at = NULL
RETURNING id, round
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """``status`` and the beginning of the answer, or the code of what kept it from coming. ``took_ms`` of all of it."""

    at: datetime
    status: int | None
    excerpt: str
    error: str | None
    took_ms: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """``tries`` counts the attempts since the last replay; ``attempts`` are the latest ones, oldest first."""

    id: int
    endpoint_id: int
    message_key: str
    event: str
    body: Mapping[str, Any]
    state: DeliveryState
    tries: int
    attempts: tuple[Attempt, ...]
    next_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many are sent once more; ``has_more`` says that as many again may be left."""

    count: int
    has_more: bool


def key_of(public_id: UUID) -> str:
    """The ``webhook-id`` of a message."""
    return f"msg_{public_id.hex}"


async def listed(
    uow: UnitOfWork, endpoint_id: int, page: CursorPage, *, state: DeliveryState | None = None
) -> Slice[DeliveryRow]:
    """An endpoint's deliveries, newest first; the cursor is the id. Raises Forbidden below admin, NotFound."""
    await webhooks.get(uow, endpoint_id)
    rows = await uow.rows(_PAGE, endpoint_id, uow.tenant_id, page.after, state, page.size + 1)
    return Slice([_shown(row) for row in rows[: page.size]], has_more=len(rows) > page.size)


async def get(uow: UnitOfWork, delivery_id: int) -> DeliveryRow:
    """Raises NotFound."""
    row = await uow.row(_ONE, delivery_id, uow.tenant_id)
    if row is None:
        raise NotFound("delivery", delivery_id)
    return _shown(row)


async def replay(uow: UnitOfWork, delivery_id: int) -> DeliveryRow:
    """Send one again, whatever became of it, with all its attempts. Raises Forbidden below admin, NotFound."""
    await webhooks.endpoints(uow)
    row = await uow.row(_AGAIN, delivery_id, uow.tenant_id)
    if row is None:
        raise NotFound("delivery", delivery_id)
    uow.emit(WebhookDue(row["id"], round=row["round"]))
    return await get(uow, delivery_id)


async def replay_since(uow: UnitOfWork, endpoint_id: int, since: datetime) -> Replayed:
    """Send what the endpoint has missed since a moment: what failed, and what was not tried. At most MOST_REPLAYED,
    oldest first. Raises Forbidden below admin, NotFound.
    """
    endpoint = await webhooks.get(uow, endpoint_id, locked=True)
    rows = await uow.rows(
        _ALL_AGAIN, uow.tenant_id, endpoint_id, since, webhook_events.TEST, endpoint.events, MOST_REPLAYED
    )
    uow.emit(*(WebhookDue(row["id"], round=row["round"]) for row in rows))
    return Replayed(len(rows), has_more=len(rows) == MOST_REPLAYED)


async def add_test(uow: UnitOfWork, endpoint_id: int) -> WebhookDelivery:
    """A message that only says that it is a test, for whoever sends it at once. Raises Forbidden, NotFound."""
    endpoint = await webhooks.get(uow, endpoint_id)
    body = webhook_events.body_of(webhook_events.TEST, clock.now().isoformat(), {"endpointId": str(endpoint.id)})
    message = await WebhookMessage.create(tenant_id=uow.tenant_id, event=webhook_events.TEST, body=body)
    return await WebhookDelivery.create(tenant_id=uow.tenant_id, endpoint_id=endpoint.id, message_id=message.id)


def _shown(row: Row) -> DeliveryRow:
    return DeliveryRow(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        message_key=key_of(row["public_id"]),
        event=row["event"],
        body=webhook_events.in_order(_json(row["body"])),
        state=DeliveryState(row["state"]),
        tries=row["tries"],
        attempts=tuple(_attempt(each) for each in _json(row["attempts"])),
        next_at=row["next_at"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )


def _attempt(kept: Mapping[str, Any]) -> Attempt:
    at = datetime.fromisoformat(kept["at"])
    return Attempt(at, kept["status"], kept["excerpt"], kept["error"], kept["ms"])


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value

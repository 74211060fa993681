"""How the installation is used: figures of a period for its superadmin, and what clients tell of their first steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson

from core.actor import Actor, system_actor
from core.errors import InvalidInput
from core.text import checked_text
from models.analytics import AnalyticsEvent
from models.billing import ServiceType
from models.tenants import DEFAULT_TENANT_ID
from services.installation_users import PEOPLE, require_superadmin
from services.periods import Period
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work

MAX_PROPERTIES = 8192
"""Bytes of JSON."""
_MAX_EVENT_TYPE = 64
_MAX_SESSION = 128

_COUNTS = f"""
SELECT (SELECT count(*) FROM users u WHERE {PEOPLE}) AS total_users,
    (SELECT count(*) FROM users u WHERE {PEOPLE} AND created_at >= $1 AND created_at < $2) AS new_users,
    (SELECT count(*) FROM dialogs WHERE status = 'active' AND updated_at >= $1 AND created_at < $2) AS active_dialogs,
    (SELECT count(*) FROM messages WHERE created_at >= $1 AND created_at < $2) AS total_messages
"""  # noqa: S608  # pieces of the services
_REVENUE = """
SELECT service_type, abs(sum(amount)) AS total FROM ledger_entries
WHERE service_type = ANY ($3::text[]) AND created_at >= $1 AND created_at < $2 GROUP BY service_type
"""
_USAGE = """
SELECT model, sum(prompt_tokens + completion_tokens)::bigint AS tokens, sum(cost) AS cost
FROM ai_usage WHERE created_at >= $1 AND created_at < $2 GROUP BY model ORDER BY tokens DESC, model
"""


class Span(StrEnum):
    """Periods by name; each ends now."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_LENGTHS: Mapping[Span, timedelta] = {
    Span.DAY: timedelta(days=1),
    Span.WEEK: timedelta(days=7),
    Span.MONTH: timedelta(days=30),
}
_REVENUES = (ServiceType.WIDGET_MESSAGE, ServiceType.TELEGRAM_MESSAGE, ServiceType.TOP_UP)


@dataclass(frozen=True, slots=True)
class Overview:
    """Of a period, but for ``total_users``. ``revenue`` is in roubles by service; ``tokens`` by model."""

    period: Period
    total_users: int
    new_users: int
    active_dialogs: int
    total_messages: int
    revenue: Mapping[ServiceType, Decimal]
    tokens: Mapping[str, int]
    cost: Decimal


async def overview(
    actor: Actor, *, span: Span = Span.WEEK, start: datetime | None = None, end: datetime | None = None
) -> Overview:
    """Figures of the whole installation; ``start`` and ``end`` come before ``span``.

    Raises Forbidden below superadmin, InvalidInput.
    """
    require_superadmin(actor)
    fields = ("from_date", "to_date")
    if start is None:
        start = Period.checked(None, end, fields=fields).end - _LENGTHS[span]
    period = Period.checked(start, end, fields=fields)
    bounds = (period.start, period.end)
    async with system_unit_of_work(SystemReason.INSTALLATION) as statements:
        counts = await statements.row(_COUNTS, *bounds)
        money = await statements.rows(_REVENUE, *bounds, [service.value for service in _REVENUES])
        usage = await statements.rows(_USAGE, *bounds)
    earned = {ServiceType(row["service_type"]): row["total"] for row in money}
    return Overview(
        period=period,
        **(counts or {}),
        revenue={service: earned.get(service, Decimal(0)) for service in _REVENUES},
        tokens={row["model"]: row["tokens"] for row in usage},
        cost=sum((row["cost"] for row in usage), Decimal(0)),
    )


async def record(
    actor: Actor | None,
    *,
    event_type: str,
    session_id: str = "",
    claimed_user_id: int | None = None,
    properties: Mapping[str, Any] | None = None,
) -> AnalyticsEvent:
    """Store what a client tells; of an unknown one it stands in the default tenant. Raises InvalidInput."""
    checked_text(event_type, field="event_type", least=1, most=_MAX_EVENT_TYPE)
    checked_text(session_id, field="session_id", most=_MAX_SESSION)
    if len(orjson.dumps(properties or {})) > MAX_PROPERTIES:
        raise InvalidInput(f"properties must be at most {MAX_PROPERTIES} bytes long", field="properties")
    async with unit_of_work(actor or system_actor(DEFAULT_TENANT_ID)) as uow:
        return await AnalyticsEvent.create(
            tenant_id=uow.tenant_id,
            event_type=event_type,
            user_id=uow.actor.user_id if uow.actor.home_tenant_id is None else None,
            claimed_user_id=claimed_user_id,
            session_id=session_id,
            properties=dict(properties or {}),
        )

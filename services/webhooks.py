"""Endpoints of webhooks: where a company wants to hear of what happens, and the secrets that sign it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import clock
from core.actor import Actor
from core.errors import Forbidden, InvalidInput, NotFound
from core.refusals.webhooks import TooManyEndpoints
from core.text import checked_text
from core.unset import UNSET, UnsetType
from integrations import outgoing
from integrations.webhooks import new_secret
from models.webhooks import WebhookEndpoint
from services import webhook_events
from services.sealing import seal, unseal
from services.unit_of_work import UnitOfWork, unit_of_work

MOST_ENDPOINTS = 20
BOTH_SIGN = timedelta(hours=24)
"""How long the secret before the last one signs too."""
PURPOSE = "webhooks"
_COUNT_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('opora.webhooks', $1))"


@dataclass(frozen=True, slots=True)
class EndpointChanges:
    """What is given changes. ``events`` None means all, those of later versions too."""

    url: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    events: Sequence[str] | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class WithSecret:
    """An endpoint and its new secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


async def endpoints(uow: UnitOfWork) -> list[WebhookEndpoint]:
    """The tenant's, at most MOST_ENDPOINTS, oldest first. Raises Forbidden below admin."""
    _require_admin(uow.actor)
    return await WebhookEndpoint.filter(tenant_id=uow.tenant_id).order_by("id")


async def get(uow: UnitOfWork, endpoint_id: int, *, locked: bool = False) -> WebhookEndpoint:
    """Raises Forbidden below admin, NotFound, which a foreign one answers too."""
    _require_admin(uow.actor)
    found = WebhookEndpoint.filter(id=endpoint_id, tenant_id=uow.tenant_id)
    row = await (found.select_for_update() if locked else found).get_or_none()
    if row is None:
        raise NotFound("endpoint", endpoint_id)
    return row


async def create(actor: Actor, changes: EndpointChanges) -> WithSecret:
    """A new endpoint, which hears of what happens from now on.

    Opens a unit of work of its own: the host is looked up first. Raises Forbidden below admin, InvalidInput,
    AddressRefused, HostUnknown, TooManyEndpoints.
    """
    _require_admin(actor)
    if isinstance(changes.url, UnsetType):
        raise InvalidInput("url is required", field="url")
    await outgoing.assert_public(changes.url)
    secret = new_secret()
    async with unit_of_work(actor) as uow:
        await uow.rows(_COUNT_ALONE, uow.tenant_id)
        if await WebhookEndpoint.filter(tenant_id=uow.tenant_id).count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints(MOST_ENDPOINTS)
        row = WebhookEndpoint(tenant_id=uow.tenant_id, sealed_secret=seal(secret, purpose=PURPOSE))
        _apply(row, changes)
        await row.save()
    return WithSecret(row, secret)


async def update(actor: Actor, endpoint_id: int, changes: EndpointChanges) -> WebhookEndpoint:
    """Change what is given; switching on forgets earlier failures.

    Raises Forbidden below admin, NotFound, InvalidInput, AddressRefused, HostUnknown.
    """
    _require_admin(actor)
    if not isinstance(changes.url, UnsetType):
        await outgoing.assert_public(changes.url)
    async with unit_of_work(actor) as uow:
        row = await get(uow, endpoint_id, locked=True)
        _apply(row, changes)
        await row.save()
    return row


async def delete(uow: UnitOfWork, endpoint_id: int) -> int:
    """Forget an endpoint with its deliveries. Raises Forbidden below admin, NotFound."""
    row = await get(uow, endpoint_id, locked=True)
    await row.delete()
    return endpoint_id


async def rotate(uow: UnitOfWork, endpoint_id: int) -> WithSecret:
    """A new secret; the present one signs beside it for a day, so that nothing is refused meanwhile.

    Raises Forbidden below admin, NotFound.
    """
    row = await get(uow, endpoint_id, locked=True)
    secret = new_secret()
    row.sealed_previous, row.previous_until = row.sealed_secret, clock.now() + BOTH_SIGN
    row.sealed_secret = seal(secret, purpose=PURPOSE)
    await row.save()
    return WithSecret(row, secret)


def secrets_of(row: WebhookEndpoint, at: datetime) -> list[str]:
    """What signs at that moment, the newest first. Raises Unavailable where none can be opened."""
    sealed = [row.sealed_secret]
    if row.sealed_previous is not None and row.previous_until is not None and at < row.previous_until:
        sealed.append(row.sealed_previous)
    return [unseal(each, purpose=PURPOSE) for each in sealed]


def _apply(row: WebhookEndpoint, changes: EndpointChanges) -> None:
    if not isinstance(changes.url, UnsetType):
        row.url = changes.url
    if not isinstance(changes.description, UnsetType):
        row.description = checked_text(changes.description, field="description")
    if not isinstance(changes.events, UnsetType):
        row.events = _checked_events(changes.events)
    if not isinstance(changes.is_active, UnsetType):
        row.is_active = changes.is_active
        row.failing_since = row.disabled_at = None


def _checked_events(events: Sequence[str] | None) -> list[str] | None:
    if events is None:
        return None
    unknown = sorted(set(events) - set(webhook_events.NAMES))
    if unknown:
        raise InvalidInput(f"events names what is no event: {', '.join(unknown)[:200]}", field="events")
    if not events:
        raise InvalidInput("events must name at least one event; leave it null for all", field="events")
    return [name for name in webhook_events.NAMES if name in events]


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
